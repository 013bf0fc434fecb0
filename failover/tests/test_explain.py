"""`manage.py failover explain`: the same answer comes out of what was stored, or it is said that it does not."""

import json
from datetime import timedelta
from typing import Any

import pytest

from appservers.models import Domain, Role
from appservers.testing import pair
from failover.cli.words import Exit
from failover.decision import Code
from failover.exceptions import SwitchRefused
from failover.models import Cause, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.scheduling import schedule
from failover.switch import switch_by_hand
from failover.testing import SwitchEventFactory, SwitchRefusalFactory
from failover.tests.site import Site
from failover.tests.test_command import facts, run
from failover.tests.test_switch import Decided

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def event(site: Site) -> SwitchEvent:
    """A failover that the monitor made."""
    domain = site.pair(name="Wien", auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(70)
    return SwitchEvent.objects.get()


def explained(event: SwitchEvent) -> tuple[list[dict[str, Any]], int]:
    text, code = run("explain", str(event.pk), "--format", "json")
    return json.loads(text), code


def rule(rows: list[dict[str, Any]], number: str) -> tuple[str, str]:
    return next((row["holds"], row["words"]) for row in rows if row["part"] == f"rule {number}")


def test_what_the_monitor_decided_comes_out_again(event: SwitchEvent) -> None:
    rows, code = explained(event)
    assert code == Exit.DONE
    assert rule(rows, "1") == ("no", "Primary is down")
    assert rule(rows, "6")[0] == "no"
    assert rule(rows, "11")[0] == "yes"
    stored, again = [row["words"] for row in rows if row["part"] == "decision"]
    assert stored == again
    assert stored.startswith("switch, interval_over.")
    assert event.sentence in stored


def test_the_three_formats_say_the_same(event: SwitchEvent) -> None:
    rows = facts("explain", str(event.pk))
    assert {row["part"] for row in rows} >= {"event", "situation", "rule 7", "decision", "result"}


@pytest.mark.parametrize(
    ("path", "value", "number"),
    [
        pytest.param(("active", "evidence"), 10.0, "6", id="the outage was too short"),
        pytest.param(("standby", "status"), "down", "7", id="the standby was down"),
        pytest.param(("flapping",), True, "9", id="it flapped"),
        pytest.param(("automatic",), False, "4", id="automatic failover was off"),
    ],
)
def test_another_answer_is_said_and_leaves_with_another_code(
    event: SwitchEvent, path: tuple[str, ...], value: Any, number: str
) -> None:
    place = event.inputs["situation"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    SwitchEvent.objects.update(inputs=event.inputs)
    rows, code = explained(event)
    assert code == Exit.ANOTHER_ANSWER
    assert rule(rows, number)[0] == "yes"
    assert rule(rows, "11") == ("not asked", "an earlier rule decided")
    assert rows[-1]["words"] == "Another answer comes out than the one that was acted on."


def test_a_switch_by_hand_is_explained_by_what_the_person_saw(site: Site) -> None:
    domain = site.pair(name="Wien")
    made = by_hand(site, domain)
    rows, code = explained(made)
    assert code == Exit.DONE
    assert ("asked by", "anna: patching") in [(row["what"], row["words"]) for row in rows]
    SwitchEvent.objects.update(inputs={"seen_epoch": 0, "status_of_new_active": "down"}, forced=False)
    assert explained(made)[1] == Exit.ANOTHER_ANSWER
    SwitchEvent.objects.update(forced=True)
    rows, code = explained(made)
    assert code == Exit.DONE
    assert "it was forced" in [row["what"] for row in rows]


def by_hand(site: Site, domain: Domain, *, force: bool = True) -> SwitchEvent:
    return switch_by_hand(
        domain=domain,
        to_role=Role.SECONDARY,
        seen_epoch=0,
        actor_name="anna",
        reason="patching",
        clock=site.clock,
        force=force,
    )


def test_a_scheduled_switch_is_explained_by_its_conditions(site: Site) -> None:
    domain = site.pair(name="Wien")
    now = site.clock.now()
    schedule(
        domain=domain,
        to_role=Role.SECONDARY,
        opens_at=now,
        closes_at=now + MINUTE,
        reason="tonight",
        actor_name="anna",
        clock=site.clock,
    )
    site.run(10)
    made = SwitchEvent.objects.get(cause=Cause.SCHEDULED)
    rows, code = explained(made)
    assert code == Exit.DONE
    conditions = [(row["what"], row["holds"]) for row in rows if row["part"] == "condition"]
    assert ("the server to become active is up", "yes") in conditions
    made.inputs["situation"]["behind"] = True
    SwitchEvent.objects.update(inputs=made.inputs)
    assert explained(made)[1] == Exit.ANOTHER_ANSWER


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"situation": {}, "decision": {}, "now": "2026-01-01"}, id="something else"),
        pytest.param({"situation": {"active": {}}, "decision": None, "now": "x"}, id="no time"),
    ],
)
def test_an_event_with_nothing_to_decide_on_says_so(inputs: dict[str, Any]) -> None:
    made = SwitchEventFactory.create(domain=pair(), inputs=inputs)
    rows, code = explained(made)
    assert code == Exit.NOTHING_STORED
    assert rows[-1]["words"] == "Nothing was stored that could be decided on again."


