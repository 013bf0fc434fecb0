"""A domain under everything that can happen to it, judged by an independent observer; FAILOVER.md section 7.

I1: one active server, epoch and events move together by one, from and to alternate. I2: no automatic switch without an
interval of gap-free evidence. I3: none to a server that is not up by RISE fresh successes. I7: every countdown ends in
one recorded way.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain
from appservers.testing import ApplicationServerFactory
from failover.exceptions import SwitchRefused
from failover.models import Cause, Countdown, SwitchEvent
from failover.observation import Reason, Verdict
from failover.switch import switch_by_hand
from failover.tests.site import PERIOD, Site

GAP = 2 * PERIOD + 2.0
FAILURES = [Reason.REFUSED, Reason.TIMEOUT, Reason.RESET, Reason.UNREACHABLE]
answers = st.sampled_from([Reason.OK, Reason.OK, *FAILURES, Reason.UNRESOLVED])


@dataclass(frozen=True)
class Fact:
    """What the observer knows of one probe: when, and what it said."""

    at: float
    verdict: Verdict


class DomainUnderFire(RuleBasedStateMachine):
    """One pair, its probes, its administrators, and the observer."""

    @initialize(interval=st.sampled_from([0, 3, 20, 60]))
    def start(self, interval: int) -> None:
        self.site = Site()
        self.domain = self.site.pair(auto_failover_interval=timedelta(seconds=interval))
        # pair() has probed both servers already, and found them up.
        now = self.site.clock.monotonic()
        self.facts = {role: [Fact(now - PERIOD, Verdict.HEALTHY), Fact(now, Verdict.HEALTHY)] for role in Role}
        self.counted_since = self.site.clock.monotonic()
        self.interval = float(interval)
        self.events = 0

    def teardown(self) -> None:
        if hasattr(self, "site"):
            delete_domain(domain=self.domain, typed_name=self.domain.name)
            self.site.run(2)
            assert not Countdown.objects.filter(ended_at=None).exists()
            assert not Countdown.objects.filter(ending="").exists()
            self.site.monitor.stop()

    def observe(self) -> None:
        """Look at every switch that was made since the last look, and judge it by the facts alone."""
        for event in SwitchEvent.objects.filter(domain=self.domain).order_by("epoch")[self.events :]:
            self.events += 1
            if event.cause == Cause.AUTOMATIC:
                self.judge_automatic(Role(event.from_role), Role(event.to_role))
            self.counted_since = self.site.clock.monotonic()

    def judge_automatic(self, old: Role, new: Role) -> None:
        now = self.site.clock.monotonic()
        evidence = [fact for fact in self.facts[old] if fact.verdict is not Verdict.NO_EVIDENCE]
        assert [fact.verdict for fact in evidence[-3:]] == [Verdict.OUTAGE] * 3
        assert now - self.outage_began(evidence) >= self.interval - 1e-6, "I2: switched early"
        fresh = [fact for fact in self.facts[new] if fact.verdict is not Verdict.NO_EVIDENCE][-2:]
        assert [fact.verdict for fact in fresh] == [Verdict.HEALTHY] * 2, "I3: the new server is not proven to be up"
        assert now - fresh[-1].at <= GAP

    def outage_began(self, evidence: list[Fact]) -> float:
        """The earliest moment from which evidence without a gap and without a recovery speaks of an outage."""
        began = self.site.clock.monotonic()
        successes = 0
        for later, fact in zip([None, *reversed(evidence)], reversed(evidence), strict=False):
            if later is not None and later.at - fact.at > GAP:
                break
            successes = successes + 1 if fact.verdict is Verdict.HEALTHY else 0
            if successes == 2 or fact.at < self.counted_since:
                break
            if fact.verdict is Verdict.OUTAGE:
                began = fact.at
        return max(began, self.counted_since)

    def step(self, seconds: float, seen: dict[Role, Reason]) -> None:
        self.site.clock.turn(seconds)
        for role, reason in seen.items():
            server = self.domain.servers.filter(role=role).first()
            if server is not None:
                self.site.prober.see(server.pk, reason)
                self.facts[role].append(Fact(self.site.clock.monotonic(), reason.verdict))
        self.site.monitor.run_once()
        self.observe()

    @rule(primary=answers, secondary=answers, times=st.integers(1, 12), wait=st.sampled_from([0.5, 2.0]))
    def probes(self, primary: Reason, secondary: Reason, times: int, wait: float) -> None:
        for _ in range(times):
            self.step(wait, {Role.PRIMARY: primary, Role.SECONDARY: secondary})

    @rule(times=st.integers(4, 35), secondary=answers)
    def active_is_out(self, times: int, secondary: Reason) -> None:
        self.domain.refresh_from_db()
        active = Role(self.domain.active_role)
        for _ in range(times):
            self.step(PERIOD, {active: Reason.REFUSED, active.other: secondary})

    @rule(before=st.integers(3, 20), blind=st.booleans(), gap=st.integers(1, 20), after=st.integers(1, 10))
    def outage_with_a_gap(self, before: int, blind: bool, gap: int, after: int) -> None:
        """The active server is out, the monitor sees nothing for a while, and then the outage again."""
        self.domain.refresh_from_db()
        active = Role(self.domain.active_role)
        out = {active: Reason.REFUSED, active.other: Reason.OK}
        for _ in range(before):
            self.step(PERIOD, out)
        if blind:
            for _ in range(gap):
                self.step(PERIOD, {active: Reason.UNRESOLVED, active.other: Reason.OK})
        else:
            self.step(gap * PERIOD, {})
        for _ in range(after):
            self.step(PERIOD, out)

    @rule(seconds=st.sampled_from([1.0, 5.0, 7.0, 100.0]))
    def silence(self, seconds: float) -> None:
        self.step(seconds, {})

    @rule(seen_late=st.booleans(), force=st.booleans())
    def switch_by_hand(self, seen_late: bool, force: bool) -> None:
        self.domain.refresh_from_db()
        try:
            switch_by_hand(
                domain=self.domain,
                to_role=Role(self.domain.active_role).other,
                seen_epoch=self.domain.epoch - seen_late,
                actor_name="somebody",
                reason="because",
                force=force,
                clock=self.site.clock,
            )
        except SwitchRefused:
            return
        assert not seen_late, "a switch on an epoch that is over"
        self.observe()
        self.site.monitor.run_once()

    @rule(seconds=st.sampled_from([0, 3, 20, 60]))
    def edit_interval(self, seconds: int) -> None:
        Domain.objects.filter(pk=self.domain.pk).update(auto_failover_interval=timedelta(seconds=seconds))
        self.site.monitor.run_once()  # may still act on the interval that it read a moment ago, never inside a switch
        self.observe()
        self.interval = float(seconds)

    @rule(role=st.sampled_from(Role))
    def edit_server(self, role: Role) -> None:
        server = self.domain.servers.filter(role=role).first()
        if server is not None:
            ApplicationServer.objects.filter(pk=server.pk).update(
                server_port=server.server_port % 60000 + 1, configuration=server.configuration + 1
            )
            self.facts[role] = []
            if role == Domain.objects.get(pk=self.domain.pk).active_role:
                self.counted_since = self.site.clock.monotonic()
            self.step(1.0, {})

    @precondition(lambda self: Domain.objects.get(pk=self.domain.pk).active_role == Role.PRIMARY)
    @rule()
    def remove_or_register_secondary(self) -> None:
        secondary = self.domain.servers.filter(role=Role.SECONDARY).first()
        if secondary is None:
            ApplicationServerFactory.create(domain=self.domain, role=Role.SECONDARY)
        else:
            secondary.delete()
        self.facts[Role.SECONDARY] = []
        self.step(1.0, {})

    @rule()
    def restart_monitor(self) -> None:
        self.site.monitor.stop()
        self.site.monitor, self.site.prober = self.site.new_monitor("again")
        self.facts = {role: [] for role in Role}
        self.step(1.0, {})

    @invariant()
    def one_active_and_a_chain_of_events(self) -> None:
        if not hasattr(self, "site"):
            return
        domain = Domain.objects.get(pk=self.domain.pk)
        events = list(SwitchEvent.objects.filter(domain=domain).order_by("epoch"))
        assert [event.epoch for event in events] == list(range(1, domain.epoch + 1))
        active = Role.PRIMARY
        for event in events:
            assert (event.from_role, event.to_role) == (active, active.other)
            active = active.other
        assert domain.active_role == active

    @invariant()
    def a_wait_is_open_only_while_the_active_server_is_out(self) -> None:
        if hasattr(self, "site"):
            waiting = Countdown.objects.filter(domain=self.domain, ended_at=None).count()
            decision = self.site.monitor.board.decisions.get(self.domain.pk)
            assert waiting <= 1
            if decision is not None and decision.state in ("steady", "exposed"):
                assert waiting == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("untraced")
def test_a_domain_keeps_the_invariants_whatever_happens_to_it() -> None:
    run_state_machine_as_test(
        DomainUnderFire,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
