"""What people said about a domain, and what waits for their word: shown wherever the domain is shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.utils.timezone import localtime

from appservers.models import Domain, Role
from failover.decision import OUT
from failover.models import Hold, HoldKind, Pause, ScheduledSwitch

OFF = "Automatic failover is off: outages are counted and shown, and people switch by hand."


@dataclass(frozen=True, slots=True)
class Remarks:
    """The pause that holds, the holds that nobody cleared, and the switch that is scheduled."""

    automatic: bool
    pause: Pause | None = None
    flapping: Hold | None = None
    behind: Hold | None = None
    schedule: ScheduledSwitch | None = None
    window_open: bool = False

    @property
    def mode(self) -> str:
        """Whether it switches by itself, in a word: `off`, `paused` or `on`."""
        if not self.automatic:
            return "off"
        return "paused" if self.pause else "on"

    @property
    def hold(self) -> str:
        """What waits for a person's word, in a word: `behind`, `flapping` or nothing."""
        return "behind" if self.behind else "flapping" if self.flapping else ""

    @property
    def anything(self) -> bool:
        """Whether there is anything to remark."""
        return bool(not self.automatic or self.pause or self.flapping or self.behind or self.schedule)

    def sentences(self) -> list[str]:
        """All of it in words, what needs a person first."""
        holds = [f"{hold.get_kind_display()}: {hold.sentence}" for hold in (self.behind, self.flapping) if hold]
        return [
            *holds,
            *([OFF] if not self.automatic else []),
            *([pause_in_words(self.pause)] if self.pause else []),
            *([schedule_in_words(self.schedule)] if self.schedule else []),
        ]


def remarks_on(domain: Domain, now: datetime) -> Remarks:
    """What was said about the domain, as of now; asks the database only for what prefetches() did not bring."""
    if not hasattr(domain, "open_pauses"):
        domain = Domain.objects.prefetch_related(*prefetches(now)).get(pk=domain.pk)
    pauses: list[Pause] = domain.open_pauses  # type: ignore[attr-defined]
    holds: dict[str, Hold] = {hold.kind: hold for hold in domain.open_holds}  # type: ignore[attr-defined]
    schedule: ScheduledSwitch | None = next(iter(domain.open_schedules), None)  # type: ignore[attr-defined]
    return Remarks(
        automatic=domain.automatic_failover,
        pause=next(iter(pauses), None),
        flapping=holds.get(HoldKind.ANTI_FLAP),
        behind=holds.get(HoldKind.HISTORY_WENT_BACK),
        schedule=schedule,
        window_open=schedule is not None and schedule.opens_at <= now,
    )


def prefetches(now: datetime) -> tuple["Prefetch[str]", ...]:
    """What a query of domains brings along, so that remarks_on() asks nothing more."""
    pauses = Pause.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None)
    return (
        Prefetch("pauses", pauses, to_attr="open_pauses"),
        Prefetch("holds", Hold.objects.filter(cleared_at=None), to_attr="open_holds"),
        Prefetch("schedules", ScheduledSwitch.objects.filter(done_at=None), to_attr="open_schedules"),
    )


def pause_in_words(pause: Pause) -> str:
    """Until when, by whom and why."""
    until = f"until {_minute(pause.until)}" if pause.until else "until somebody resumes it"
    return f"Paused {until} by {pause.actor_name}: {pause.reason}"


def dark_while_paused(domain: Domain) -> str:
    """What a pause means for the site as it stands."""
    active, standing = domain.get_active_role_display(), getattr(domain, "standing", None)
    if standing is not None and standing.state in OUT:
        return f"{active} is out now: what would take over is called off, and the site stays dark until somebody acts."
    return f"If {active} fails meanwhile, the site stays dark until somebody acts."


def schedule_in_words(row: ScheduledSwitch) -> str:
    """What is to be made when, by whom and why."""
    what = "Fail-back" if row.to_role == Role.PRIMARY else "Failover"
    window = f"between {_minute(row.opens_at)} and {localtime(row.closes_at):%H:%M}"
    nightly = ", and then every night until it is made" if row.nightly else ""
    return f"{what} to {row.get_to_role_display()} scheduled {window}{nightly}, by {row.actor_name}: {row.reason}"


def _minute(moment: datetime) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}"
