"""Making the other server active: by hand and by decision; each guard has a test of its own. FAILOVER.md section 4."""

from dataclasses import replace

import pytest

from appservers.models import Domain, Role
from appservers.services import make_active
from appservers.testing import DomainFactory, pair
from failover.automatic import switch_automatically
from failover.board import Board
from failover.conf import LEASE_TTL, OLDEST_DECISION
from failover.exceptions import Refusal, SwitchRefused
from failover.health import Status
from failover.lease import Leadership
from failover.models import Cause, Countdown, Ending, Hold, HoldKind, Lease, Standing, SwitchEvent, SwitchRefusal
from failover.observation import Observation, Reason
from failover.pace import Pace
from failover.selectors import watched_domains
from failover.switch import switch_by_hand
from failover.testing import CountdownFactory, MonitorFactory, ServerHealthFactory, StandingFactory, TurnedClock

pytestmark = pytest.mark.django_db


def watched_pair(clock: TurnedClock, status: Status = Status.UP) -> Domain:
    """A pair whose secondary has that status by a live monitor."""
    domain = pair()
    MonitorFactory.create(heartbeat_at=clock.now())
    ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY), status=status)
    return domain


def by_hand(domain: Domain, clock: TurnedClock, *, force: bool = False, reason: str = "patching") -> SwitchEvent:
    return switch_by_hand(
        domain=domain,
        to_role=Role.SECONDARY,
        seen_epoch=domain.epoch,
        actor_name="anna",
        reason=reason,
        force=force,
        clock=clock,
    )


def refused(code: str) -> SwitchRefusal:
    """The one refusal that was recorded, which has that code; nothing was switched."""
    refusal = SwitchRefusal.objects.get()
    assert refusal.code == code
    return refusal


def test_a_switch_by_hand_moves_active_epoch_and_event_together() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    event = by_hand(domain, clock)
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 1)
    assert (event.epoch, event.from_role, event.to_role) == (1, Role.PRIMARY, Role.SECONDARY)
    assert (event.cause, event.actor_name, event.reason, event.forced) == (Cause.MANUAL, "anna", "patching", False)
    assert event.at == clock.now()


def test_the_way_back_to_the_primary_is_a_fail_back() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    by_hand(domain, clock)
    ServerHealthFactory.create(server=domain.servers.get(role=Role.PRIMARY))
    event = switch_by_hand(
        domain=domain, to_role=Role.PRIMARY, seen_epoch=1, actor_name="anna", reason="mended", clock=clock
    )
    assert (event.cause, event.epoch) == (Cause.FAILBACK, 2)


def test_a_switch_by_hand_ends_the_countdown_and_the_standing_of_the_server_that_was_active() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    countdown = CountdownFactory.create(domain=domain)
    StandingFactory.create(domain=domain)
    by_hand(domain, clock)
    countdown.refresh_from_db()
    assert countdown.ending == Ending.SWITCHED_BY_HAND
    assert not Standing.objects.exists()


def test_the_second_operator_with_an_old_epoch_gets_a_conflict() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    make_active(domain_id=domain.pk, epoch=0, from_role=Role.PRIMARY, to_role=Role.SECONDARY)
    make_active(domain_id=domain.pk, epoch=1, from_role=Role.SECONDARY, to_role=Role.PRIMARY)
    with pytest.raises(SwitchRefused, match="Primary is active now"):
        by_hand(domain, clock)
    assert refused(Refusal.CONFLICT).actor_name == "anna"


def test_who_wants_what_is_already_so_is_told() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    by_hand(domain, clock)
    with pytest.raises(SwitchRefused, match="active already"):
        by_hand(domain, clock)
    refused(Refusal.ALREADY_ACTIVE)


@pytest.mark.parametrize("status", [Status.DOWN, Status.UNKNOWN])
def test_a_server_that_is_not_up_becomes_active_only_by_force(status: Status) -> None:
    clock = TurnedClock()
    domain = watched_pair(clock, status)
    with pytest.raises(SwitchRefused):
        by_hand(domain, clock)
    refused(Refusal.STANDBY_NOT_UP)
    assert by_hand(domain, clock, force=True).forced


