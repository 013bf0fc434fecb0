"""A monitor that does not lead: it counts along, and costs next to nothing."""

from datetime import timedelta

import pytest

from appservers.models import Role
from failover.decision import Code
from failover.models import SwitchEvent
from failover.monitor import TICK
from failover.observation import Reason
from failover.tests.site import Site

pytestmark = pytest.mark.django_db


def test_it_does_not_spin_when_its_own_count_is_over_and_the_leader_does_not_switch() -> None:
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    second, prober = site.new_monitor("two")
    second.run_once()
    for _ in range(40):  # the leader sees all servers up, the second sees the primary out
        site.clock.turn(2.0)
        for pk, reason in site.answers.items():
            site.prober.see(pk, reason)
        for server in domain.servers.all():
            prober.see(server.pk, Reason.REFUSED if server.role == Role.PRIMARY else Reason.OK)
        site.monitor.run_once()
        pause = second.run_once()
    assert second.board.decisions[domain.pk].code is Code.NO_MAJORITY
    assert pause == TICK
    assert not SwitchEvent.objects.exists()
