"""What the judge of a simulation hears."""

from failover.lease import Row
from tests.simulation.database import Event
from tests.simulation.prober import Fact


class History:
    """What the judge is told while it happens."""

    def probed(self, fact: Fact) -> None:
        """A probe ended."""

    def switched(self, event: Event) -> None:
        """A switch was committed."""

    def wrote(self, monitor: str, term: int | None, lease: Row) -> None:
        """A leader's note was committed while the lease stood so."""

    def said(self, text: str) -> None:
        """For the timeline that people read."""
