"""The one update that is offered, or none."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.forwarded import parsed
from tests.vectors import VERSIONS
from updatelinks.networks import Network, Networks, place, usable
from updatelinks.ordering import newer
from updatelinks.selection import Link, Remedy, Step, Update, choose, explain, link, remedy
from versioncontrol.admission import Decision, Mode, Policy, Unlisted, compiled, decide

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NETWORKS = Networks(
    corporate=parsed(VERSIONS["corporate_networks"]),
    dmz_proxies=parsed(VERSIONS["dmz_proxies"]),
)
INSIDE = (Network.PRIVATE, Network.PUBLIC)


def offered(links: list[Link], policy: Policy, version: str, networks: tuple[Network, ...] = INSIDE) -> Update | None:
    verdict = decide(policy, version, NOW)
    return choose(links, policy=policy, verdict=verdict, version=version, networks=networks)


@pytest.mark.parametrize("vector", VERSIONS["update"], ids=lambda vector: vector["id"])
def test_it_offers_what_the_contract_says(vector: dict[str, Any]) -> None:
    policy = Policy(compiled(vector["rules"]))
    verdict = decide(policy, vector["version"], NOW)
    assert (verdict.decision, verdict.reason) == (vector["decision"], vector["reason"])
    networks = usable(outsource=vector["outsource"], place=place(NETWORKS, vector["ip"]), hint=vector["network_hint"])
    links = [link(one["version"], one["private"], one["public"]) for one in vector["links"]]
    update = choose(links, policy=policy, verdict=verdict, version=vector["version"], networks=networks)
    assert (update and {"version": update.version, "url": update.url}) == vector["update"]
    if update is not None:
        assert update.required is (verdict.decision is Decision.DENY)


def test_a_caller_that_cannot_be_ordered_gets_the_newest_when_it_is_denied() -> None:
    links = [link("10.9", "p"), link("10.10", "p"), link("nightly", "p")]
    update = offered(links, Policy(compiled(["10.*", "nightly"])), "dev-build")
    assert update == Update("10.10", "p", Network.PRIVATE, required=True)
    assert offered(links, Policy(compiled(["10.*", "dev*"])), "dev-build") is None
    assert offered(links, Policy(compiled(["10.*"]), mode=Mode.WARN), "dev-build") is None


def test_nothing_is_admitted_where_unlisted_components_are_denied() -> None:
    assert offered([link("10.9", "p")], Policy(unlisted=Unlisted.DENY), "9") is None


def test_two_links_to_one_release_have_one_winner() -> None:
    links = [link("10.2", "p"), link("10.2.0", "p"), link("v10.2", "p")]
    assert {offered(list(some), Policy(), "9") for some in itertools.permutations(links)} == {
        Update("v10.2", "p", Network.PRIVATE, required=False)
    }


def test_each_link_says_at_which_step_it_was_dropped() -> None:
    links = [
        link("11", "p"),
        link("10.5", "", "q"),
        link("10.nightly", "p"),
        link("10.1", "p"),
        link("10.3", "p"),
        link("10.4", "p"),
    ]
    policy = Policy(compiled(["10.*"]))
    verdict = decide(policy, "10.2", NOW)
    steps = explain(links, policy=policy, verdict=verdict, version="10.2", networks=(Network.PRIVATE,))
    assert [(one.version, step) for one, step in steps] == [
        ("11", Step.NOT_ADMITTED),
        ("10.5", Step.NO_URL),
        ("10.nightly", Step.NOT_NEWER),
        ("10.1", Step.NOT_NEWER),
        ("10.3", Step.NEWER_OFFERED),
        ("10.4", Step.OFFERED),
    ]


def test_what_cannot_be_ordered_is_told_so() -> None:
    links, policy = [link("nightly", "p"), link("10.4", "p")], Policy()
    for version, expected in (("10.2", ["not-ordered", "offered"]), ("dev-build", ["not-ordered", "not-ordered"])):
        steps = explain(links, policy=policy, verdict=decide(policy, version, NOW), version=version, networks=INSIDE)
        assert [step for _, step in steps] == expected


@pytest.mark.parametrize(
    ("policy", "links", "expected"),
    [
        pytest.param(Policy(), [link("10", "p")], Remedy.NONE, id="allowed"),
        pytest.param(Policy(compiled(["10"])), [link("10", "p")], Remedy.INSTALL_UPDATE, id="denied"),
        pytest.param(Policy(compiled(["10"])), [], Remedy.CONTACT_ADMINISTRATOR, id="stranded"),
        pytest.param(Policy(compiled(["10"]), mode=Mode.WARN), [link("10", "p")], Remedy.INSTALL_UPDATE, id="warned"),
        pytest.param(Policy(compiled(["10"]), mode=Mode.WARN), [], Remedy.NONE, id="warned, and no update"),
    ],
)
def test_what_the_caller_can_do(policy: Policy, links: list[Link], expected: Remedy) -> None:
    assert remedy(decide(policy, "9", NOW), offered(links, policy, "9")) is expected


texts = st.sampled_from(["9", "1.2", "1.2.0", "1.3-rc1", "1.3", "2", "dev", "v2", "1.3b", "10"])
urls = st.sampled_from(["", "https://one.example", "https://two.example"])
some_links = st.lists(st.builds(link, texts, urls, urls), max_size=5, unique_by=lambda one: one.version)
some_patterns = st.lists(st.sampled_from(["*", "1.*", "1.3*", "2", "v*", "dev", "?"]), max_size=3)
some_networks = st.sampled_from([INSIDE, (Network.PUBLIC,)])


@given(some_links, some_patterns, texts, some_networks)
def test_an_offered_link_is_admitted_newer_and_has_the_callers_url(
    links: list[Link], patterns: list[str], version: str, networks: tuple[Network, ...]
) -> None:
    policy = Policy(compiled(patterns))
    update = offered(links, policy, version, networks)
    if update is None:
        return
    assert decide(policy, update.version, NOW).decision is Decision.ALLOW
    assert newer(update.version, than=version) or version == "dev"
    assert update.url
    assert update.network in networks


@given(some_links.filter(lambda links: len(links) < 5), some_patterns, texts)
def test_one_answer_whatever_the_order_of_the_rows(links: list[Link], patterns: list[str], version: str) -> None:
    policy = Policy(compiled(patterns))
    assert len({offered(list(order), policy, version) for order in itertools.permutations(links)}) == 1
