"""Failing over for practice: a shadow that touches nothing, and a real switch and return."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from common.tables import Format
from failover.cli.drill import for_real
from failover.decision import Code, State
from failover.drill import Passage, shadow, there_and_back, would_tell
from failover.exceptions import SwitchRefused
from failover.health import Status
from failover.models import Cause, Countdown, Notice, Standing, SwitchEvent, SwitchRefusal
from failover.pace import Pace
from failover.pausing import pause
from failover.switch import switch_by_hand
from failover.testing import MonitorFactory, ServerHealthFactory, SubscriberFactory, TurnedClock

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def watched(clock: TurnedClock, standby: Status = Status.UP, **properties: object) -> Domain:
    domain = pair(auto_failover_interval=MINUTE, **properties)
    MonitorFactory.create(heartbeat_at=clock.now())
    ServerHealthFactory.create(server=domain.servers.get(role=Role.PRIMARY))
    ServerHealthFactory.create(
        server=domain.servers.get(role=Role.SECONDARY), status=standby, reason="" if standby is Status.UP else "refused"
    )
    return domain


def test_the_shadow_goes_through_every_stage_and_tells_when_the_other_server_would_be_active(
    clock: TurnedClock,
) -> None:
    played = shadow(domain=watched(clock), pace=Pace(), clock=clock)
    assert [step.decision.state for step in played.steps] == [State.CONFIRMING, State.COUNTING_DOWN, State.SWITCH]
    assert [step.at for step in played.steps] == [0.0, 1.0, 60.0]
    assert played.moment(played.steps[-1]) == clock.now() + MINUTE
    assert played.switches


def test_the_shadow_says_what_would_hold_the_switch(clock: TurnedClock) -> None:
    played = shadow(domain=watched(clock, standby=Status.DOWN), pace=Pace(), clock=clock)
    assert not played.switches
    assert played.steps[-1].decision.code is Code.STANDBY_DOWN
    assert played.steps[1].decision.forecast.startswith("Would be held.")
    assert "it refuses connections" in played.steps[-1].decision.sentence


def test_the_shadow_claims_nothing_of_a_standby_that_nobody_knows(clock: TurnedClock) -> None:
    played = shadow(domain=watched(clock, standby=Status.UNKNOWN), pace=Pace(), clock=clock)
    assert played.steps[-1].decision.code is Code.STANDBY_UNKNOWN


def test_a_pause_holds_the_shadow_too(clock: TurnedClock) -> None:
    domain = watched(clock)
    pause(domain=domain, reason="patching", actor_name="anna", clock=clock)
    assert shadow(domain=domain, pace=Pace(), clock=clock).steps[-1].decision.code is Code.PAUSED


def test_a_domain_without_a_secondary_is_exposed_in_the_shadow(clock: TurnedClock) -> None:
    domain = watched(clock)
    domain.servers.get(role=Role.SECONDARY).delete()
    played = shadow(domain=domain, pace=Pace(), clock=clock)
    assert played.steps[-1].decision.state is State.EXPOSED


@pytest.mark.parametrize(
    ("others", "code"),
    [
        pytest.param(0, Code.NO_MAJORITY, id="this monitor alone"),
        pytest.param(1, Code.INTERVAL_OVER, id="two of two"),
    ],
)
def test_the_shadow_counts_the_monitors_that_are_live_and_those_that_must_be(
    clock: TurnedClock, settings: Any, others: int, code: Code
) -> None:
    settings.FAILOVER_MONITORS = 2
    domain = watched(clock)
    MonitorFactory.create_batch(others, heartbeat_at=clock.now(), leads=False)
    MonitorFactory.create(heartbeat_at=clock.now() - MINUTE, leads=False)  # it has ended without a word
    last = shadow(domain=domain, pace=Pace(), clock=clock).steps[-1]
    assert (last.decision.code, last.at) == (code, 60.0)


def test_the_shadow_touches_nothing(clock: TurnedClock) -> None:
    domain = watched(clock)
    shadow(domain=domain, pace=Pace(), clock=clock)
    domain.refresh_from_db()
    assert domain.epoch == 0
    assert not Standing.objects.exists()
    assert not Countdown.objects.exists()
    assert not SwitchEvent.objects.exists()


def drill(
    domain: Domain, clock: TurnedClock, wait: Callable[[float], object], reason: str = "quarterly"
) -> list[Passage]:
    return list(there_and_back(domain=domain, stay=30, actor_name="anna", reason=reason, wait=wait, clock=clock))


def switch(domain: Domain, clock: TurnedClock, to_role: Role) -> None:
    """Somebody else switches, at the epoch of now."""
    epoch = Domain.objects.get(pk=domain.pk).epoch
    switch_by_hand(domain=domain, to_role=to_role, seen_epoch=epoch, actor_name="ben", reason="mine", clock=clock)


def test_a_real_drill_goes_there_and_back_and_says_so_in_the_history(clock: TurnedClock) -> None:
    domain = watched(clock)
    waited: list[float] = []
    passages = drill(domain, clock, waited.append)
    assert waited == [30]
    assert [(one.event.epoch, one.event.to_role) for one in passages] == [(1, Role.SECONDARY), (2, Role.PRIMARY)]
    assert {event.cause for event in SwitchEvent.objects.all()} == {Cause.DRILL}
    assert {event.reason for event in SwitchEvent.objects.all()} == {"Drill: quarterly"}
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 2)


@pytest.mark.parametrize(
    ("standby", "reason", "code"),
    [
        pytest.param(Status.DOWN, "quarterly", "standby_not_up", id="a standby that is down"),
        pytest.param(Status.UP, " ", "reason_missing", id="no reason"),
    ],
)
def test_a_real_drill_is_refused_like_a_switch(clock: TurnedClock, standby: Status, reason: str, code: str) -> None:
    with pytest.raises(SwitchRefused):
        drill(watched(clock, standby=standby), clock, lambda _: None, reason=reason)
    assert SwitchRefusal.objects.get().code == code
    assert not SwitchEvent.objects.exists()


def test_a_domain_that_went_home_during_the_stay_is_not_sent_away_again(clock: TurnedClock) -> None:
    domain = watched(clock)
    with pytest.raises(SwitchRefused) as refused:
        drill(domain, clock, lambda _: switch(domain, clock, Role.PRIMARY))
    assert refused.value.code == "already_active"
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 2)


def test_the_way_back_is_of_the_epoch_that_the_drill_made(clock: TurnedClock) -> None:
    domain = watched(clock)

    def home_and_away(_: float) -> None:
        switch(domain, clock, Role.PRIMARY)
        switch(domain, clock, Role.SECONDARY)

    with pytest.raises(SwitchRefused) as refused:
        drill(domain, clock, home_and_away)
    assert refused.value.code == "conflict"
    assert SwitchEvent.objects.count() == 3


def for_real_with(domain: Domain, wait: Callable[[float], object]) -> tuple[list[dict[str, object]], int]:
    """The command with something that happens during the stay: its rows, and its exit code."""
    options = {"domain": domain.name, "yes": True, "stay": 30.0, "reason": "quarterly", "format": Format.JSON}
    text, code = for_real(options, wait)
    return json.loads(text), code


@pytest.mark.parametrize(
    ("happens", "code", "says"),
    [
        pytest.param("home", 22, r"Primary is active already \(epoch 2\).* \[already_active\]$", id="went home"),
        pytest.param("deleted", 20, r"deleted in the meantime\. \[domain_gone\]$", id="was deleted"),
        pytest.param("ctrl-c", 130, r"Wien: interrupted\. Secondary stays active \(epoch 1\)\.$", id="Ctrl-C"),
    ],
)
def test_what_ends_a_drill_during_the_stay_is_said_after_what_was_done(
    capsys: pytest.CaptureFixture[str], happens: str, code: int, says: str
) -> None:
    clock = TurnedClock()
    clock.set_forward((timezone.now() - clock.now()).total_seconds())
    domain = watched(clock, name="Wien")

    def wait(_: float) -> None:
        match happens:
            case "home":
                switch(domain, clock, Role.PRIMARY)
            case "deleted":
                delete_domain(domain=Domain.objects.get(pk=domain.pk), typed_name="Wien")
            case _:
                raise KeyboardInterrupt

    rows, left = for_real_with(domain, wait)
    assert [(row["from"], row["to"]) for row in rows] == [("primary", "secondary")]
    assert isinstance(rows[0]["took"], float)
    assert left == code
    assert re.search(says, capsys.readouterr().err)


def drilled(*words: str) -> list[dict[str, object]]:
    out = StringIO()
    call_command("failover", "drill", *words, "--format", "json", stdout=out)
    rows: list[dict[str, object]] = json.loads(out.getvalue())
    return rows


def test_the_command_prints_the_timeline() -> None:
    domain = pair(auto_failover_interval=MINUTE)
    MonitorFactory.create()
    ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY))
    assert [(row["after"], row["state"]) for row in drilled(domain.name)] == [
        (0.0, "confirming"),
        (1.0, "counting_down"),
        (60.0, "switch"),
    ]


def test_the_commands_exit_code_says_that_the_domain_would_not_switch() -> None:
    domain = pair(auto_failover_interval=MINUTE)
    with pytest.raises(SystemExit) as left:
        drilled(domain.name)
    assert left.value.code == 20


def test_a_real_drill_by_command_wants_to_be_meant() -> None:
    domain = pair()
    with pytest.raises(CommandError, match="Add --yes") as refused:
        drilled(domain.name, "--real", "--reason", "quarterly")
    assert refused.value.returncode == 2
    MonitorFactory.create()
    for server in domain.servers.all():
        ServerHealthFactory.create(server=server)
    rows = drilled(domain.name, "--real", "--reason", "quarterly", "--stay", "0", "--yes")
    assert [(row["from"], row["to"]) for row in rows] == [("primary", "secondary"), ("secondary", "primary")]


def test_the_shadow_says_who_would_be_told_and_tells_nobody(clock: TurnedClock) -> None:
    SubscriberFactory.create(name="Shift desk")
    SubscriberFactory.create(name="Others", tell_switched=False)
    domain = watched(clock, name="Wien")
    [telling] = would_tell(shadow(domain=domain, pace=Pace(), clock=clock))
    assert (telling.subscriber, telling.step.at) == ("Shift desk", 60.0)
    assert telling.subject == "Wien: Secondary is active now (automatic failover)"
    assert not Notice.objects.exists()


def test_the_command_prints_what_would_be_told_of_a_switch_that_is_held() -> None:
    SubscriberFactory.create(name="Shift desk")
    domain = watched(TurnedClock(), standby=Status.DOWN, name="Wien")
    out = StringIO()
    with suppress(SystemExit):
        call_command("failover", "drill", domain.slug, "--format", "json", stdout=out)
    assert json.loads(out.getvalue())[-1]["sentence"] == "would tell: Shift desk: Wien: must switch and cannot"


@pytest.mark.parametrize("stay", ["-1", "nan", "inf", "soon"])
def test_a_drill_that_could_not_come_back_is_not_begun(stay: str) -> None:
    domain = pair()
    with pytest.raises(CommandError, match="not a number of seconds"):
        drilled(domain.name, "--real", "--reason", "quarterly", "--yes", f"--stay={stay}")
    assert not SwitchEvent.objects.exists()


def test_a_drill_whose_way_back_is_refused_says_which_server_stays_active(capsys: pytest.CaptureFixture[str]) -> None:
    domain = pair(name="Wien")
    MonitorFactory.create()
    ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY))
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("failover", "drill", "wien", "--real", "--reason", "quarterly", "--yes", "--stay", "0", stdout=out)
    assert left.value.code == 20
    assert "secondary" in out.getvalue()  # the way there, with its time
    assert "Secondary stays active (epoch 1). [standby_not_up]" in capsys.readouterr().err
