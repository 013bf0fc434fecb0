"""A decision in words: the situation, each rule of FAILOVER.md section 3 and whether it matched. Pure.

The rules are said here a second time, for people; a test holds that the first that matches is the one that decide()
went by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from failover.decision import Decision, Seen, Situation, Votes
from failover.health import Status

Asked = tuple[str, str, bool, str]  # a rule's number, when it matches, whether it does, and why


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number in the contract, when it matches, whether it did (None: an earlier one did), and why."""

    number: str
    when: str
    matched: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the decision was made on."""

    name: str
    words: str


def facts(situation: Situation, now: datetime) -> Iterator[Fact]:
    """The situation in words."""
    yield Fact("interval", f"{situation.interval:g} s")
    yield Fact("active server", _server(situation.active, situation.fall))
    yield Fact("standby", _server(situation.standby, situation.fall) if situation.standby else "none is registered")
    yield Fact("automatic failover", "on" if situation.automatic else "off")
    yield Fact("pause", _pause(situation, now))
    yield Fact("votes", _votes(situation.votes))
    yield Fact("flapping", "yes, not acknowledged" if situation.flapping else "no")
    yield Fact("mass outage", "yes, and no other monitor confirms it" if situation.mass else "no")
    yield Fact("database", "went back: a later epoch was seen" if situation.behind else "shows the latest epoch")


def rules(situation: Situation, now: datetime) -> list[Rule]:
    """Every rule in its order; behind the first that matches none is asked."""
    asked = []
    decided = False
    for number, when, matches, why in _rules(situation, now):
        asked.append(Rule(number, when, None if decided else matches, "an earlier rule decided" if decided else why))
        decided = decided or matches
    return asked


def in_words(decision: Decision) -> str:
    """A decision in a line."""
    return " ".join(filter(None, [f"{decision.state}, {decision.code}.", decision.sentence, decision.forecast]))


def _rules(situation: Situation, now: datetime) -> Iterator[Asked]:
    yield from _of_the_active_server(situation.active, situation.standby)
    yield from _of_orders(situation, now)
    yield from _of_the_count(situation)
    yield from _of_guards(situation)
    yield "11", "otherwise: switch", True, "no rule before matched"


def _of_the_active_server(active: Seen, standby: Seen | None) -> Iterator[Asked]:
    yield "1", "the active server is up", active.status is Status.UP, f"{active.name} is {active.status}"
    yield (
        "2",
        "the active server is neither failing nor up",
        not active.failing,
        f"{active.name} is {active.status} and {'fails' if active.failing else 'does not fail'}",
    )
    yield (
        "3",
        "there is no other server, and the active one is down",
        standby is None and active.status is Status.DOWN,
        "there is no other server" if standby is None else f"there is {standby.name}",
    )


def _of_orders(situation: Situation, now: datetime) -> Iterator[Asked]:
    yield "4", "paused, or automatic failover is off", situation.paused(now), _pause(situation, now)
    yield (
        "section 4",
        "the database went back",
        situation.behind,
        "a later epoch was seen" if situation.behind else "no later epoch was seen",
    )


def _of_the_count(situation: Situation) -> Iterator[Asked]:
    active, lacking = situation.active, situation.votes.lacking
    yield (
        "5",
        "the active server fails, and not often enough to be down",
        situation.standby is None or active.status is not Status.DOWN,
        f"{active.failures} failed checks of {situation.fall}",
    )
    yield (
        "6",
        "the interval is not over, here or for the majority",
        active.evidence < situation.interval or lacking > 0,
        f"{active.evidence:.1f} s of {situation.interval:g} s are counted"
        + (f"; the majority lacks {lacking:.1f} s" if lacking else ""),
    )


def _of_guards(situation: Situation) -> Iterator[Asked]:
    standby, votes, out = situation.standby, situation.votes, situation.active.evidence
    yield (
        "7",
        "the standby is not up",
        standby is not None and standby.status is not Status.UP,
        f"{standby.name} is {standby.status}" if standby else "there is none",
    )
    yield (
        "8",
        "no majority of the monitors agrees",
        votes.agreeing < votes.needed or votes.live < votes.least,
        _votes(votes),
    )
    yield (
        "9",
        "three automatic switches within an hour, not acknowledged",
        situation.flapping,
        "so it is" if situation.flapping else "not so many",
    )
    yield (
        "10",
        "half of all servers failed within a minute, nobody confirms it, and no second interval is over",
        situation.mass and out < 2 * situation.interval,
        f"{out:.1f} s of {2 * situation.interval:g} s are counted" if situation.mass else "they did not",
    )


def _server(server: Seen, fall: int) -> str:
    failing = f", failed {server.failures} checks in a row ({fall} make it down)" if server.failing else ""
    counted = f", {server.evidence:.1f} s of outage counted" if server.evidence else ""
    return f"{server.name} is {server.status}: it {server.trouble}{failing}{counted}"


def _pause(situation: Situation, now: datetime) -> str:
    pause = situation.pause
    if not situation.automatic:
        return "automatic failover is off"
    if pause is None:
        return "not paused"
    until = f"until {pause.until:%Y-%m-%d %H:%M:%S} UTC" if pause.until else "without end"
    return f"paused by {pause.by} {until}: {pause.reason}{'' if pause.holds(now) else ' (over by then)'}"


def _votes(votes: Votes) -> str:
    return (
        f"{votes.agreeing} of {votes.live} live monitors agree, {votes.seeing} see it like that; "
        f"{votes.needed} must, and {votes.least} must be live"
    )
