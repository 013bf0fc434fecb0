"""Several monitors: who switches only with the votes of the others. FAILOVER.md section 5."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from appservers.models import Domain, Role
from appservers.testing import pair
from failover.decision import Code
from failover.health import evidence
from failover.models import Finding, Standing, SwitchEvent
from failover.models import Monitor as MonitorRow
from failover.monitor import Identity, Monitor
from failover.observation import Reason
from failover.pace import Pace
from failover.testing import ScriptedProber, TurnedClock
from failover.votes import Quorum

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced")]

OUT = {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.OK}
WELL = {Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.OK}
BOTH_OUT = {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.TIMEOUT}


class Crowd:
    """Monitors in different places over one database; each sees what its network shows."""

    def __init__(self, *names: str, quorum: Quorum = Quorum.MAJORITY, least: int = 1) -> None:
        self.clock = TurnedClock()
        self.quorum, self.least = quorum, least
        self.domain = pair(auto_failover_interval=timedelta(minutes=1))
        self.monitors: dict[str, tuple[Monitor, ScriptedProber]] = {}
        self.views: dict[str, Mapping[Role, Reason]] = {}
        for name in names:
            self.join(name)
        self.run(20)

    def join(self, name: str) -> None:
        prober = ScriptedProber(self.clock)
        monitor = Monitor(
            identity=Identity(name, "0"),
            pace=Pace(),
            prober=prober,
            clock=self.clock,
            quorum=self.quorum,
            least=self.least,
        )
        self.monitors[name] = monitor, prober
        self.views[name] = WELL

    def see(self, view: Mapping[Role, Reason], *names: str) -> None:
        self.views |= dict.fromkeys(names or self.views, view)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 2)):
            for _ in range(2):  # a round each second, a probe every two
                self.clock.turn(1.0)
                for monitor, _ in self.monitors.values():
                    monitor.run_once()
            for name, (_, prober) in self.monitors.items():
                for server in self.domain.servers.all():
                    prober.see(server.pk, self.views[name][Role(server.role)])

    @property
    def code(self) -> str:
        return Standing.objects.get(domain=self.domain).code


def test_one_monitor_that_is_cut_off_from_the_active_server_switches_nothing() -> None:
    crowd = Crowd("leader", "two", "three")
    crowd.see(OUT, "leader")
    crowd.run(300)
    assert not SwitchEvent.objects.exists()
    assert crowd.code == Code.NO_MAJORITY
    assert "Only 1 of 3 monitors see it like that; 2 must." in Standing.objects.get().sentence


def test_a_majority_that_counted_the_interval_switches() -> None:
    crowd = Crowd("leader", "two", "three")
    crowd.see(OUT, "leader", "two")
    crowd.run(56)
    assert not SwitchEvent.objects.exists()
    crowd.run(14)
    assert SwitchEvent.objects.get().to_role == Role.SECONDARY


def test_a_peer_that_saw_the_outage_later_votes_when_it_has_counted_the_interval_itself() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.run(40)
    crowd.see(OUT, "two")
    crowd.run(54)
    assert not SwitchEvent.objects.exists()
    crowd.run(16)
    assert SwitchEvent.objects.count() == 1


def test_writes_that_concern_other_domains_delay_no_switch() -> None:
    crowd = Crowd("leader", "two", "three")
    other = pair()
    crowd.run(20)
    crowd.see(OUT)
    for second in range(70):
        Domain.objects.filter(pk=other.pk).update(unique_anonymous=bool(second % 2))
        crowd.clock.turn(1.0)
        for name, (monitor, prober) in crowd.monitors.items():
            for server in crowd.domain.servers.all():
                prober.see(server.pk, crowd.views[name][Role(server.role)])
            monitor.run_once()
    event = SwitchEvent.objects.get()
    assert event.outage_at is not None
    assert event.at - event.outage_at <= timedelta(seconds=61)


def test_a_peer_that_sees_the_standby_down_does_not_vote_for_it() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.see(BOTH_OUT, "two")
    crowd.run(300)
    assert not SwitchEvent.objects.exists()


def test_a_peer_that_died_has_no_vote_any_more() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.run(100)
    assert not SwitchEvent.objects.exists()
    del crowd.monitors["two"]
    crowd.run(10)
    assert SwitchEvent.objects.count() == 1


def test_after_the_reader_could_not_read_for_a_while_the_others_still_have_their_votes() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.run(100)
    crowd.clock.turn(5.0)  # the database was away for both; the leader gets through first, and nobody seems to move
    leader, prober = crowd.monitors["leader"]
    for server in crowd.domain.servers.all():
        prober.see(server.pk, OUT[Role(server.role)])
    leader.run_once()
    assert not SwitchEvent.objects.exists()


def test_what_a_peer_found_before_the_reader_was_away_is_no_vote_afterwards() -> None:
    crowd = Crowd("leader", "two", "three")
    crowd.see(OUT, "leader", "two")
    crowd.run(50)
    del crowd.monitors["two"]  # its finding stays behind
    crowd.clock.turn(5.0)
    leader, _ = crowd.monitors["leader"]
    leader.run_once()
    active, standby = crowd.domain.servers.order_by("role")
    pairs = [(active.pk, active.configuration), (standby.pk, standby.configuration)]
    ballots = leader.board.peers.ballots(*pairs, now=crowd.clock.monotonic())
    assert [ballot.sees_it for ballot in ballots] == [False, False]


def test_what_a_monitor_that_died_left_behind_is_no_vote_for_one_that_starts() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT)
    crowd.run(100)  # switched, and the other server is out now
    crowd.see({Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.REFUSED})
    crowd.run(50)
    crowd.monitors.clear()
    crowd.join("again")
    crowd.see({Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.REFUSED})
    crowd.run(2)
    again, _ = crowd.monitors["again"]
    active = crowd.domain.servers.get(role=Role.SECONDARY)
    assert not any(
        ballot.active_down
        for ballot in again.board.peers.ballots((active.pk, active.configuration), now=crowd.clock.monotonic())
    )


def test_a_peer_that_says_goodbye_has_no_vote_any_more() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.run(100)
    crowd.monitors.pop("two")[0].stop()
    crowd.run(4)
    assert SwitchEvent.objects.count() == 1


def test_with_all_every_live_monitor_must_agree() -> None:
    crowd = Crowd("leader", "two", "three", quorum=Quorum.ALL)
    crowd.see(OUT, "leader", "two")
    crowd.run(200)
    assert not SwitchEvent.objects.exists()
    crowd.see(OUT, "three")
    crowd.run(70)
    assert SwitchEvent.objects.count() == 1


def test_an_installation_can_ask_for_a_number_of_monitors() -> None:
    crowd = Crowd("leader", least=2)
    crowd.see(OUT)
    crowd.run(200)
    assert not SwitchEvent.objects.exists()
    assert "Only 1 of the 2 monitors that must watch do so." in Standing.objects.get().sentence
    crowd.join("two")
    crowd.see(OUT)
    crowd.run(80)
    assert SwitchEvent.objects.count() == 1


def test_a_monitor_that_just_started_does_not_vote_with_what_it_has_not_seen() -> None:
    crowd = Crowd("leader")
    crowd.see(OUT)
    crowd.run(58)
    crowd.join("two")
    crowd.see(WELL, "two")
    crowd.run(100)
    assert not SwitchEvent.objects.exists()


def test_a_finding_on_an_older_endpoint_is_no_vote() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT)
    crowd.run(30)
    del crowd.monitors["two"]
    ahead = crowd.domain.servers.get(role=Role.PRIMARY)
    ahead.configuration, ahead.server_port = ahead.configuration + 1, ahead.server_port - 1
    ahead.save()
    stuck = MonitorRow.objects.get(identity="two")
    for _ in range(50):  # it lives, and has not read the new endpoint
        stuck.seq += 1
        stuck.save()
        crowd.run(2)
    assert not SwitchEvent.objects.exists()


def test_only_what_is_amiss_is_published_and_what_is_well_again_is_taken_back() -> None:
    crowd = Crowd("leader", "two")
    assert not Finding.objects.exists()
    crowd.see(OUT, "two")
    crowd.run(10)
    finding = Finding.objects.get()
    assert (finding.monitor.identity, finding.status, finding.counting) == ("two", "down", True)
    crowd.see(WELL, "two")
    crowd.run(8)
    assert not Finding.objects.exists()


def test_a_deleted_server_leaves_the_publication_whole() -> None:
    crowd = Crowd("leader", "two")
    other = pair()
    crowd.run(20)
    crowd.see(OUT)
    Domain.objects.filter(pk=other.pk).update(active_role="")
    other.delete()
    crowd.run(70)
    assert SwitchEvent.objects.count() == 1


def test_news_of_another_monitor_move_the_announced_moment_in_the_round_in_which_they_are_read() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT, "leader")
    crowd.run(20)
    crowd.see(OUT, "two")
    two, prober = crowd.monitors["two"]
    leader, _ = crowd.monitors["leader"]
    for _ in range(3):  # the leader looks once a second by itself, and has just done so
        crowd.clock.turn(0.1)
        leader.run_once()
        for server in crowd.domain.servers.all():
            prober.see(server.pk, OUT[Role(server.role)])
        two.run_once()
    crowd.clock.turn(0.1)
    leader.run_once()
    announced = Standing.objects.get().switch_at
    assert announced is not None
    assert announced - crowd.clock.now() > timedelta(seconds=59)


def test_counts_of_others_are_known_again_at_once_when_the_reader_was_away() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT)
    crowd.run(50)
    leader, prober = crowd.monitors.pop("leader")
    for _ in range(3):  # the leader alone does not reach the database, for longer than a sign of life holds
        crowd.run(2)
        for server in crowd.domain.servers.all():
            prober.see(server.pk, OUT[Role(server.role)])
    crowd.monitors["leader"] = leader, prober
    crowd.run(10)
    event = SwitchEvent.objects.get()
    assert event.outage_at is not None
    assert event.at - event.outage_at <= timedelta(seconds=63)


def counts(crowd: Crowd, reader: Monitor) -> list[float]:
    """The seconds of outage that others counted, in the eyes of that monitor."""
    active, standby = crowd.domain.servers.order_by("role")
    pairs = [(active.pk, active.configuration), (standby.pk, standby.configuration)]
    return [ballot.counted for ballot in reader.board.peers.ballots(*pairs, now=crowd.clock.monotonic())]


def test_a_count_is_never_taken_for_more_than_its_monitor_counted() -> None:
    crowd = Crowd("leader", "two")
    crowd.see(OUT)
    for _ in range(25):
        crowd.run(2)
        two, _ = crowd.monitors["two"]
        track = two.board.tracks[crowd.domain.servers.get(role=Role.PRIMARY).pk]
        own = evidence(track, crowd.clock.monotonic(), Pace().limits)
        for count in counts(crowd, crowd.monitors["leader"][0]):
            assert count <= own + 1e-6


def test_a_publication_that_took_longer_than_a_sign_of_life_holds_is_dropped() -> None:
    crowd = Crowd("leader")
    crowd.see(OUT)
    before = MonitorRow.objects.get().seq

    def slow(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "failover_monitor"'):
            crowd.clock.turn(Pace().patience + 0.1)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(slow):
        crowd.run(2)
    assert MonitorRow.objects.get().seq == before
    crowd.run(2)
    assert MonitorRow.objects.get().seq > before
