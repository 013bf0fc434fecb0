"""What the leading monitor does about alarms, beside its rounds: looks what is amiss, and at certificates."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from alarms import conditions, services
from alarms.certificates import look_at_certificates
from alarms.conditions import Condition
from alarms.kinds import Kind
from alarms.stranded import stranded
from failover.clock import Clock
from failover.companions import Companion, Work
from failover.conf import history

log = logging.getLogger(__name__)

Look = Callable[[datetime], Iterable[Condition]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where conditions come from: how often they are looked at, and for how long one must last to be worth an alarm."""

    kinds: tuple[Kind, ...]
    look: Look
    every: float = 0.0
    lasting: float = 0.0


SOURCES = (
    Source((Kind.HELD, Kind.EXPOSED, Kind.FLAPPING, Kind.WENT_BACK), conditions.of_domains),
    Source((Kind.MONITOR_LATE, Kind.MONITOR_SILENT, Kind.CLOCK_AHEAD), conditions.of_monitors, lasting=30),
    Source((Kind.DISAGREEMENT,), conditions.disagreements, lasting=60),
    Source((Kind.UNRESOLVED,), conditions.unresolved),
    Source((Kind.CERTIFICATE_EXPIRING, Kind.CERTIFICATE_EXPIRED), conditions.certificates, every=60),
    Source((Kind.STRANDED,), stranded, every=300),
)
CLEAN_UP = 600.0


class Watch:
    """Looks at all sources, each at its own pace. One that fails leaves its alarms as they are."""

    def __init__(self, clock: Clock, sources: Sequence[Source] = SOURCES) -> None:
        self._clock, self._sources = clock, sources
        self._began = clock.monotonic()
        self._due = {source.kinds: self._began for source in sources}
        self._since: dict[tuple[Kind, str], float] = {}
        self._clean_up = self._began
        self._noted = False

    def run_once(self) -> None:
        """One look. Raises database errors."""
        if not self._noted:
            services.note_absence(self._clock.now())
            self._noted = True
        for source in self._sources:
            if self._clock.monotonic() >= self._due[source.kinds]:
                self._due[source.kinds] = self._clock.monotonic() + source.every
                self._look(source)
        services.looked(self._clock.now())
        if self._clock.monotonic() >= self._clean_up:
            self._clean_up = self._clock.monotonic() + CLEAN_UP
            services.forget(self._clock.now() - history())

    def _look(self, source: Source) -> None:
        now = self._clock.now()
        try:
            found = list(source.look(now))
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # the per-item boundary
            log.exception("alarms of %s could not be looked at", ", ".join(source.kinds))
            return
        lasting = self._lasting(source, found)
        if self._clock.monotonic() - self._began >= source.lasting:  # before, it could not tell what is over
            services.record(lasting, kinds=source.kinds, now=now)

    def _lasting(self, source: Source, found: list[Condition]) -> list[Condition]:
        if not source.lasting:
            return found
        moment = self._clock.monotonic()
        keys = {(one.kind, one.subject) for one in found}
        others = {key: since for key, since in self._since.items() if key[0] not in source.kinds or key in keys}
        self._since = others | {key: moment for key in keys if key not in others}
        return [one for one in found if moment - self._since[one.kind, one.subject] >= source.lasting]


def _watch(clock: Clock) -> Work:
    return Watch(clock).run_once


def _certificates(clock: Clock) -> Work:
    return lambda: look_at_certificates(clock.now())


COMPANIONS = [Companion("alarms", 5.0, _watch), Companion("certificates", 60.0, _certificates)]
