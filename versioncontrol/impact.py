"""What a change of the policies does to those who were seen. Pure.

Everything is judged as it will be once every date has come and no glass is broken; who is warned only stays so. What
changes at this moment is told beside it: a date that is brought forward denies at once, and changes nothing in the end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from versioncontrol.admission import EVENTUALLY, Decision, Policy, Verdict, decide

Policies = Mapping[int, Policy]  # by component


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a component as seen lately from one network; agents without an id count as one."""

    component: int
    version: str
    network: str
    agents: int
    checks: int
    first_seen: datetime
    last_seen: datetime


# The version that a caller is offered under this policy at a moment, None when none is: component, policy, version,
# network, moment.
Helps = Callable[[int, Policy, str, str, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Effect:
    """One seen version before and after the change, and the version that it is offered if it is denied then.

    `now` and `then` are what will hold in the end, `today` and `at_once` what holds at this moment.
    """

    seen: Seen
    now: Verdict
    then: Verdict
    offered: str | None
    today: Verdict
    at_once: Verdict

    @property
    def stranded(self) -> bool:
        """Denied, and no update helps."""
        return self.then.decision is Decision.DENY and self.offered is None

    @property
    def newly_denied(self) -> bool:
        return self.then.decision is Decision.DENY and self.now.decision is not Decision.DENY

    @property
    def denied_at_once(self) -> bool:
        """Denied from this moment on, and not so far."""
        return self.at_once.decision is Decision.DENY and self.today.decision is not Decision.DENY

    @property
    def locked_out(self) -> bool:
        """Denied by this change, at once or in the end."""
        return self.newly_denied or self.denied_at_once

    @property
    def newly_allowed(self) -> bool:
        return self.then.decision is Decision.ALLOW and self.now.decision is not Decision.ALLOW


def effects(
    fleet: Iterable[Seen], now: Policies, then: Policies, helps: Helps, at: datetime = EVENTUALLY
) -> Iterator[Effect]:
    """What becomes of each seen version, `at` being this moment; a component that a side does not know has no rules."""
    for seen in fleet:
        before, after = now.get(seen.component, Policy()), then.get(seen.component, Policy())
        verdict = decide(after, seen.version, EVENTUALLY)
        denied = verdict.decision is Decision.DENY
        offered = helps(seen.component, after, seen.version, seen.network, EVENTUALLY) if denied else None
        eventually, today = (decide(before, seen.version, moment) for moment in (EVENTUALLY, at))
        yield Effect(seen, eventually, verdict, offered, today, decide(after, seen.version, at))
