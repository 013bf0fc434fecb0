"""Where every domain stands, for the list, the High Availability page and the command: the same rows for all."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Max, QuerySet, Value, When

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import domains
from common.status import Look, Tone
from failover import looks
from failover.decision import Code, State
from failover.health import Status
from failover.models import Monitor, ServerHealth, Standing
from failover.observation import Reason
from failover.selectors import leading_monitor

NOT_WATCHED = "No monitor is running, so nothing is checked and nothing switches by itself."
NOT_SEEN = "The monitor has not looked at this domain yet."

# What needs a person first.
URGENCY = [
    When(standing__state=State.HELD, then=Value(0)),
    When(standing__state=State.EXPOSED, then=Value(1)),
    When(standing__state=State.COUNTING_DOWN, then=Value(2)),
    When(standing__state=State.CONFIRMING, then=Value(3)),
    When(standing__code=Code.STANDBY_DOWN, then=Value(4)),
    When(emergency=True, then=Value(5)),
    When(standing__state=State.UNKNOWN, then=Value(6)),
]


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server as configured and as seen; `note` says what is wrong, or how long an answer took."""

    server: ApplicationServer
    active: bool
    status: Status
    look: Look
    since: datetime | None
    checked_at: datetime | None
    reason: str
    note: str
    hint: str = ""

    @property
    def role(self) -> Role:
        return Role(self.server.role)

    @property
    def endpoint(self) -> str:
        return self.server.endpoint


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain with its servers, and where it stands."""

    domain: Domain
    servers: list[ServerRow]
    state: State
    code: str
    sentence: str
    forecast: str
    look: Look
    since: datetime | None
    switch_at: datetime | None
    switched_at: datetime | None

    @property
    def primary(self) -> ServerRow | None:
        return next((row for row in self.servers if row.role is Role.PRIMARY), None)

    @property
    def secondary(self) -> ServerRow | None:
        return next((row for row in self.servers if row.role is Role.SECONDARY), None)

    @property
    def active(self) -> ServerRow | None:
        return next((row for row in self.servers if row.active), None)

    @property
    def standby(self) -> ServerRow | None:
        return next((row for row in self.servers if not row.active), None)

    @property
    def needs_attention(self) -> bool:
        return self.look.tone in (Tone.BAD, Tone.WARN)


@dataclass(frozen=True, slots=True)
class Overview:
    """The rows asked for, and the monitor that vouches for them."""

    rows: list[DomainRow]
    monitor: Monitor | None


def found(search: str = "") -> QuerySet[Domain]:
    """Domains with what their rows need, the failing ones first."""
    urgency = Case(*URGENCY, default=Value(9), output_field=IntegerField())
    return (
        domains(search)
        .select_related("standing")
        .prefetch_related("servers__health")
        .annotate(switched_at=Max("switches__at"))
        .order_by(urgency, "name_key")
    )


def overview(*, now: datetime, only: int | None = None) -> Overview:
    """All domains, or the one with that key."""
    chosen = found() if only is None else found().filter(pk=only)
    monitor = leading_monitor(now)
    return Overview([row(domain, watched=monitor is not None) for domain in chosen], monitor)


def row(domain: Domain, *, watched: bool) -> DomainRow:
    """One domain of `found()` as people see it; what nobody watches is shown as that, not as it was last seen."""
    servers = [_server_row(server, domain, watched) for server in domain.servers.all()]
    switched_at: datetime | None = getattr(domain, "switched_at", None)
    standing = getattr(domain, "standing", None)
    if standing is None or not watched:
        look = looks.NOT_JUDGED if watched else looks.NOT_WATCHED
        sentence = NOT_SEEN if watched else NOT_WATCHED
        return DomainRow(domain, servers, State.UNKNOWN, Code.NOT_JUDGED, sentence, "", look, None, None, switched_at)
    return _standing_row(domain, servers, standing, switched_at)


def _standing_row(
    domain: Domain, servers: list[ServerRow], standing: Standing, switched_at: datetime | None
) -> DomainRow:
    state = State(standing.state)
    return DomainRow(
        domain=domain,
        servers=servers,
        state=state,
        code=standing.code,
        sentence=standing.sentence,
        forecast=standing.forecast,
        look=looks.state_look(state, standing.code),
        since=standing.since,
        switch_at=standing.switch_at,
        switched_at=switched_at,
    )


def _server_row(server: ApplicationServer, domain: Domain, watched: bool) -> ServerRow:
    active = server.role == domain.active_role
    health: ServerHealth | None = getattr(server, "health", None)
    if health is None or not watched:
        look = looks.NOT_JUDGED if watched else looks.NOT_WATCHED
        return ServerRow(server, active, Status.UNKNOWN, look, None, None, "", "no result yet" if watched else "")
    status = Status(health.status)
    return ServerRow(
        server=server,
        active=active,
        status=status,
        look=looks.status_look(status, health.failures),
        since=health.since,
        checked_at=health.checked_at,
        reason=health.reason,
        note=_note(health),
        hint=Reason(health.reason).hint if health.reason else "",
    )


def _note(health: ServerHealth) -> str:
    if health.reason in ("", Reason.OK):
        return "" if health.latency is None else f"answered in {_milliseconds(health.latency)}"
    return Reason(health.reason).sentence


def _milliseconds(latency: float) -> str:
    return f"{latency:.0f} ms" if latency >= 1 else "under 1 ms"
