"""Modes, the choice about components without rules, breaking the glass, and what has to be acknowledged."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.testing import UserFactory
from appservers.models import Domain
from appservers.testing import DomainFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import selectors, services
from versioncontrol.admission import Mode, Policy, Unlisted
from versioncontrol.exceptions import AcknowledgementRequired, InvalidPattern, NotPossible
from versioncontrol.linting import Code
from versioncontrol.models import Acknowledgement, Component, ComponentMode, VersionPolicy, VersionRule
from versioncontrol.testing import ComponentModeFactory, SightingFactory, VersionPolicyFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def domain() -> Domain:
    return DomainFactory.create()


@pytest.fixture
def recorder() -> Component:
    return Component.objects.get(name="Recorder")


def policy(domain: Domain, component: Component) -> Policy:
    return selectors.policies_of(domain)[component.pk]


def codes(error: AcknowledgementRequired) -> list[Code]:
    return [warned.code for warned in error.warnings]


def told(act: Callable[..., object], **wanted: Any) -> AcknowledgementRequired:
    """What there is to say before that is done; its `codes` are what somebody sends who has read it."""
    with pytest.raises(AcknowledgementRequired) as refusal:
        act(**wanted)
    return refusal.value


def test_without_rows_everything_has_its_default(domain: Domain, recorder: Component) -> None:
    assert policy(domain, recorder) == Policy(policy(domain, recorder).rules)
    assert policy(domain, recorder).rules.patterns == ()


def test_policies_of_all_domains_take_few_queries(django_assert_num_queries: object) -> None:
    rules = [VersionRuleFactory.create() for _ in range(5)]
    ComponentModeFactory.create(domain=rules[0].domain, component=rules[0].component, mode=Mode.WARN)
    VersionPolicyFactory.create(domain=rules[1].domain, unlisted=Unlisted.DENY)
    with django_assert_num_queries(5):  # type: ignore[operator]
        found = selectors.policies()
    assert [found[rule.domain_id][rule.component_id].rules.patterns for rule in rules] == [
        (rule.pattern,) for rule in rules
    ]
    assert found[rules[0].domain_id][rules[0].component_id].mode is Mode.WARN
    assert {one.unlisted for one in found[rules[1].domain_id].values()} == {Unlisted.DENY}
    assert {one.unlisted for one in found[rules[2].domain_id].values()} == {Unlisted.ALLOW}


def test_a_mode_is_stored_with_its_date_and_history(domain: Domain, recorder: Component) -> None:
    at = timezone.now() + HOUR
    services.set_mode(domain=domain, component=recorder, mode=Mode.ENFORCE, enforce_at=at)
    assert policy(domain, recorder).enforce_at == at
    services.set_mode(domain=domain, component=recorder, mode=Mode.WARN)
    assert (policy(domain, recorder).mode, policy(domain, recorder).enforce_at) == (Mode.WARN, None)
    assert ComponentMode.objects.get().history.count() == 2


def test_a_mode_that_only_warns_has_no_date(domain: Domain, recorder: Component) -> None:
    with pytest.raises(NotPossible, match="Warn only has no date"):
        services.set_mode(domain=domain, component=recorder, mode=Mode.WARN, enforce_at=timezone.now())
    row = ComponentModeFactory.create(mode=Mode.WARN)
    with pytest.raises(IntegrityError), transaction.atomic():
        ComponentMode.objects.filter(pk=row.pk).update(enforce_at=timezone.now())


def test_enforcing_asks_when_it_locks_somebody_out(domain: Domain, recorder: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="10.2.?")
    services.set_mode(domain=domain, component=recorder, mode=Mode.WARN)
    SightingFactory.create(domain=domain, component=recorder, version="9")
    with pytest.raises(AcknowledgementRequired, match=r"locks out 1 agent seen in the last 14 days: 9\.") as refusal:
        services.set_mode(domain=domain, component=recorder, mode=Mode.ENFORCE, enforce_at=timezone.now() + HOUR)
    assert codes(refusal.value) == [Code.LOCKS_OUT]
    assert policy(domain, recorder).mode is Mode.WARN
    at_once: dict[str, Any] = {"domain": domain, "component": recorder, "mode": Mode.ENFORCE}
    # Who has read what a date does has not read what it does at once.
    again = told(services.set_mode, **at_once, acknowledged=refusal.value.codes)
    services.set_mode(**at_once, acknowledged=again.codes)
    assert policy(domain, recorder).mode is Mode.ENFORCE


def test_bringing_the_date_forward_asks_whom_it_denies_at_once(domain: Domain, recorder: Component) -> None:
    later = timezone.now() + HOUR
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="10.2.?")
    ComponentModeFactory.create(domain=domain, component=recorder, enforce_at=later)
    SightingFactory.create(domain=domain, component=recorder, version="9")
    wanted: dict[str, Any] = {"domain": domain, "component": recorder, "mode": Mode.ENFORCE}
    refusal = told(services.set_mode, **wanted)
    assert codes(refusal) == [Code.DENIES_AT_ONCE]
    assert str(refusal).startswith("It denies at once 1 agent seen in the last 14 days")
    services.set_mode(**wanted, acknowledged=refusal.codes)
    assert policy(domain, recorder).enforce_at is None
    assert Acknowledgement.objects.get().codes == ["denies-at-once"]


def test_mending_the_glass_asks_whom_it_denies_at_once(domain: Domain, recorder: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="10.2.?")
    services.break_glass(domain=domain, lasting=HOUR, reason="portal down")
    SightingFactory.create(domain=domain, component=recorder, version="9")
    refusal = told(services.end_break_glass, domain=domain)
    assert codes(refusal) == [Code.DENIES_AT_ONCE]
    assert policy(domain, recorder).break_glass_until is not None
    assert services.end_break_glass(domain=domain, acknowledged=refusal.codes)
    assert Acknowledgement.objects.get().subject == "Enforced again"


def test_more_agents_of_the_same_versions_need_no_second_look_but_other_versions_do(
    domain: Domain, recorder: Component
) -> None:
    rule: dict[str, Any] = {"domain": domain, "component": recorder, "pattern": "10.2.?"}
    SightingFactory.create(domain=domain, component=recorder, version="10.2.1")
    SightingFactory.create(domain=domain, component=recorder, version="9")
    read = told(lambda: services.save_rule(rule=VersionRule(**rule))).codes
    SightingFactory.create(domain=domain, component=recorder, version="8")
    read = told(lambda: services.save_rule(rule=VersionRule(**rule), acknowledged=read)).codes
    SightingFactory.create(domain=domain, component=recorder, version="8")
    services.save_rule(rule=VersionRule(**rule), acknowledged=read)
    assert "It locks out 3 agents" in Acknowledgement.objects.get().sentences


def test_shutting_out_components_without_rules_asks_too(domain: Domain, recorder: Component) -> None:
    SightingFactory.create(domain=domain, component=recorder, version="9")
    UpdateLinkFactory.create(domain=domain, component=recorder, version="10.1")
    with pytest.raises(AcknowledgementRequired) as refusal:
        services.set_unlisted(domain=domain, unlisted=Unlisted.DENY)
    assert codes(refusal.value) == [Code.LOCKS_OUT, Code.LINK_NOT_ADMITTED]
    assert not VersionPolicy.objects.exists()
    services.set_unlisted(domain=domain, unlisted=Unlisted.DENY, acknowledged=refusal.value.codes)
    assert policy(domain, recorder).unlisted is Unlisted.DENY
    services.set_unlisted(domain=domain, unlisted=Unlisted.ALLOW)
    assert policy(domain, recorder).unlisted is Unlisted.ALLOW


def test_the_glass_is_broken_for_a_while_and_the_record_says_by_whom(domain: Domain, recorder: Component) -> None:
    somebody = UserFactory.create(username="night-shift")
    services.break_glass(domain=domain, lasting=2 * HOUR, reason=" all  agents \n down ", actor=somebody)
    until = policy(domain, recorder).break_glass_until
    assert until is not None
    assert timedelta(hours=1.9) < until - timezone.now() <= 2 * HOUR
    row = VersionPolicy.objects.get()
    assert (row.break_glass_by, row.break_glass_reason) == ("night-shift", "all agents down")
    assert services.end_break_glass(domain=domain) is True
    assert services.end_break_glass(domain=domain) is False
    assert policy(domain, recorder).break_glass_until is None
    assert [bool(record.break_glass_until) for record in selectors.broken_before(row)] == [False, True]
    services.set_unlisted(domain=domain, unlisted=Unlisted.DENY)
    assert len(selectors.broken_before(row)) == 2


@pytest.mark.parametrize(
    ("lasting", "reason", "field"),
    [
        pytest.param(HOUR, "  ", "reason", id="no reason"),
        pytest.param(HOUR, "x" * 201, "reason", id="a long reason"),
        pytest.param(timedelta(0), "x", "hours", id="no time"),
        pytest.param(timedelta(hours=72.5), "x", "hours", id="too long"),
    ],
)
def test_the_glass_is_not_broken(lasting: timedelta, reason: str, field: str, domain: Domain) -> None:
    with pytest.raises(NotPossible) as refusal:
        services.break_glass(domain=domain, lasting=lasting, reason=reason)
    assert refusal.value.field == field
    assert not VersionPolicy.objects.exists()


def test_a_broken_glass_lasts_longer_but_never_shorter(domain: Domain, recorder: Component) -> None:
    services.break_glass(domain=domain, lasting=5 * HOUR, reason="portal down")
    with pytest.raises(NotPossible, match=r"broken until .* already") as refusal:
        services.break_glass(domain=domain, lasting=2 * HOUR, reason="me, too")
    assert refusal.value.field == "hours"
    assert VersionPolicy.objects.get().break_glass_reason == "portal down"
    services.break_glass(domain=domain, lasting=6 * HOUR, reason="still down")
    until = policy(domain, recorder).break_glass_until
    assert until is not None
    assert until - timezone.now() > 5.9 * HOUR


def test_the_database_wants_a_reason_too() -> None:
    row = VersionPolicyFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        VersionPolicy.objects.filter(pk=row.pk).update(break_glass_until=timezone.now())


def test_a_rule_with_warnings_is_saved_only_when_all_are_acknowledged(domain: Domain, recorder: Component) -> None:
    SightingFactory.create(domain=domain, component=recorder, version="9")
    UpdateLinkFactory.create(domain=domain, component=recorder, version="11")
    rule = VersionRule(domain=domain, component=recorder, pattern="10.2*")
    with pytest.raises(AcknowledgementRequired) as refusal:
        services.save_rule(rule=rule)
    expected = [Code.LONGER_NUMBERS, Code.MATCHES_NOTHING_SEEN, Code.LOCKS_OUT, Code.LINK_NOT_ADMITTED]
    assert codes(refusal.value) == expected
    assert not VersionRule.objects.exists()
    assert not Acknowledgement.objects.exists()
    assert rule._state.adding
    told(services.save_rule, rule=rule, acknowledged=refusal.value.codes[:3])
    told(services.save_rule, rule=rule, acknowledged=list(Code))
    # What was read of one pattern does not count for another.
    other = VersionRule(domain=domain, component=recorder, pattern="10.3*")
    assert codes(told(services.save_rule, rule=other, acknowledged=refusal.value.codes)) == expected
    somebody = UserFactory.create(username="somebody")
    services.save_rule(rule=rule, acknowledged=refusal.value.codes, actor=somebody)
    record = Acknowledgement.objects.get()
    assert (record.domain, record.subject, record.actor_name) == (domain, "Recorder 10.2*", "somebody")
    assert record.codes == [code.value for code in expected]
    assert "It locks out 1 agent" in record.sentences


def test_saving_the_same_rule_again_has_nothing_to_say() -> None:
    rule = VersionRuleFactory.create(pattern="10.2*")
    services.save_rule(rule=rule)
    assert not Acknowledgement.objects.exists()


def test_a_rule_brings_others_along(domain: Domain, recorder: Component) -> None:
    services.save_rule(
        rule=VersionRule(domain=domain, component=recorder, pattern="10.2.*"), also=["10.2"], acknowledged=[]
    )
    assert policy(domain, recorder).rules.patterns == ("10.2", "10.2.*")


@pytest.mark.parametrize(("pattern", "position"), [("10.é", 4), ("", None), ("x" * 65, 65)])
def test_a_text_that_is_no_pattern_is_refused_with_its_place(
    pattern: str, position: int | None, domain: Domain, recorder: Component
) -> None:
    with pytest.raises(InvalidPattern) as refusal:
        services.save_rule(rule=VersionRule(domain=domain, component=recorder, pattern=pattern))
    assert (refusal.value.position, list(refusal.value.message_dict)) == (position, ["pattern"])


def test_deleting_asks_when_it_locks_somebody_out(domain: Domain, recorder: Component) -> None:
    keep, gone = (VersionRuleFactory.create(domain=domain, component=recorder, pattern=text) for text in ("1", "2"))
    SightingFactory.create(domain=domain, component=recorder, version="2")
    refusal = told(services.delete_rule, rule=gone)
    assert "No update link helps" in str(refusal)
    assert services.delete_rule(rule=gone, acknowledged=refusal.codes) is True
    assert Acknowledgement.objects.get().subject == "Recorder 2 deleted"
    assert services.delete_rule(rule=keep) is True


def test_an_acknowledgement_outlives_its_domain(domain: Domain, recorder: Component) -> None:
    rule = VersionRule(domain=domain, component=recorder, pattern="*")
    services.save_rule(rule=rule, acknowledged=told(services.save_rule, rule=rule).codes)
    Domain.objects.filter(pk=domain.pk).update(active_role="")
    domain.delete()
    record = Acknowledgement.objects.get()
    assert (record.domain, record.domain_name) == (None, domain.name)
