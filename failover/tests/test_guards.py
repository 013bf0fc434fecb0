"""Each guard by itself: everything else speaks for the switch, so that no other guard can hide the one that is tested.

`make mutate` removes one guard after the other; see tests/mutation/mutants.py and docs/reliability.md.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appservers.models import Role
from failover import decision, pausing
from failover.automatic import decided_again
from failover.board import NO_ORDERS, Board, Interruption, Orders, WatchedDomain, WatchedServer
from failover.conf import OLDEST_DECISION
from failover.decision import Code, Pause, Seen, Situation, State, Votes, decide
from failover.exceptions import Refusal, SwitchRefused
from failover.health import Status
from failover.leading import Leading
from failover.lease import Row, StoredLease
from failover.models import Countdown, Ending, Lease, SwitchEvent
from failover.observation import Kind, Observation, Reason
from failover.pace import Pace
from failover.peers import Finding, Peers, Publication
from failover.summaries import Summaries
from failover.testing import CountdownFactory, TurnedClock
from failover.tests.test_switch import Decided
from failover.votes import Ballot, Quorum, count

NOW = datetime(2026, 3, 1, 3, 12, tzinfo=UTC)
DUE = Situation(
    interval=120.0,
    fall=3,
    active=Seen("primary", Status.DOWN, failing=True, failures=60, evidence=120.0, reason=Reason.REFUSED),
    standby=Seen("secondary", Status.UP, reason=Reason.OK),
    votes=Votes(live=3, needed=2, seeing=2, agreeing=2, least=1),
)


def test_with_every_guard_content_it_switches() -> None:
    assert decide(DUE, None, NOW).state is State.SWITCH


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        pytest.param(replace(DUE, pause=Pause("anna", "patching")), Code.PAUSED, id="pause"),
        pytest.param(replace(DUE, automatic=False), Code.PAUSED, id="automatic off"),
        pytest.param(replace(DUE, behind=True), Code.HISTORY_WENT_BACK, id="behind"),
        pytest.param(replace(DUE, votes=replace(DUE.votes, agreeing=1)), Code.NO_MAJORITY, id="majority"),
        pytest.param(replace(DUE, votes=replace(DUE.votes, least=4)), Code.NO_MAJORITY, id="least"),
        pytest.param(replace(DUE, flapping=True), Code.ANTI_FLAP, id="anti-flap"),
        pytest.param(replace(DUE, mass=True), Code.MASS_OUTAGE, id="brake"),
        pytest.param(replace(DUE, standby=Seen("secondary", Status.DOWN)), Code.STANDBY_DOWN, id="standby"),
    ],
)
def test_one_guard_alone_holds_the_switch(situation: Situation, code: Code) -> None:
    decided = decide(situation, None, NOW)
    assert (decided.state, decided.code) == (State.HELD, code)


def test_of_several_rules_that_match_the_first_one_wins() -> None:
    wrong = replace(
        DUE,
        active=replace(DUE.active, evidence=119.0),
        standby=Seen("secondary", Status.DOWN),
        pause=Pause("anna", "patching"),
        behind=True,
        votes=replace(DUE.votes, agreeing=1, least=4),
        flapping=True,
        mass=True,
    )
    assert decide(replace(wrong, active=replace(wrong.active, status=Status.UP)), None, NOW).state is State.STEADY
    assert decide(replace(wrong, active=replace(wrong.active, failing=False)), None, NOW).state is State.UNKNOWN
    assert decide(replace(wrong, standby=None), None, NOW).state is State.EXPOSED
    suspected = replace(wrong, active=replace(wrong.active, status=Status.UNKNOWN))
    assert decide(suspected, None, NOW).code is Code.PAUSED
    mended: list[tuple[dict[str, Any], Code]] = [
        ({"pause": None}, Code.HISTORY_WENT_BACK),
        ({"behind": False}, Code.INTERVAL_RUNNING),
        ({"active": DUE.active}, Code.STANDBY_DOWN),
        ({"standby": DUE.standby}, Code.NO_MAJORITY),
        ({"votes": DUE.votes}, Code.ANTI_FLAP),
        ({"flapping": False}, Code.MASS_OUTAGE),
        ({"mass": False}, Code.INTERVAL_OVER),
    ]
    assert decide(wrong, None, NOW).code is Code.PAUSED
    for change, code in mended:
        wrong = replace(wrong, **change)
        assert decide(wrong, None, NOW).code is code
    suspected = replace(wrong, active=replace(wrong.active, status=Status.UNKNOWN))
    assert decide(suspected, None, NOW).code is Code.OUTAGE_SUSPECTED


def test_the_interval_alone_holds_the_switch() -> None:
    early = replace(DUE, active=replace(DUE.active, evidence=119.9))
    assert decide(early, None, NOW).state is State.COUNTING_DOWN


def test_a_majority_that_still_counts_is_waited_for_and_the_moment_is_announced() -> None:
    counting = replace(DUE, votes=Votes(live=3, needed=2, seeing=3, agreeing=1, lacking=1.5))
    cast = [Ballot(True, True, counted) for counted in (120.0, 118.5, 90.0)]
    assert count(cast, interval=120.0, quorum=Quorum.MAJORITY, least=1) == counting.votes
    decided = decide(counting, None, NOW)
    assert (decided.state, decided.switch_at) == (State.COUNTING_DOWN, NOW + timedelta(seconds=1.5))


PAIR = WatchedDomain(
    pk=1,
    name="Budapest",
    active=Role.PRIMARY,
    epoch=0,
    interval=10.0,
    kind=Kind.TCP,
    key=b"NameService",
    automatic=True,
    servers={role: WatchedServer(number, role, 1, "host", 9999) for number, role in enumerate(Role, start=1)},
)


class Ready:
    """A board on which the primary was out for longer than the interval."""

    def __init__(self) -> None:
        self.clock, self.board = TurnedClock(), Board(Pace())
        self.board.adopt([PAIR], self.clock.monotonic())
        for _ in range(8):
            self.clock.turn(2.0)
            self.see(1, Reason.REFUSED)
            self.see(2, Reason.OK)

    def see(self, server: int, reason: Reason, *, configuration: int = 1) -> None:
        moment = self.clock.monotonic()
        self.board.take([Observation(server, configuration, reason, moment, moment)])

    def again(self, *, watched: WatchedDomain = PAIR, orders: Orders = NO_ORDERS) -> State:
        """What comes of the second decision."""
        _, made = decided_again(
            board=self.board, domain_id=1, watched=watched, orders=orders, before=None, clock=self.clock
        )
        return made.state


def test_the_second_decision_makes_the_switch_when_nothing_changed() -> None:
    assert Ready().again() is State.SWITCH


def test_a_domain_at_another_epoch_is_not_switched() -> None:
    with pytest.raises(SwitchRefused) as refused:
        Ready().again(watched=replace(PAIR, epoch=2))
    assert refused.value.code == Refusal.CONFLICT


def test_a_pause_that_is_over_and_was_never_seen_holds_the_switch_all_the_same() -> None:
    with pytest.raises(SwitchRefused) as refused:
        Ready().again(orders=Orders(latest=7))
    assert refused.value.code == Refusal.PAUSED


def test_automatic_failover_off_and_on_again_since_the_last_look_holds_the_switch() -> None:
    ready = Ready()
    with pytest.raises(SwitchRefused) as refused:
        ready.again(watched=replace(PAIR, turned_at=ready.clock.now()))
    assert refused.value.code == Refusal.PAUSED


def test_automatic_failover_off_and_on_again_between_two_looks_clears_the_count() -> None:
    ready = Ready()
    turned = replace(PAIR, turned_at=ready.clock.now())
    assert ready.board.interruptions([turned]) == [Interruption(1, Ending.PAUSED)]
    ready.board.adopt([turned], ready.clock.monotonic())
    looked = ready.board.look(1, monotonic=ready.clock.monotonic(), now=ready.clock.now())
    assert looked.state is State.COUNTING_DOWN


def test_a_pause_that_was_seen_before_clears_the_count_when_it_is_over() -> None:
    ready = Ready()
    pause = decision.Pause("anna", "patching", ready.clock.now() + timedelta(seconds=3))
    ready.board.obey({1: Orders(pause=pause, latest=1)}, ready.clock.monotonic())
    assert ready.board.look(1, monotonic=ready.clock.monotonic(), now=ready.clock.now()).code is Code.PAUSED
    for _ in range(3):
        ready.clock.turn(2.0)
        ready.see(1, Reason.REFUSED)
        ready.see(2, Reason.OK)
        looked = ready.board.look(1, monotonic=ready.clock.monotonic(), now=ready.clock.now())
    assert looked.state is State.COUNTING_DOWN


def test_results_of_an_older_configuration_do_not_make_the_standby_up() -> None:
    ready = Ready()
    moved = replace(
        PAIR, servers={**PAIR.servers, Role.SECONDARY: replace(PAIR.servers[Role.SECONDARY], configuration=2)}
    )
    ready.board.adopt([moved], ready.clock.monotonic())
    for _ in range(3):
        ready.see(2, Reason.OK, configuration=1)
    with pytest.raises(SwitchRefused) as refused:
        ready.again(watched=moved)
    assert refused.value.code == Code.STANDBY_UNKNOWN


def test_one_success_does_not_make_the_standby_up() -> None:
    ready = Ready()
    ready.see(2, Reason.REFUSED)
    ready.see(2, Reason.OK)
    with pytest.raises(SwitchRefused) as refused:
        ready.again()
    assert refused.value.code == Code.STANDBY_UNKNOWN


@pytest.mark.django_db
def test_of_two_monitors_that_saw_the_lease_stand_still_one_takes_it() -> None:
    Lease.objects.update_or_create(id=Lease.ONLY, defaults={"holder": "gone", "term": 4, "seq": 9})
    seen = StoredLease().read()
    assert seen == Row("gone", 4, 9)
    assert StoredLease().take("a", seen)
    assert not StoredLease().take("b", seen)
    assert StoredLease().read() == Row("a", 5, 10)


@pytest.mark.django_db
def test_a_holder_that_renews_in_the_last_moment_keeps_the_lease() -> None:
    Lease.objects.update_or_create(id=Lease.ONLY, defaults={"holder": "slow", "term": 4, "seq": 9})
    seen = StoredLease().read()
    assert StoredLease().renew("slow", 4)
    assert not StoredLease().take("b", seen)


@pytest.mark.django_db
def test_an_older_term_is_not_renewed() -> None:
    Lease.objects.update_or_create(id=Lease.ONLY, defaults={"holder": "a", "term": 5, "seq": 9})
    assert not StoredLease().renew("a", 4)
    assert not StoredLease().renew("b", 5)


class SlowClock(TurnedClock):
    """A clock by which the writing of a switch takes long."""

    slow = False

    def now(self) -> datetime:
        if self.slow:
            self.turn(OLDEST_DECISION)
        return super().now()


@pytest.mark.django_db
def test_a_decision_that_grows_old_while_it_is_written_is_dropped() -> None:
    decided = Decided()
    slow = SlowClock()
    slow.turn(decided.clock.monotonic() - slow.monotonic())
    slow.slow = True
    decided.clock = slow
    decided.is_refused(Refusal.STALE_DECISION)
    assert not SwitchEvent.objects.exists()


@pytest.mark.django_db
def test_a_pause_since_the_decision_holds_the_switch() -> None:
    decided = Decided()
    pausing.pause(domain=decided.domain, reason="patching", actor_name="anna", clock=decided.clock)
    decided.is_refused(Refusal.PAUSED)


def test_who_gives_no_sign_while_the_reader_is_away_keeps_its_vote() -> None:
    peers = Peers(patience=4.0)
    sign = Publication("two", seq=1, revision=1, ready=True)
    for now in (0.0, 1.0, 6.0):  # the reader could not read in between
        peers.take([sign], {}, now=now)
    assert len(peers.ballots((1, 1), now=6.0)) == 1
    for now in (7.0, 8.0, 9.0, 10.0, 11.0):
        peers.take([sign], {}, now=now)
    assert peers.ballots((1, 1), now=11.0) == []


def test_a_write_elsewhere_does_not_take_a_peers_word_and_a_server_that_it_has_not_read_does() -> None:
    peers = Peers(patience=4.0)
    for seq in (1, 2):
        peers.take([Publication("two", seq=seq, revision=7, ready=True)], {}, now=0.0)
    peers.configured = {1: 3, 2: 7}  # the reader may be at revision 9: nothing of these two changed since
    assert [ballot.standby_up for ballot in peers.ballots((1, 1), (2, 1), now=0.0)] == [True]
    peers.configured = {1: 3, 2: 8}
    assert [ballot.standby_up for ballot in peers.ballots((1, 1), (2, 1), now=0.0)] == [False]


def test_what_a_peer_says_of_another_configuration_is_no_vote() -> None:
    peers = Peers(patience=4.0)
    finding = Finding(server=1, configuration=1, status=Status.DOWN, counted=60.0, counting=True)
    for seq in (1, 2):  # it has a word once it is seen to move
        sign = Publication("two", seq=seq, revision=1, ready=True)
        peers.take([sign], {"two": [finding]}, now=0.0)
    assert [ballot.active_down for ballot in peers.ballots((1, 1), (2, 1), now=0.0)] == [True]
    assert [ballot.active_down for ballot in peers.ballots((1, 2), (2, 1), now=0.0)] == [False]


@pytest.mark.django_db
def test_whoever_believes_to_lead_and_does_not_writes_no_notes() -> None:
    decided = Decided()
    leading = Leading(
        board=decided.board,
        leadership=decided.leadership,
        summaries=Summaries(board=decided.board, clock=decided.clock, longest=Pace().limits.gap),
        refresh=lambda: None,
        breathe=lambda: True,
        clock=decided.clock,
        pace=Pace(),
    )
    Lease.objects.update(holder="other", term=9)
    assert decided.leadership.valid
    CountdownFactory.create(domain=decided.domain)
    leading.interrupt([Interruption(decided.domain.pk, Ending.PAUSED)])
    assert Countdown.objects.get().ended_at is None
    assert not decided.leadership.valid


def test_a_peer_that_sees_the_server_down_too_confirms_a_mass_outage() -> None:
    ready = Ready()
    for server in (1, 7, 8):
        ready.board.brake.up(server)
    for server in (1, 7, 8):
        ready.board.brake.fails(server, 0.0)
    now = ready.clock.monotonic()
    assert ready.board.situation(PAIR, now).mass
    found = Finding(server=1, configuration=1, status=Status.DOWN, counted=60.0, counting=True)
    for seq in (1, 2):
        ready.board.peers.take([Publication("two", seq=seq, revision=1, ready=True)], {"two": [found]}, now=now)
    assert not ready.board.situation(PAIR, now).mass
