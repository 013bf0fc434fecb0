"""What the judge of a simulation hears."""

from failover.lease import Row
from tests.simulation.prober import Fact
from tests.simulation.rows import Countdown, Event, Notice


class Violation(AssertionError):
    """An invariant that did not hold."""


class History:
    """What the judge is told while it happens."""

    def probed(self, fact: Fact) -> None:
        """A probe ended."""

    def switched(self, event: Event) -> None:
        """A switch was committed."""

    def wrote(self, monitor: str, term: int | None, lease: Row) -> None:
        """A leader's note was committed while the lease stood so."""

    def opened(self, countdown: Countdown) -> None:
        """A countdown was written down as one that runs."""

    def ended(self, countdown: Countdown) -> None:
        """A countdown was written down as one that ended."""

    def expired(self, domain: int) -> None:
        """A pause that had ended by itself was written down as over."""

    def delivered(self, notice: Notice) -> None:
        """A subscriber was told."""

    def said(self, text: str) -> None:
        """For the timeline that people read."""
