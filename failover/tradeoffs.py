"""An interval adviser's answer as drawn: a column for every interval, switches above, downtime below. No markup."""

from dataclasses import dataclass
from datetime import timedelta

from common.words import in_short
from failover.adviser import Advice, Choice

WIDTH, HEIGHT = 720, 80  # of each drawing, in units that the page stretches
GAP = 12
LEAST = 2.0  # what is more than nothing can be seen


@dataclass(frozen=True, slots=True)
class Column:
    """One interval: where its bars stand, how high they are, and what they say."""

    choice: Choice
    x: str
    width: str
    switches: str
    needless: str
    downtime: str

    @property
    def words(self) -> str:
        """What this interval would have meant."""
        choice = self.choice
        return (
            f"{choice.minutes} min: {choice.switches} switch{'es' * (choice.switches != 1)}, {choice.needless} of them "
            f"for an outage that ended by itself; {self.lasting} without service"
        )

    @property
    def lasting(self) -> str:
        """The downtime in words."""
        return in_short(timedelta(seconds=self.choice.downtime))


def columns(advice: Advice) -> list[Column]:
    """The columns, in the order of the intervals."""
    step = WIDTH / max(1, len(advice.choices))
    most = max((choice.switches for choice in advice.choices), default=0)
    longest = max((choice.downtime for choice in advice.choices), default=0.0)
    return [
        Column(
            choice,
            x=f"{number * step + GAP / 2:.4g}",
            width=f"{step - GAP:.4g}",
            switches=_height(choice.switches, most),
            needless=_height(choice.needless, most),
            downtime=_height(choice.downtime, longest),
        )
        for number, choice in enumerate(advice.choices)
    ]


def _height(value: float, most: float) -> str:
    return f"{max(LEAST, HEIGHT * value / most):.4g}" if value else "0"
