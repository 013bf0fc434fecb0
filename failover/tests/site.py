"""A monitor over a scripted network: what the tests of the monitor and of its properties share."""

from collections.abc import Mapping

from appservers.models import Domain, Role
from appservers.testing import pair
from failover.models import Standing
from failover.monitor import Identity, Monitor
from failover.observation import Reason
from failover.pace import Pace
from failover.testing import ScriptedProber, TurnedClock

PERIOD = 2.0


class Site:
    """Domains, a clock that is turned, a network that answers as told, and the real monitor over the real database."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.answers: dict[int, Reason] = {}
        self.monitor, self.prober = self.new_monitor("one")

    def new_monitor(self, name: str) -> tuple[Monitor, ScriptedProber]:
        """Another monitor, as after a restart or on another machine."""
        prober = ScriptedProber(self.clock)
        monitor = Monitor(identity=Identity(name, "0"), pace=Pace(period=PERIOD), prober=prober, clock=self.clock)
        return monitor, prober

    def pair(self, **properties: object) -> Domain:
        """A domain whose two servers answer, and which the monitor has judged."""
        domain = pair(**properties)
        self.answer(domain, {Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.OK})
        self.run(8)
        return domain

    def answer(self, domain: Domain, answers: Mapping[Role, Reason]) -> None:
        """What the domain's servers answer from now on."""
        for server in domain.servers.all():
            if (role := Role(server.role)) in answers:
                self.answers[server.pk] = answers[role]

    def run(self, seconds: float, step: float = PERIOD) -> None:
        """Let time pass with a probe of every server and a round at each step."""
        for _ in range(round(seconds / step)):
            self.clock.turn(step)
            for server, reason in self.answers.items():
                self.prober.see(server, reason)
            self.monitor.run_once()

    def standing(self, domain: Domain) -> Standing:
        """Where the domain stands, as written."""
        return Standing.objects.get(domain=domain)