def test_a_refusal_before_anything_was_decided_says_that_there_is_no_more_to_it() -> None:
    refusal = SwitchRefusalFactory.create(domain=pair(), code="lease_lost", inputs=None)
    text, code = run("explain", f"r{refusal.pk}", "--format", "json")
    assert code == Exit.NOTHING_STORED
    assert "the whole reason" in json.loads(text)[-1]["words"]


def test_the_number_of_an_event_stands_in_the_history(event: SwitchEvent) -> None:
    assert facts("history")[0]["event"] == event.pk


def test_an_event_that_does_not_exist_is_told_in_a_line() -> None:
    text, code = run("explain", "4711")
    assert (text, code) == (
        "There is no event 4711. `manage.py failover history` lists them by number.",
        Exit.WRONG_CALL,
    )


def refusal_of(domain: Domain) -> tuple[str, SwitchRefusal]:
    return facts("history", domain.name, "--refused")[0]["refusal"], SwitchRefusal.objects.get()


def test_what_a_monitor_refused_comes_out_again() -> None:
    decided = Decided()
    decided.late = [(Role.SECONDARY, Reason.REFUSED)]
    with pytest.raises(SwitchRefused):
        decided.switch()
    number, refusal = refusal_of(decided.domain)
    text, code = run("explain", number, "--format", "json")
    rows = json.loads(text)
    assert (number, refusal.code, code) == (f"r{refusal.pk}", Code.STANDBY_UNKNOWN, Exit.DONE)
    assert rule(rows, "7")[0] == "yes"
    assert len({row["words"] for row in rows if row["part"] == "decision"}) == 1


def test_a_refusal_by_hand_is_explained_by_what_the_person_saw(site: Site) -> None:
    domain = site.pair(name="Wien")
    site.answer(domain, {Role.SECONDARY: Reason.REFUSED})
    site.run(10)
    with pytest.raises(SwitchRefused):
        by_hand(site, domain, force=False)
    number, refusal = refusal_of(domain)
    text, code = run("explain", number, "--format", "json")
    rows = json.loads(text)
    assert code == Exit.DONE
    assert rows[0]["part"] == "refusal"
    assert ("the new active server was up", "no") in [(row["what"], row["holds"]) for row in rows]
    SwitchRefusal.objects.update(inputs=(refusal.inputs or {}) | {"status_of_new_active": "up"})
    assert run("explain", number)[1] == Exit.ANOTHER_ANSWER
    SwitchRefusal.objects.update(inputs=None)
    assert run("explain", number)[1] == Exit.NOTHING_STORED


@pytest.mark.parametrize("word", ["r4711", "r", "x", "-1", "9" * 30])
def test_what_names_nothing_is_told_in_a_line(word: str) -> None:
    assert run("explain", "--", word)[1] == Exit.WRONG_CALL
