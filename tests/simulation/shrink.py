"""Which faults a violation needs: the others are left out one by one."""

from collections.abc import Callable

from tests.simulation.scenario import Scenario
from tests.simulation.simulator import Outcome

Play = Callable[[Scenario], Outcome]


def shrunk(outcome: Outcome, play: Play) -> Outcome:
    """The same kind of violation with as few faults as leaving out can reach."""
    kind, tried = outcome.violation[:2], bool(outcome.violation)
    while tried:
        tried = False
        for fault in outcome.scenario.faults:
            smaller = play(outcome.scenario.without(fault))
            if smaller.violation.startswith(kind):
                outcome, tried = smaller, True
                break
    return outcome


def told(outcome: Outcome) -> str:
    """A violation for people: what was the case, what happened, and what must not have."""
    scenario = outcome.scenario
    head = (
        f"seed {scenario.seed}: {outcome.violation}\n{scenario.monitors} monitors, intervals {scenario.intervals}, "
        f"quorum {scenario.quorum}, at least {scenario.least}, {scenario.length:.1f} s"
    )
    lines = [f"{at:8.3f}  {text}" for at, text in outcome.timeline]
    return "\n".join([head, *lines, f"          {outcome.violation}"])
