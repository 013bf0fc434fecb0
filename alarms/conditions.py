"""What is amiss right now, read from what monitors wrote: a few queries for all domains, however many fail."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from alarms.kinds import Kind
from alarms.models import Certificate
from appservers.models import ApplicationServer, Role
from failover import looks
from failover.decision import Code, State
from failover.health import Status
from failover.models import Finding, Hold, HoldKind, Monitor, NameTrouble, Standing
from failover.overdue import PATIENCE, in_words
from failover.roster import roster
from failover.selectors import LOST

SOON = timedelta(days=21)
BY_HOLDS = (Code.ANTI_FLAP, Code.HISTORY_WENT_BACK)  # these have alarms of their own, which last longer
OF_HOLDS = {HoldKind.ANTI_FLAP: Kind.FLAPPING, HoldKind.HISTORY_WENT_BACK: Kind.WENT_BACK}
OF_MONITORS = {
    looks.LATE: Kind.MONITOR_LATE,
    looks.SILENT: Kind.MONITOR_SILENT,
    looks.CLOCK_AHEAD: Kind.CLOCK_AHEAD,
}
Owner = tuple[int, str]  # a domain's key and name


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is amiss."""

    kind: Kind
    subject: str
    sentence: str
    domain: tuple[int | None, str] | None = None  # without the key where its row may be locked for long


def of_domains(now: datetime) -> Iterator[Condition]:
    """Held and exposed ones, switches that cannot be committed, and what waits for a person's word."""
    failing = Standing.objects.filter(state__in=(State.HELD, State.EXPOSED)).exclude(code__in=BY_HOLDS)
    for state, code, sentence, pk, name in failing.values_list(
        "state", "code", "sentence", "domain_id", "domain__name"
    ):
        kind = Kind.HELD if state == State.HELD else Kind.EXPOSED
        yield Condition(kind, str(pk), sentence, (None if code == Code.INTERVAL_OVER else pk, name))
    overdue = Standing.objects.filter(state=State.COUNTING_DOWN, switch_at__lt=now - PATIENCE)
    for switch_at, pk, name in overdue.values_list("switch_at", "domain_id", "domain__name"):
        if switch_at is not None:
            yield Condition(Kind.HELD, str(pk), in_words(switch_at), (None, name))
    holds = Hold.objects.filter(cleared_at=None, domain__isnull=False)
    for hold, sentence, pk, name in holds.values_list("kind", "sentence", "domain_id", "domain__name"):
        if pk is not None:
            yield Condition(OF_HOLDS[HoldKind(hold)], str(pk), sentence, (pk, name))


def of_monitors(now: datetime) -> Iterator[Condition]:
    """Late ones, silent ones, those whose clock differs; not one whose place another of its machine has taken."""
    rows = roster(now).rows
    alive = {_host(row.monitor) for row in rows if row.look in (looks.LEADS, looks.LATE, looks.STANDS_BY)}
    for row in rows:
        if row.look not in OF_MONITORS or (row.look == looks.SILENT and _host(row.monitor) in alive):
            continue
        yield Condition(OF_MONITORS[row.look], row.monitor.identity, _without_numbers(row.note))


def disagreements(now: datetime) -> Iterator[Condition]:
    """Servers that one live monitor sees down while another sees them up."""
    just_now = (now - LOST, now + LOST)
    live = list(Monitor.objects.filter(stopped_at=None, ready=True, heartbeat_at__range=just_now).values_list("pk"))
    if len(live) < 2:
        return
    split = (
        Finding.objects.filter(monitor__in=[pk for (pk,) in live], configuration=F("server__configuration"))
        .values_list("server_id", "server__role", "server__domain_id", "server__domain__name")
        .annotate(down=Count("pk", filter=Q(status=Status.DOWN)), amiss=Count("pk"))
        .filter(down__gt=0, amiss__lt=len(live))
        .order_by()
    )
    for server, role, pk, name, down, amiss in split:
        sentence = f"{Role(role).label}: {down} of {len(live)} monitors see it down, {len(live) - amiss} see it up."
        yield Condition(Kind.DISAGREEMENT, str(server), sentence, (pk, name))


def unresolved(now: datetime) -> Iterator[Condition]:
    """Names of servers that do not resolve for a live monitor."""
    live = NameTrouble.objects.filter(monitor__stopped_at=None, monitor__heartbeat_at__range=(now - LOST, now + LOST))
    troubles = {trouble.host: trouble for trouble in live}
    if not troubles:
        return
    named = ApplicationServer.objects.filter(server_fqdn__in=live.values("host"))
    for host, owners in _owners(named.values_list("server_fqdn", "domain_id", "domain__name")).items():
        if host in troubles:
            yield Condition(Kind.UNRESOLVED, host, troubles[host].sentence + _also(owners), owners[0])


def certificates(now: datetime) -> Iterator[Condition]:
    """Certificates of web FQDNs that are in use, and expire soon or have expired."""
    found = dict(Certificate.objects.filter(expires_at__lt=now + SOON).values_list("endpoint", "expires_at"))
    if not found:
        return
    pairs: list[tuple[str, int, str]] = []
    for field in ("private_web_fqdn", "public_web_fqdn"):
        shown = Certificate.objects.filter(expires_at__lt=now + SOON, endpoint=OuterRef(field))
        pairs += ApplicationServer.objects.filter(Exists(shown)).values_list(field, "domain_id", "domain__name")
    for endpoint, owners in _owners(pairs).items():
        expires = found.get(endpoint)
        if expires is None:
            continue
        kind, word = (Kind.CERTIFICATE_EXPIRED, "expired") if expires <= now else (Kind.CERTIFICATE_EXPIRING, "expires")
        sentence = f"The certificate of {endpoint} {word} on {expires:%Y-%m-%d at %H:%M} UTC.{_also(owners)}"
        yield Condition(kind, endpoint, sentence, owners[0])


def _owners(pairs: Iterable[tuple[str, int, str]]) -> dict[str, list[Owner]]:
    owners: defaultdict[str, set[Owner]] = defaultdict(set)
    for name, pk, domain in pairs:
        owners[name].add((pk, domain))
    return {name: sorted(some) for name, some in owners.items()}


def _also(owners: list[Owner]) -> str:
    others = len(owners) - 1
    return f" {others} more domain{'s' * (others > 1)} use it." if others else ""


def _host(monitor: Monitor) -> str:
    return monitor.identity.rsplit(":", 2)[0]


def _without_numbers(note: str) -> str:
    """A late monitor's seconds differ with every sign of life; the page of monitors has them."""
    return "Checks start late: its machine has too much to do." if note.startswith("Checks start") else note
