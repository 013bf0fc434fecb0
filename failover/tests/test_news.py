"""What is news, in which words, how several become one, and when what fails is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from failover import webaddress
from failover.decision import Code, State
from failover.news import Event, Kind, Switch, change, payload, together
from failover.retries import AT_LEAST, GIVEN_UP_AFTER, given_up, wait

AT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SWITCH = Switch(4, "Primary", "Secondary", "manual", "Manual failover", "anna", reason="patching", forced=True)


@pytest.mark.parametrize(
    ("told", "state", "code", "news"),
    [
        pytest.param("", State.HELD, Code.STANDBY_DOWN, (Kind.HELD, "held"), id="held"),
        pytest.param("held", State.HELD, Code.ANTI_FLAP, (None, "held"), id="held still"),
        pytest.param("", State.HELD, Code.PAUSED, (None, ""), id="paused"),
        pytest.param("held", State.COUNTING_DOWN, Code.INTERVAL_RUNNING, (None, "held"), id="counted anew"),
        pytest.param("", State.EXPOSED, Code.NO_STANDBY, (Kind.EXPOSED, "exposed"), id="exposed"),
        pytest.param("held", State.EXPOSED, Code.NO_STANDBY, (Kind.EXPOSED, "exposed"), id="held, then exposed"),
        pytest.param("exposed", State.STEADY, Code.NO_STANDBY, (Kind.RECOVERED, ""), id="recovered"),
        pytest.param("held", State.STEADY, Code.NOT_JUDGED, (None, "held"), id="not judged"),
        pytest.param("", State.STEADY, Code.ALL_UP, (None, ""), id="well"),
        pytest.param("", State.COUNTING_DOWN, Code.INTERVAL_RUNNING, (None, ""), id="a countdown"),
    ],
)
def test_what_is_told_of_a_state(told: str, state: State, code: Code, news: tuple[Kind | None, str]) -> None:
    assert change(told, state, code) == news


def test_a_switch_says_who_made_what_active_and_why() -> None:
    told = payload(Event(Kind.SWITCHED, AT, "Made by hand.", "by_hand", 7, "Budapest East", switch=SWITCH))
    assert (told["type"], told["timestamp"]) == ("domain.switched", "2026-03-01T03:00:00+00:00")
    facts = told["data"]
    assert facts["subject"] == "Budapest East: Secondary is active now (manual failover)"
    assert (facts["epoch"], facts["to"], facts["actor"], facts["domain_id"]) == (4, "Secondary", "anna", 7)
    for words in ("Made by hand.", "by anna", "patching", "forced", "2026-03-01 03:00:00 UTC"):
        assert words in facts["text"]


def test_one_notice_goes_as_it_is_and_several_as_a_list_that_counts_them() -> None:
    held = payload(Event(Kind.HELD, AT, "It is down.", "standby_down", 7, "Budapest East"))
    switched = payload(Event(Kind.SWITCHED, AT, "Made.", "by_hand", 8, "Wien", switch=SWITCH))
    assert together([held]) == held
    group = together([held, switched, switched])
    assert group["type"] == "notices"
    assert group["data"]["subject"] == "3 notices: 1 held, 2 switched"
    assert group["data"]["notices"] == [held, switched, switched]
    assert "Wien: Secondary is active now" in group["data"]["text"]


def test_waits_double_up_to_half_an_hour_and_are_spread() -> None:
    assert [wait(tries, 0).total_seconds() for tries in (1, 2, 3, 9, 50)] == [10, 20, 40, 1800, 1800]
    assert (wait(1, -1).total_seconds(), wait(1, 1).total_seconds()) == (8, 12)


def test_it_is_given_up_after_a_day_and_never_without_a_few_tries() -> None:
    assert given_up(AT_LEAST, GIVEN_UP_AFTER)
    assert not given_up(AT_LEAST - 1, 2 * GIVEN_UP_AFTER)
    assert not given_up(60, GIVEN_UP_AFTER - timedelta(seconds=1))


@pytest.mark.parametrize(
    "address", ["https://hooks.corp.example/a?b=1", "http://hooks:8080/", "https://[2001:db8::5]/x"]
)
def test_a_webhooks_address_is_taken(address: str) -> None:
    assert webaddress.cleaned(f" {address} ") == address


@pytest.mark.parametrize(
    ("address", "says"),
    [
        pytest.param("hooks.corp.example", "Give the whole URL", id="no scheme"),
        pytest.param("ftp://hooks.corp.example", "https or http", id="another scheme"),
        pytest.param("https://anna:geheim@hooks.corp.example/", "before “@”", id="a password"),
        pytest.param("https://hooks.corp.example/a b", "neither blanks", id="a blank"),
        pytest.param("https://", "host name", id="no host"),
        pytest.param("https://[::1/", "brackets", id="half an address"),
        pytest.param("https://hooks.corp.example/" + "a" * 1000, "at most 1000", id="too long"),
    ],
)
def test_another_address_is_refused_with_how_to_mend_it(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        webaddress.cleaned(address)
