"""`manage.py failover pause | resume | acknowledge | confirm | schedule`, and `switch --dry-run`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appservers.models import Domain, Role
from appservers.testing import DomainFactory, pair
from common.callers import caller
from failover.cli.words import Exit
from failover.health import Status
from failover.models import Hold, HoldKind, Outcome, Pause, ScheduledSwitch, ServerHealth, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.testing import HoldFactory, PauseFactory, ScheduledSwitchFactory
from failover.tests.test_command import facts, run, terminal, up

__all__ = ["terminal"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    return up(pair(name="Wien", slug="wien"))


def row(*words: str) -> dict[str, Any]:
    """The one row that the command prints as JSON, done."""
    text, code = run(*words, "--format", "json")
    assert code == Exit.DONE, text
    (printed,) = json.loads(text)
    assert isinstance(printed, dict)
    return printed


def test_pause_and_resume(domain: Domain) -> None:
    printed = row("pause", "wien", "--reason", "patching", "--for", "2h")
    pause = Pause.objects.get()
    assert pause.until is not None
    assert abs(pause.until - pause.started_at - timedelta(hours=2)) < timedelta(seconds=5)
    assert datetime.fromisoformat(printed["paused_until"]) - pause.until < timedelta(milliseconds=1)
    assert (printed["domain"], printed["paused_by"], printed["reason"]) == ("Wien", caller(), "patching")
    assert row("resume", "wien") == {"domain": "Wien", "resumed_by": caller()}
    pause.refresh_from_db()
    assert pause.ended_by == caller()


@pytest.mark.parametrize(
    ("text", "until"),
    [
        pytest.param("2999-06-01T06:00", datetime(2999, 6, 1, 4, 0, tzinfo=UTC), id="the site's clocks"),
        pytest.param("2999-06-01T06:00+00:00", datetime(2999, 6, 1, 6, 0, tzinfo=UTC), id="as it says"),
    ],
)
def test_a_pause_until_a_time(domain: Domain, settings: Any, text: str, until: datetime) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    row("pause", "wien", "--reason", "patching", "--until", text)
    assert Pause.objects.get().until == until


def test_a_pause_without_end(domain: Domain) -> None:
    assert row("pause", "wien", "--reason", "patching")["paused_until"] is None


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param("pause wien --for 2h", None, "--reason", id="no reason"),
        pytest.param("pause wien --reason x --for soon", None, "Write 30m, 2h or 1d", id="no duration"),
        pytest.param("pause wien --reason x --until soon", None, "Write it as 2026-03-01T02:00", id="no time"),
        pytest.param("pause wien --reason x --until 2001-01-01T00:00", Exit.REFUSED, "over already", id="past"),
        pytest.param("pause wien --reason x --for 2h --until 2999-01-01", None, "not allowed with", id="two ends"),
        pytest.param("pause graz --reason x", Exit.WRONG_CALL, "no domain “graz”", id="no domain"),
        pytest.param("resume wien", Exit.REFUSED, "not paused any more", id="not paused"),
        pytest.param("acknowledge wien --note x", Exit.REFUSED, "nothing to clear", id="not flapping"),
        pytest.param("confirm wien --active primary --note x --yes", Exit.REFUSED, "nothing to clear", id="not back"),
        pytest.param("schedule wien --cancel", Exit.REFUSED, "Nothing is scheduled", id="not scheduled"),
        pytest.param("schedule wien --reason x", None, "required", id="no time to switch"),
        pytest.param("schedule wien --nightly 2-4 --reason x", Exit.WRONG_CALL, "HH:MM-HH:MM", id="no window"),
        pytest.param("schedule wien --nightly 02:00-02:00 --reason x", Exit.WRONG_CALL, "length", id="no length"),
        pytest.param("schedule wien --at 2001-01-01T00:00 --reason x", Exit.REFUSED, "over", id="a time past"),
        pytest.param("schedule wien --at 2999-01-01T00:00", Exit.REFUSED, "Give a reason", id="schedule, no reason"),
        pytest.param("schedule wien --to primary --at 2999-01-01 --reason x", Exit.REFUSED, "active already", id="is"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(domain: Domain, words: str, code: int | None, says: str) -> None:
    text, left_with = run(*words.split())
    assert says in text
    assert left_with == code if code is not None else left_with != Exit.DONE
    assert not Pause.objects.exists()
    assert not ScheduledSwitch.objects.exists()


def test_acknowledge_lets_a_domain_that_flapped_switch_again(domain: Domain) -> None:
    HoldFactory.create(domain=domain)
    printed = row("acknowledge", "wien", "--note", "A cable was loose.")
    assert (printed["acknowledged_by"], printed["note"]) == (caller(), "A cable was loose.")
    assert Hold.objects.get().cleared_at is not None


def test_confirm_says_who_is_active_under_an_epoch_above_all_that_were_seen(domain: Domain) -> None:
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    printed = row("confirm", "wien", "--active", "secondary", "--note", "looked", "--yes")
    assert (printed["active"], printed["epoch"], printed["confirmed_by"]) == ("secondary", 8, caller())
    domain.refresh_from_db()
    assert domain.active_role == Role.SECONDARY


def test_confirm_asks_for_the_name(
    domain: Domain, terminal: Callable[[bytes], int], capsys: pytest.CaptureFixture[str]
) -> None:
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    terminal(b"Graz\nWien\n")
    words = ("confirm", "wien", "--active", "secondary", "--note", "looked")
    assert run(*words) == ("That is not the domain's name. Nothing was done.", Exit.WRONG_CALL)
    assert Hold.objects.get().cleared_at is None
    assert run(*words)[1] == Exit.DONE
    assert "Secondary of Wien counts as the active server. Type the domain's name:" in capsys.readouterr().err


def test_confirm_without_anybody_to_ask_does_nothing(domain: Domain) -> None:
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    text, code = run("confirm", "wien", "--active", "secondary", "--note", "looked")
    assert (text, code) == (
        "Nobody is there to confirm. Add --yes if the confirmation is meant.",
        Exit.WRONG_CALL,
    )
    assert Hold.objects.get().cleared_at is None


def test_schedule_for_the_night_and_cancel(domain: Domain, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    printed = row("schedule", "wien", "--nightly", "02:00-04:00", "--reason", "at night")
    assert (printed["to"], printed["nightly"], printed["cancelled"]) == ("secondary", True, False)
    opens = datetime.fromisoformat(printed["opens_at"]).astimezone(ZoneInfo("Europe/Budapest"))
    assert f"{opens:%H:%M}" == "02:00"
    assert row("schedule", "wien", "--cancel")["cancelled"] is True
    assert ScheduledSwitch.objects.get().outcome == Outcome.CANCELLED


def test_schedule_for_a_time(domain: Domain) -> None:
    row("schedule", "wien", "--to", "secondary", "--at", "2999-06-01T06:00+00:00", "--reason", "then")
    made = ScheduledSwitch.objects.get()
    assert (made.opens_at, made.nightly) == (datetime(2999, 6, 1, 6, 0, tzinfo=UTC), False)
    assert made.closes_at - made.opens_at == timedelta(minutes=30)


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize(
    "words",
    [
        ("pause", "wien", "--reason", "patching"),
        ("resume", "wien"),
        ("acknowledge", "wien", "--note", "patching"),
        ("confirm", "wien", "--active", "primary", "--note", "patching", "--yes"),
        ("schedule", "wien", "--at", "2999-06-01T06:00", "--reason", "patching"),
    ],
)
def test_each_prints_what_it_did_in_each_format(domain: Domain, words: tuple[str, ...], form: str) -> None:
    if words[0] == "resume":
        PauseFactory.create(domain=domain)
    for kind in HoldKind:
        HoldFactory.create(domain=domain, kind=kind)
    text, code = run(*words, "--format", form)
    assert code == Exit.DONE
    assert "Wien" in text
    assert caller() in text
    assert "patching" in text or words[0] == "resume"


def test_status_says_what_people_said() -> None:
    paused, off, flaps = (pair(name=name) for name in ("A", "B", "C"))
    PauseFactory.create(domain=paused, reason="New memory.", actor_name="bela")
    Domain.objects.filter(pk=off.pk).update(automatic_failover=False)
    HoldFactory.create(domain=flaps)
    ScheduledSwitchFactory.create(domain=flaps)
    rows = {row["domain"]: row for row in facts("status")}
    assert [rows[name]["automatic"] for name in "ABC"] == ["paused", "off", "on"]
    assert "by bela: New memory." in rows["A"]["remarks"]
    assert rows["A"]["paused_until"]
    assert "Automatic failover is off" in rows["B"]["remarks"]
    assert "Switched three times within an hour" in rows["C"]["remarks"]
    assert "Fail-back to Primary scheduled between" in rows["C"]["remarks"]


def dry_run(*words: str) -> tuple[list[dict[str, Any]], int]:
    text, code = run("switch", "wien", "--dry-run", *words, "--format", "json")
    return json.loads(text), code


def said(rows: list[dict[str, Any]], part: str) -> list[str]:
    return [row["words"] for row in rows if row["part"] == part]


def test_a_dry_run_says_what_would_happen_and_does_nothing(domain: Domain) -> None:
    rows, code = dry_run()
    assert code == Exit.DONE
    assert [(row["what"].split(",")[0], row["status"]) for row in rows if row["part"] == "server"] == [
        ("primary", "up"),
        ("secondary", "up"),
    ]
    assert all(row["checked_at"] for row in rows if row["part"] == "server")
    effects = said(rows, "would happen")
    assert effects[0] == "Secondary becomes active under epoch 1; components are sent to it at once."
    assert not said(rows, "refused")
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 0)
    assert not SwitchEvent.objects.exists()
    assert not SwitchRefusal.objects.exists()


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_dry_run_says_the_same_in_each_format(domain: Domain, form: str) -> None:
    text, code = run("switch", "wien", "--dry-run", "--format", form)
    assert code == Exit.DONE
    for word in ("would happen", "Secondary becomes active under epoch 1", "primary, active", "answered in"):
        assert word in " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--to", "primary"], Exit.ALREADY_ACTIVE, id="active already"),
        pytest.param(["--epoch", "7"], Exit.CONFLICT, id="another epoch"),
        pytest.param([], Exit.REFUSED, id="down"),
        pytest.param(["--force"], Exit.DONE, id="down and forced"),
    ],
)
def test_a_dry_run_ends_as_the_switch_would(domain: Domain, words: list[str], code: Exit) -> None:
    secondary = domain.servers.get(role=Role.SECONDARY)
    ServerHealth.objects.filter(server=secondary).update(status=Status.DOWN, reason=Reason.REFUSED)
    rows, would_leave_with = dry_run(*words)
    assert would_leave_with == code
    text, left_with = run("switch", "wien", "--reason", "patching", "--yes", *words)
    assert left_with == code
    if code != Exit.DONE:
        assert said(rows, "refused")[0] in text


def test_a_dry_run_of_a_domain_with_one_server_is_refused() -> None:
    up(DomainFactory.create(name="Wien", slug="wien"))
    rows, code = dry_run()
    assert code == Exit.REFUSED
    assert said(rows, "refused") == ["Wien has no secondary server."]


def test_a_dry_run_says_what_stays_as_it_is(domain: Domain) -> None:
    PauseFactory.create(domain=domain)
    ScheduledSwitchFactory.create(domain=domain, to_role=Role.SECONDARY)
    for kind in HoldKind:
        HoldFactory.create(domain=domain, kind=kind)
    domain.standing.state, domain.standing.code = "held", "anti_flap"
    domain.standing.save()
    effects = " ".join(said(dry_run()[0], "would happen"))
    for sentence in (
        "Automatic failover stays paused.",
        "It still waits for somebody to acknowledge",
        "It still waits for somebody to confirm",
        "The scheduled switch is closed as needless.",
        "The outage that is being counted ends with it.",
    ):
        assert sentence in effects
    ScheduledSwitch.objects.update(to_role=Role.PRIMARY)
    assert "The scheduled switch to Primary stays" in " ".join(said(dry_run()[0], "would happen"))


def test_a_dry_run_needs_no_reason_and_a_switch_does(domain: Domain) -> None:
    text, code = run("switch", "wien", "--reason", "x", "--dry-run")
    assert code != Exit.DONE
    assert "not allowed with" in text
