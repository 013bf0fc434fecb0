"""What Version Control is told of links is what a caller would be offered."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from updatelinks import offers
from updatelinks.networks import Network
from updatelinks.selection import Link, choose, link
from updatelinks.tests.test_selection import some_links, some_patterns, texts
from versioncontrol.admission import EVENTUALLY, Mode, Policy, Unlisted, compiled, decide

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@given(
    some_links,
    some_patterns,
    texts,
    st.sampled_from(Network),
    st.sampled_from(Mode),
    st.sampled_from(Unlisted),
    st.sampled_from([NOW, EVENTUALLY]),
)
def test_who_is_helped_is_who_is_offered_something(
    links: list[Link], patterns: list[str], version: str, side: Network, mode: Mode, unlisted: Unlisted, at: datetime
) -> None:
    until = NOW + timedelta(hours=1)
    policy = Policy(compiled(patterns), mode=mode, unlisted=unlisted, break_glass_until=until)
    verdict = decide(policy, version, at)
    update = choose(links, policy=policy, verdict=verdict, version=version, networks=offers.USABLE[side])
    helps = offers.remedies({1: links}).helps
    assert helps(1, policy, version, side, at) == helps(1, policy, version, side, at) == (update and update.version)


def test_a_change_of_the_rules_changes_who_is_helped() -> None:
    helps = offers.remedies({1: [link("10.2", "p"), link("11", "p")]}).helps
    before, after = Policy(compiled(["*"])), Policy(compiled(["10.*"]))
    assert [helps(1, policy, "9", "private", NOW) for policy in (before, after, before)] == ["11", "10.2", "11"]