def test_health_that_no_live_monitor_vouches_for_counts_as_unknown() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    clock.turn(60)
    with pytest.raises(SwitchRefused, match="not known to be up"):
        by_hand(domain, clock)


def test_a_reason_is_needed() -> None:
    clock = TurnedClock()
    with pytest.raises(SwitchRefused, match="reason"):
        by_hand(watched_pair(clock), clock, reason="  ")
    refused(Refusal.REASON_MISSING)


def test_a_domain_without_a_secondary_cannot_be_switched() -> None:
    with pytest.raises(SwitchRefused, match="no secondary"):
        by_hand(DomainFactory.create(), TurnedClock())
    refused(Refusal.NO_STANDBY)


def test_a_domain_that_was_deleted_leaves_the_refusal_behind() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    gone = Domain.objects.get(pk=domain.pk)
    Domain.objects.update(active_role="")
    domain.delete()
    with pytest.raises(SwitchRefused, match="deleted"):
        by_hand(gone, clock)
    assert refused(Refusal.DOMAIN_GONE).domain_name == gone.name


class Decided:
    """A monitor's mind and lease at the moment at which it decided to leave the primary."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.domain = pair()
        self.board = Board(Pace())
        self.board.adopt(watched_domains(), self.clock.monotonic())
        self.leadership = Leadership(me="me", clock=self.clock)
        self.see_pair(primary=Reason.REFUSED, secondary=Reason.OK, times=61)
        self.leadership.step()
        self.decided_at = self.clock.monotonic()
        self.late: list[tuple[Role, Reason]] = []

    def see_pair(self, *, primary: Reason, secondary: Reason, times: int) -> None:
        for _ in range(times):
            self.clock.turn(2.0)
            self.see(Role.PRIMARY, primary)
            self.see(Role.SECONDARY, secondary)

    def see(self, role: Role, reason: Reason) -> None:
        server, moment = self.board.domains[self.domain.pk].servers[role], self.clock.monotonic()
        self.board.take([Observation(server.pk, server.configuration, reason, moment, moment)])

    def arrives(self) -> None:
        """What probes saw while locks were waited for; nothing, unless a test says otherwise."""
        for role, reason in self.late:
            self.see(role, reason)

    def switch(self) -> SwitchEvent:
        return switch_automatically(
            domain_id=self.domain.pk,
            board=self.board,
            before=None,
            leadership=self.leadership,
            decided_at=self.decided_at,
            refresh=self.arrives,
            clock=self.clock,
        )

    def is_refused(self, code: str) -> None:
        with pytest.raises(SwitchRefused):
            self.switch()
        refused(code)
        self.domain.refresh_from_db()
        assert (self.domain.active_role, self.domain.epoch) == (Role.PRIMARY, 0)
        assert not SwitchEvent.objects.exists()


def test_a_decision_that_still_holds_is_carried_out_with_its_inputs() -> None:
    decided = Decided()
    countdown = CountdownFactory.create(domain=decided.domain)
    event = decided.switch()
    assert (event.cause, event.epoch, event.to_role) == (Cause.AUTOMATIC, 1, Role.SECONDARY)
    assert event.inputs["situation"]["active"]["evidence"] == 120.0
    assert event.inputs["situation"]["standby"]["status"] == "up"
    assert event.inputs["decision"]["state"] == "switch"
    countdown.refresh_from_db()
    assert countdown.ending == Ending.SWITCHED


def test_a_decision_that_grew_old_is_dropped() -> None:
    decided = Decided()
    decided.clock.turn(OLDEST_DECISION + 0.1)
    decided.is_refused(Refusal.STALE_DECISION)


def test_a_monitor_that_lost_the_lease_may_not_switch() -> None:
    decided = Decided()
    Lease.objects.update(holder="other", term=2)
    decided.is_refused(Refusal.LEASE_LOST)


def test_a_monitor_whose_lease_ran_out_may_not_switch() -> None:
    decided = Decided()
    decided.clock.turn(LEASE_TTL)
    decided.decided_at = decided.clock.monotonic()
    decided.is_refused(Refusal.LEASE_LOST)


def test_a_domain_that_somebody_switched_in_the_meantime_is_left_alone() -> None:
    decided = Decided()
    Domain.objects.update(epoch=7)
    with pytest.raises(SwitchRefused):
        decided.switch()
    refused(Refusal.CONFLICT)
    assert not SwitchEvent.objects.exists()


def test_a_standby_that_failed_since_the_decision_holds_the_switch() -> None:
    decided = Decided()
    decided.see(Role.SECONDARY, Reason.TIMEOUT)
    decided.is_refused("standby_unknown")


def test_a_standby_that_failed_while_a_lock_was_waited_for_holds_the_switch() -> None:
    decided = Decided()
    decided.late = [(Role.SECONDARY, Reason.REFUSED)]
    decided.is_refused("standby_unknown")


def test_an_active_server_that_recovered_while_a_lock_was_waited_for_stays() -> None:
    decided = Decided()
    decided.late = [(Role.PRIMARY, Reason.OK)] * 2
    decided.is_refused("all_up")


def test_an_active_server_that_recovered_since_the_decision_stays() -> None:
    decided = Decided()
    decided.see_pair(primary=Reason.OK, secondary=Reason.OK, times=2)
    decided.is_refused("all_up")


def test_evidence_on_an_older_configuration_of_the_active_server_counts_for_nothing() -> None:
    decided = Decided()
    decided.domain.servers.filter(role=Role.PRIMARY).update(configuration=2, server_port=9998)
    decided.is_refused("not_judged")


def test_evidence_on_an_older_configuration_of_the_standby_counts_for_nothing() -> None:
    decided = Decided()
    decided.domain.servers.filter(role=Role.SECONDARY).update(configuration=2, server_port=9998)
    decided.is_refused("standby_unknown")


def test_an_interval_that_was_lengthened_since_the_decision_counts() -> None:
    decided = Decided()
    Domain.objects.update(auto_failover_interval=decided.domain.auto_failover_interval * 2)
    decided.is_refused("interval_running")


def test_a_standby_that_was_removed_since_the_decision_leaves_the_domain_exposed() -> None:
    decided = Decided()
    decided.domain.servers.get(role=Role.SECONDARY).delete()
    decided.is_refused("no_standby")


def test_nothing_is_left_half_written_when_the_event_cannot_be_written() -> None:
    decided = Decided()
    Domain.objects.update(epoch=1)
    decided.board.domains[decided.domain.pk] = replace(decided.board.domains[decided.domain.pk], epoch=1)
    taken = decided.switch()  # epoch 2
    Domain.objects.update(epoch=1, active_role=Role.PRIMARY)  # a database that went back
    with pytest.raises(SwitchRefused):
        decided.switch()
    refused(Refusal.HISTORY_WENT_BACK)
    assert Hold.objects.get(cleared_at=None).kind == HoldKind.HISTORY_WENT_BACK
    decided.domain.refresh_from_db()
    assert (decided.domain.active_role, decided.domain.epoch) == (Role.PRIMARY, 1)
    assert list(SwitchEvent.objects.values_list("pk", flat=True)) == [taken.pk]
    assert not Countdown.objects.exists()


def test_a_wish_for_what_is_already_so_leaves_the_countdown_running() -> None:
    clock = TurnedClock()
    domain = watched_pair(clock)
    countdown = CountdownFactory.create(domain=domain)
    with pytest.raises(SwitchRefused):
        switch_by_hand(domain=domain, to_role=Role.PRIMARY, seen_epoch=0, actor_name="anna", reason="stay", clock=clock)
    countdown.refresh_from_db()
    assert countdown.ended_at is None
