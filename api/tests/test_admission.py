"""May this version connect, over HTTP: the shared vectors, the gate, the memory, the reports of who asked."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.utils import timezone

from api import conf, snapshot
from api.deciding import Question
from api.seen import BUFFER, MOST_ASKED, Buffer
from api.snapshot import WATCHED, Part, Site, Watched
from api.tests.asking import ROOT, Asking, code
from appservers.models import Domain
from appservers.testing import DomainFactory, pair
from tests.vectors import VERSIONS
from updatelinks.networks import Network
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import revision
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.models import Component, Sighting, VersionRule
from versioncontrol.services import break_glass, set_mode, set_unlisted
from versioncontrol.sightings import Report
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db

WHERE = f"{ROOT}/budapest-east/admission"


@pytest.fixture
def component(db: None) -> Component:
    return Component.objects.get(name="Agent Application")


@pytest.fixture
def domain(component: Component) -> Domain:
    """A domain that accepts 10.2.* and 10.3.?, with an update."""
    made = pair(slug="budapest-east")
    for pattern in ("10.2.*", "10.3.?"):
        VersionRuleFactory.create(domain=made, component=component, pattern=pattern)
    UpdateLinkFactory.create(
        domain=made,
        component=component,
        version="10.2.10",
        private_url="https://sw.corp.example/10.2.10",
        public_url="https://dl.example.com/10.2.10",
    )
    return made


def ask(asking: Asking, version: str, endpoint: str = "", **more: Any) -> Any:
    options = {name: more.pop(name) for name in ("REMOTE_ADDR", "headers") if name in more}
    query = urlencode({"component": "Agent Application", "version": version} | more)
    return asking.get(f"{WHERE}{endpoint}?{query}", **options)


def test_it_answers_as_the_contract_shows(domain: Domain, asking: Asking) -> None:
    answer = ask(asking, " 10.1.7 ", REMOTE_ADDR="10.1.2.3")
    assert answer.status_code == 200
    found = answer.json()
    assert found.pop("revision") == WATCHED.current().revision
    assert found == {
        "decision": "deny",
        "reason": "no-rule-matched",
        "domain": "budapest-east",
        "component": "Agent Application",
        "version": "10.1.7",
        "matched_rule": None,
        "accepted": ["10.2.*", "10.3.?"],
        "enforce_at": None,
        "update": {
            "version": "10.2.10",
            "url": "https://sw.corp.example/10.2.10",
            "network": "private",
            "required": True,
        },
        "remedy": "install-update",
        "message": "Version 10.1.7 may not connect. Install 10.2.10.",
        "recheck_after": 30,
    }


@pytest.mark.parametrize("vector", VERSIONS["match"], ids=lambda vector: vector["id"])
def test_it_decides_as_the_shared_vectors_say(component: Component, asking: Asking, vector: dict[str, Any]) -> None:
    domain = DomainFactory.create(slug="budapest-east")
    VersionRule.objects.bulk_create(
        VersionRule(domain=domain, component=component, pattern=pattern) for pattern in vector["rules"]
    )
    answer = ask(asking, vector["version"])
    if "decision" not in vector:
        assert code(answer) == (422, "invalid-version")
        return
    assert answer.status_code == 200
    assert (answer.json()["decision"], answer.json()["reason"]) == (vector["decision"], vector["reason"])


@pytest.mark.parametrize("vector", VERSIONS["update"], ids=lambda vector: vector["id"])
def test_it_offers_what_the_shared_vectors_say(
    component: Component, asking: Asking, settings: Any, vector: dict[str, Any]
) -> None:
    settings.CORPORATE_NETWORKS, settings.DMZ_PROXIES = VERSIONS["corporate_networks"], VERSIONS["dmz_proxies"]
    domain = pair(slug="budapest-east", outsource=vector["outsource"])
    for pattern in vector["rules"]:
        VersionRuleFactory.create(domain=domain, component=component, pattern=pattern)
    for link in vector["links"]:
        UpdateLinkFactory.create(
            domain=domain,
            component=component,
            version=link["version"],
            private_url=link["private"] or "",
            public_url=link["public"] or "",
        )
    hint = {"network": vector["network_hint"]} if vector["network_hint"] else {}
    found = ask(asking, vector["version"], REMOTE_ADDR=vector["ip"] or "", **hint).json()
    update = found["update"] and {"version": found["update"]["version"], "url": found["update"]["url"]}
    assert (found["decision"], found["reason"], update) == (vector["decision"], vector["reason"], vector["update"])


def test_the_component_is_found_in_any_case(domain: Domain, asking: Asking) -> None:
    assert ask(asking, "10.2.1", component="AGENT application").json()["component"] == "Agent Application"


@pytest.mark.parametrize(
    ("query", "problem", "parameter"),
    [
        pytest.param("version=1", (400, "missing-parameter"), "component", id="no component"),
        pytest.param("component=Recorder", (400, "missing-parameter"), "version", id="no version"),
        pytest.param("component=Nothing&version=1", (404, "unknown-component"), "component", id="component"),
        pytest.param("component=%00&version=1", (404, "unknown-component"), "component", id="NUL"),
        pytest.param("component=Recorder&version=", (422, "invalid-version"), "version", id="empty"),
        pytest.param("component=Recorder&version=1.%2A", (422, "invalid-version"), "version", id="wildcard"),
        pytest.param("component=Recorder&version=1.%C3%A9", (422, "invalid-version"), "version", id="accent"),
        pytest.param(f"component=Recorder&version={'1' * 65}", (422, "invalid-version"), "version", id="long"),
        pytest.param("component=Recorder&version=1&network=dmz", (422, "invalid-parameter"), "network", id="network"),
    ],
)
@pytest.mark.parametrize("endpoint", ["", "/gate", "/explain"])
def test_a_bad_question_is_no_decision(
    domain: Domain, asking: Asking, query: str, problem: tuple[int, str], parameter: str, endpoint: str
) -> None:
    answer = asking.get(f"{WHERE}{endpoint}?{query}")
    assert code(answer) == problem
    assert answer.json()["parameter"] == parameter


def test_the_wrong_character_of_a_version_is_named(domain: Domain, asking: Asking) -> None:
    assert ask(asking, "10.*").json()["position"] == 4


def test_the_gate_lets_through_or_not_and_says_why_in_headers(domain: Domain, asking: Asking) -> None:
    yes, no = ask(asking, "10.2.1", "/gate"), ask(asking, "10.1.7", "/gate", REMOTE_ADDR="10.1.2.3")
    assert (yes.status_code, yes.content, yes["Contact-Expert-Decision"]) == (204, b"", "allow")
    assert code(no) == (403, "denied")
    assert (no["Contact-Expert-Decision"], no["Contact-Expert-Reason"]) == ("deny", "no-rule-matched")
    assert (no["Contact-Expert-Remedy"], no["Contact-Expert-Update-Version"]) == ("install-update", "10.2.10")
    assert no["Contact-Expert-Update-Url"] == "https://sw.corp.example/10.2.10"
    assert no.json()["accepted"] == ["10.2.*", "10.3.?"]


def test_who_is_warned_passes_the_gate(domain: Domain, component: Component, asking: Asking) -> None:
    set_mode(domain=domain, component=component, mode=Mode.WARN)
    answer = ask(asking, "10.1.7", "/gate")
    assert (answer.status_code, answer["Contact-Expert-Decision"]) == (204, "warn")
    told = ask(asking, "10.1.7").json()
    assert told["message"] == ("Version 10.1.7 may still connect, but is not among the accepted ones. Install 10.2.10.")


def test_a_warm_decision_asks_no_database(domain: Domain, asking: Asking, django_assert_num_queries: Any) -> None:
    ask(asking, "10.1.7")
    with django_assert_num_queries(0):
        assert ask(asking, "10.1.7").status_code == 200
        assert ask(asking, "10.1.8").status_code == 200
        assert ask(asking, "10.1.8", "/gate").status_code == 403


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_saved_rule_is_in_force_within_a_second(domain: Domain, component: Component) -> None:
    clock = Clock()
    watched = Watched(snapshot.compiled, revision.current, clock)
    before = watched.current()
    VersionRuleFactory.create(domain=domain, component=component, pattern="9.*")
    assert watched.current() is before
    clock.now += snapshot.CHECKED
    after = watched.current()
    assert after.revision > before.revision
    assert after.sites["budapest-east"].policies[component.pk].admits("9.1")
    clock.now += snapshot.CHECKED
    assert watched.current() is after


def test_the_last_snapshot_serves_while_the_database_is_away(caplog: pytest.LogCaptureFixture) -> None:
    clock, answers = Clock(), iter([OperationalError("gone")])

    def number() -> int:
        raise next(answers)

    watched = Watched(snapshot.compiled, number, clock)
    before = watched.current()
    clock.now += snapshot.CHECKED
    assert watched.current() is before
    assert "The database does not answer" in caplog.text
    clock.now += snapshot.CHECKED * 100  # however long the next look takes
    assert watched.fresh() is before


def test_a_change_of_one_domain_compiles_no_other(domain: Domain, component: Component) -> None:
    other = pair(slug="vienna")
    VersionRuleFactory.create(domain=other, component=component, pattern="10.4.*")
    UpdateLinkFactory.create(domain=other, component=component, version="10.4.1")
    compiler = snapshot.Compiler()
    before = compiler()
    VersionRuleFactory.create(domain=domain, component=component, pattern="9.*")
    after = compiler()
    there, here = (
        [found.sites[slug].policies[component.pk].rules for found in (before, after)]
        for slug in ("vienna", "budapest-east")
    )
    assert there[0] is there[1]
    assert before.sites["vienna"].links[component.pk][0] is after.sites["vienna"].links[component.pk][0]
    assert [("9.*" in rules.patterns) for rules in here] == [False, True]
    assert after == snapshot.compiled()


@pytest.mark.parametrize("glass", [False, True], ids=["a component's date", "the end of a break-glass"])
def test_an_answer_is_not_remembered_beyond_the_moment_at_which_it_changes(
    domain: Domain, component: Component, glass: bool
) -> None:
    now = timezone.now()
    moment = now + timedelta(hours=1)
    if glass:
        break_glass(domain=domain, lasting=timedelta(hours=1), reason="update server is down")
    else:
        set_mode(domain=domain, component=component, mode=Mode.ENFORCE, enforce_at=moment)
    found = snapshot.compiled()
    (moment,) = found.moments
    found.answers(now).bodies.keep(("question",), b"warn", 4)
    assert found.answers(moment - timedelta(seconds=1)).bodies.known == {("question",): b"warn"}
    assert found.answers(moment).bodies.known == {}
    found.answers(moment).bodies.keep(("question",), b"deny", 4)
    assert found.answers(moment + timedelta(days=365)).bodies.known == {("question",): b"deny"}
    # Who read the clock before the moment came does not leave an old answer among the new ones.
    found.answers(moment - timedelta(microseconds=1)).bodies.keep(("another question",), b"warn", 4)
    assert found.answers(moment).bodies.known == {("question",): b"deny"}


def test_a_broken_glass_warns_with_its_end(domain: Domain, asking: Asking) -> None:
    break_glass(domain=domain, lasting=timedelta(hours=1), reason="update server is down")
    found = ask(asking, "10.1.7").json()
    assert (found["decision"], found["reason"]) == ("warn", "break-glass")
    assert found["enforce_at"] is not None
    assert "is refused from" in found["message"]


def test_a_component_without_rules_is_denied_where_the_domain_says_so(domain: Domain, asking: Asking) -> None:
    assert ask(asking, "1", component="Recorder").json()["reason"] == "no-rules"
    set_unlisted(domain=domain, unlisted=Unlisted.DENY)
    WATCHED.forget()
    found = ask(asking, "1", component="Recorder").json()
    assert [found[name] for name in ("decision", "reason", "remedy", "accepted")] == [
        "deny",
        "unlisted-denied",
        "contact-administrator",
        [],
    ]


def test_who_asked_is_written_down_within_ten_seconds_whatever_is_set(settings: Any) -> None:
    settings.API_SIGHTINGS_EVERY = 3600.0
    assert conf.sightings_every() == 10


QUESTION = Question(Site(1, "budapest-east", False, {}, {}), Part(1, "Recorder"), "10.2", (Network.PRIVATE,))


def test_reports_of_one_agent_are_one_and_floods_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    batches: list[list[Report]] = []
    buffer = Buffer(lambda reports: batches.append(list(reports)), most=10)
    for _ in range(3):
        buffer.add(QUESTION, "agent-1", timezone.now())
    for number in range(1000):
        buffer.add(QUESTION, f"agent-{number}", timezone.now())
    assert len(buffer) == 10
    buffer.flush()
    (batch,) = batches
    assert {one.agent: one.checks for one in batch}["agent-1"] == 4
    assert "990 sightings were dropped" in caplog.text
    buffer.flush()
    assert len(batches) == 1


def test_questions_that_nobody_puts_together_fill_no_memory() -> None:
    buffer = Buffer(print)
    for _ in range(MOST_ASKED + 10):
        buffer.add(QUESTION, "x" * 1000, timezone.now())
    assert buffer.dropped == 10
    assert max(len(agent) for _, agent, _ in buffer._asked) <= 64
    assert len(buffer) == 1
    buffer.add(QUESTION, "another", timezone.now())
    assert len(buffer) == 2


def test_what_cannot_be_written_is_dropped_and_said(caplog: pytest.LogCaptureFixture) -> None:
    def fail(reports: object) -> None:
        raise OperationalError("gone")

    buffer = Buffer(fail)
    buffer.add(QUESTION, "", timezone.now())
    buffer.flush()
    assert len(buffer) == 0
    assert "1 sightings were dropped: gone" in caplog.text


def test_who_asked_is_written_down_in_a_batch(
    domain: Domain, asking: Asking, noting: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        ask(asking, "10.1.7", agent=f"agent-{number % 5}", REMOTE_ADDR="10.1.2.3")
    ask(asking, "10.2.1", "/gate", agent="x" * 500)
    ask(asking, "10.2.*", agent="never")
    with django_assert_max_num_queries(12):
        BUFFER.flush()
    assert Sighting.objects.count() == 6
    assert {row.checks for row in Sighting.objects.filter(version="10.1.7")} == {10}
    rows = asking.get(f"{ROOT}/budapest-east/versions").json()["versions"]
    assert [(row["version"], row["agents"], row["decision"]) for row in rows] == [
        ("10.1.7", 5, "deny"),
        ("10.2.1", 1, "allow"),
    ]
