"""What happened to a domain, latest first."""

from datetime import UTC, datetime, timedelta

import pytest

from appservers.models import Domain, Role
from appservers.testing import pair
from common.status import Tone
from failover.models import Cause, Ending, HoldKind, Outcome
from failover.testing import (
    CountdownFactory,
    HoldFactory,
    PauseFactory,
    ScheduledSwitchFactory,
    SwitchEventFactory,
    SwitchRefusalFactory,
)
from failover.timeline import timeline

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def domain() -> Domain:
    return pair()


def test_it_tells_an_outage_and_its_switch_from_the_end_to_the_beginning(domain: Domain) -> None:
    CountdownFactory.create(
        domain=domain,
        outage_at=NOON,
        started_at=NOON + MINUTE / 60,
        held_at=NOON + 2 * MINUTE,
        held_sentence="Primary refuses connections. Secondary cannot take over: it does not answer in time.",
        ended_at=NOON + 3 * MINUTE,
        ending=Ending.SWITCHED,
    )
    SwitchEventFactory.create(domain=domain, epoch=1, at=NOON + 3 * MINUTE)
    entries = timeline(domain)
    assert [entry.title for entry in entries] == [
        "Automatic failover to Secondary, epoch 1",
        "Switch held",
        "Countdown started",
    ]
    assert entries[2].text == "Primary refuses connections."


@pytest.mark.parametrize(
    ("ending", "title"),
    [
        (Ending.RECOVERED, "Recovered"),
        (Ending.SERVER_CHANGED, "Countdown ended: the active server was edited"),
        (Ending.STANDBY_REMOVED, "Countdown ended: the standby was removed"),
        (Ending.MONITOR_CHANGED, "Countdown ended: the monitor that leads now did not see it, and counts anew"),
    ],
)
def test_a_countdown_that_ends_without_a_switch_says_how_and_after_how_long(
    domain: Domain, ending: Ending, title: str
) -> None:
    CountdownFactory.create(
        domain=domain, outage_at=NOON, started_at=NOON, ended_at=NOON + timedelta(seconds=38.2), ending=ending
    )
    latest = timeline(domain)[0]
    assert (latest.title, latest.text) == (title, "Primary was out for 38.2 s. No switch was made.")


def test_a_switch_by_hand_says_who_and_why_and_whether_it_was_forced(domain: Domain) -> None:
    SwitchEventFactory.create(
        domain=domain,
        epoch=1,
        cause=Cause.FAILBACK,
        from_role=Role.SECONDARY,
        to_role=Role.PRIMARY,
        actor_name="anna",
        reason="mended",
        forced=True,
    )
    (entry,) = timeline(domain)
    assert (entry.tone, entry.title) == (Tone.WARN, "Fail-back to Primary, epoch 1")
    assert entry.text == "By anna: “mended”. It was forced."


def test_a_refusal_is_told_too(domain: Domain) -> None:
    SwitchRefusalFactory.create(domain=domain)
    (entry,) = timeline(domain)
    assert (entry.title, entry.text) == ("Fail-back to Primary refused", "Asked by operator. Primary is down.")


def test_only_the_latest_entries_of_this_domain_are_told(domain: Domain) -> None:
    for number in range(5):
        SwitchRefusalFactory.create(domain=domain, at=NOON + number * MINUTE)
    SwitchRefusalFactory.create(domain=pair(), at=NOON + 99 * MINUTE)
    assert [entry.at for entry in timeline(domain, limit=2)] == [NOON + 4 * MINUTE, NOON + 3 * MINUTE]


def test_what_people_ordered_stands_between_what_happened(domain: Domain) -> None:
    now = NOON
    PauseFactory.create(domain=domain, started_at=now, ended_at=now + timedelta(minutes=1), ended_by="bela")
    PauseFactory.create(
        domain=domain, started_at=now + timedelta(minutes=2), ended_at=now + timedelta(minutes=3), ended_by=""
    )
    HoldFactory.create(
        domain=domain,
        kind=HoldKind.HISTORY_WENT_BACK,
        since=now + timedelta(minutes=4),
        cleared_at=now + timedelta(minutes=5),
        cleared_by="cili",
        note="Looked.",
    )
    ScheduledSwitchFactory.create(
        domain=domain,
        created_at=now + timedelta(minutes=6),
        done_at=now + timedelta(minutes=7),
        outcome=Outcome.MISSED,
        sentence="Primary was not up in time.",
    )
    said = [(entry.title, entry.text) for entry in reversed(timeline(domain))]
    assert said == [
        ("Automatic switching paused", "By anna: “Patching the primary”."),
        ("Automatic switching resumed", "By bela."),
        ("Automatic switching paused", "By anna: “Patching the primary”."),
        ("Automatic switching resumed", "The pause was over."),
        ("Held: the database went back", "It switched by itself three times within an hour."),
        ("Active server confirmed", "By cili: “Looked”."),
        ("Switch to Primary scheduled", "By anna: “Back to the primary at night”."),
        ("Scheduled switch: not made in time", "Primary was not up in time."),
    ]


def test_a_scheduled_switch_that_was_made_is_not_told_twice(domain: Domain) -> None:
    ScheduledSwitchFactory.create(domain=domain, done_at=NOON, outcome=Outcome.MADE)
    assert [entry.title for entry in timeline(domain)] == ["Switch to Primary scheduled"]
