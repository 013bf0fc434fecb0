"""What becomes of calls, over HTTP."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from api.identifiers import Sequence, shared
from api.tests.asking import ROOT, Asking, code
from appservers.models import Domain
from appservers.testing import pair
from dialrules.testing import DialRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain(db: None) -> Domain:
    """A domain in an emergency with two rules."""
    made = pair(slug="budapest-east", emergency=True)
    DialRuleFactory.create(domain=made, name="Hotline", pattern="+361*", emergency_uri="sip:duty@pbx", position=1)
    DialRuleFactory.create(domain=made, name="Off", pattern="*", enabled=False, position=2)
    return made


def routed(asking: Asking, direction: str = "inbound", number: str = "+36 1 234") -> dict[str, object]:
    answer = asking.get(f"{ROOT}/budapest-east/route?direction={direction}&number={quote(number)}")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_in_an_emergency_an_inbound_call_is_diverted(domain: Domain, asking: Asking) -> None:
    assert routed(asking) == {
        "action": "divert",
        "reason": "rule-matched",
        "uri": "sip:duty@pbx",
        "rule": {"name": "Hotline", "pattern": "+361*"},
        "domain": "budapest-east",
        "direction": "inbound",
        "number": "+361234",
        "emergency": True,
        "message": "Diverted by the dial rule “Hotline”.",
    }


def test_in_an_emergency_an_outbound_call_is_rejected(domain: Domain, asking: Asking) -> None:
    found = routed(asking, "outbound")
    assert (found["action"], found["uri"], found["reason"]) == ("reject", None, "outbound-in-emergency")


@pytest.mark.parametrize("unmatched", ["proceed", "reject"])
def test_what_no_enabled_rule_matches_gets_what_the_domain_chose(
    domain: Domain, asking: Asking, unmatched: str
) -> None:
    Domain.objects.update(unmatched_calls=unmatched)
    assert routed(asking, number="0612")["action"] == unmatched


def test_without_an_emergency_calls_proceed(domain: Domain, asking: Asking) -> None:
    Domain.objects.update(emergency=False)
    assert {routed(asking, way)["action"] for way in ("inbound", "outbound")} == {"proceed"}


@pytest.mark.parametrize(
    ("query", "problem", "parameter"),
    [
        pytest.param("direction=inbound", (400, "missing-parameter"), "number", id="no number"),
        pytest.param("number=1", (400, "missing-parameter"), "direction", id="no direction"),
        pytest.param("direction=up&number=1", (422, "invalid-parameter"), "direction", id="direction"),
        pytest.param("direction=inbound&number=", (422, "invalid-number"), "number", id="empty"),
        pytest.param("direction=inbound&number=%2B", (422, "invalid-number"), "number", id="plus alone"),
        pytest.param("direction=inbound&number=1%3F", (422, "invalid-number"), "number", id="wildcard"),
        pytest.param("direction=inbound&number=%C3%A9", (422, "invalid-number"), "number", id="accent"),
        pytest.param(f"direction=inbound&number={'1' * 65}", (422, "invalid-number"), "number", id="long"),
    ],
)
def test_a_bad_question_is_named(
    domain: Domain, asking: Asking, query: str, problem: tuple[int, str], parameter: str
) -> None:
    answer = asking.get(f"{ROOT}/budapest-east/route?{query}")
    assert code(answer) == problem
    assert answer.json()["parameter"] == parameter


def contact(asking: Asking, slug: str = "budapest-east") -> dict[str, object]:
    found: dict[str, object] = asking.post(f"{ROOT}/{slug}/anonymous-contacts").json()
    return found


def test_with_unique_anonymous_on_every_contact_gets_its_own(domain: Domain, asking: Asking) -> None:
    Domain.objects.update(unique_anonymous=True)
    made = [contact(asking) for _ in range(20)]
    identifiers = [str(one["identifier"]) for one in made]
    assert all(one["unique"] for one in made)
    assert len(set(identifiers)) == 20
    assert identifiers == sorted(identifiers)
    assert {uuid.UUID(one).version for one in identifiers} == {7}


def test_with_unique_anonymous_off_contacts_of_a_domain_share_one(domain: Domain, asking: Asking) -> None:
    other = pair(slug="other")
    one, again, elsewhere = contact(asking), contact(asking), contact(asking, "other")
    assert one == again
    assert not one["unique"]
    assert elsewhere["identifier"] == str(shared(other.pk, "other")) != one["identifier"]
    Domain.objects.filter(slug="budapest-east").update(name="renamed")
    assert contact(asking) == one


def test_identifiers_sort_by_time_also_when_the_clock_stands_still_or_goes_back() -> None:
    times = iter([5_000_000, 5_000_000, 4_000_000, 5_000_300, 9_000_000])
    made = Sequence(clock=lambda: next(times), bits=lambda count: 0)
    identifiers = [made.next() for _ in range(5)]
    assert identifiers == sorted(identifiers)
    assert len(set(identifiers)) == 5
    assert identifiers[-1].int >> 80 == 9  # milliseconds
    assert {(one.version, one.variant) for one in identifiers} == {(7, uuid.RFC_4122)}


def test_identifiers_of_threads_and_of_other_processes_never_meet() -> None:
    one, other = Sequence(), Sequence()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: (one, other)[number % 2].next(), range(20_000)))
    assert len(set(made)) == 20_000
