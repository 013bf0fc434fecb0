"""Where every domain stands, for the list, the High Availability page and the command: the same rows for all."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils import timezone

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import domains
from common.status import Look, Tone
from failover import looks
from failover.conditions import URGENCY
from failover.decision import Code, State
from failover.health import Status
from failover.models import Monitor, ServerHealth, Standing
from failover.observation import Reason
from failover.overdue import in_words, overdue
from failover.remarks import Remarks, dark_while_paused, prefetches, remarks_on
from failover.selectors import leading_monitor

NOT_WATCHED = "No monitor is running, so nothing is checked and nothing switches by itself."
NOT_SEEN = "The monitor has not looked at this domain yet."


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server as configured and as seen; `note` says what is wrong, or how long an answer took.

    While nobody watches, `checked_at`, `note` and `last_known` are of the past, and the status is unknown.
    """

    server: ApplicationServer
    active: bool
    status: Status
    look: Look
    since: datetime | None
    checked_at: datetime | None
    reason: str
    note: str
    hint: str = ""
    last_known: Look | None = None  # what it looked like when somebody last watched

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
    remarks: Remarks

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
    def tone(self) -> Tone:
        """How loud the row is; what waits for a person's word is loud in every state."""
        return Tone.BAD if self.remarks.hold else self.look.tone

    @property
    def while_paused(self) -> str:
        """What a pause would mean for the site."""
        return dark_while_paused(self.domain)

    @property
    def no_way_out(self) -> bool:
        """Whether it counts down to a switch that nothing could take over."""
        return self.look is looks.NO_WAY_OUT

    @property
    def needs_attention(self) -> bool:
        return self.tone in (Tone.BAD, Tone.WARN)

    @property
    def matter(self) -> str:
        """What is the matter, in a sentence; that both servers are up is not what is wrong with one that flaps."""
        return self.look.means if self.look in (looks.WENT_BACK, looks.FLAPPING) else self.sentence

    @property
    def badges(self) -> list[Look]:
        """What people said about it, and what waits for their word, but for what its look or its code says already."""
        remarks, paused = self.remarks, self.code == Code.PAUSED
        said = (
            (looks.EMERGENCY, self.domain.emergency),
            (looks.WENT_BACK, remarks.behind and self.code != Code.HISTORY_WENT_BACK),
            (looks.FLAPPING, remarks.flapping and self.code != Code.ANTI_FLAP),
            (looks.OFF, not remarks.automatic and not paused),
            (looks.PAUSED, remarks.pause and not paused),
        )
        return [look for look, holds in said if holds and look is not self.look]


@dataclass(frozen=True, slots=True)
class Overview:
    """The rows asked for, and the monitor that vouches for them."""

    rows: list[DomainRow]
    monitor: Monitor | None


def found() -> QuerySet[Domain]:
    """All domains with what their rows need, the failing ones first; failover.listing has them page by page."""
    return (
        domains()
        .select_related("standing")
        .prefetch_related("servers__health", *prefetches(timezone.now()))
        .annotate(switched_at=Max("switches__at"))
        .order_by(URGENCY, "name_key")
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
    now = timezone.now()
    remarks = remarks_on(domain, now)
    standing = getattr(domain, "standing", None)
    if standing is None or not watched:
        look = looks.NOT_JUDGED if watched else looks.NOT_WATCHED
        sentence = NOT_SEEN if watched else NOT_WATCHED
        unseen = (State.UNKNOWN, Code.NOT_JUDGED, sentence, "", look, None, None)
        return DomainRow(domain, servers, *unseen, switched_at, remarks)
    return _standing_row(domain, servers, _as_of(standing, now), switched_at, remarks)


def _as_of(standing: Standing, now: datetime) -> Standing:
    """Where the domain stands; a switch that was due long ago is no promise any more."""
    if standing.switch_at is None or not overdue(standing.state, standing.switch_at, now):
        return standing
    words = in_words(standing.switch_at)
    return Standing(state=State.HELD, code=Code.INTERVAL_OVER, sentence=words, since=standing.switch_at)


def _standing_row(
    domain: Domain, servers: list[ServerRow], standing: Standing, switched_at: datetime | None, remarks: Remarks
) -> DomainRow:
    state = State(standing.state)
    look = looks.ordered_look(looks.state_look(state, standing.code), remarks.hold or remarks.mode)
    if state is State.COUNTING_DOWN and not any(server.status is Status.UP for server in servers if not server.active):
        look = looks.NO_WAY_OUT
    if look is looks.NOT_JUDGED and any(server.active and server.look is looks.NOT_CHECKED for server in servers):
        look = looks.NOT_CHECKED
    return DomainRow(
        domain=domain,
        servers=servers,
        state=state,
        code=standing.code,
        sentence=standing.sentence,
        forecast=standing.forecast,
        look=look,
        since=standing.since,
        switch_at=standing.switch_at,
        switched_at=switched_at,
        remarks=remarks,
    )


def _server_row(server: ApplicationServer, domain: Domain, watched: bool) -> ServerRow:
    active = server.role == domain.active_role
    health: ServerHealth | None = getattr(server, "health", None)
    if health is not None and health.configuration != server.configuration:
        health = None  # it was judged at another address, or by another kind of check
    if health is None:
        look = looks.NOT_JUDGED if watched else looks.NOT_WATCHED
        return ServerRow(server, active, Status.UNKNOWN, look, None, None, "", "no result yet" if watched else "")
    status = Status(health.status)
    look = looks.status_look(status, health.failures, health.reason)
    if not watched:
        seen_at = health.checked_at or health.since
        known = (looks.NOT_WATCHED, None, seen_at, "", _note(health))
        return ServerRow(server, active, Status.UNKNOWN, *known, last_known=look)
    return ServerRow(
        server=server,
        active=active,
        status=status,
        look=look,
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
