"""The audit trail: who did what to what, with before and after, from every source."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import User
from access.testing import PASSWORD, UserFactory, user_with_role
from api.models import ApiToken
from api.tokens import Scope
from appservers.models import Domain, Role
from appservers.services import declare_emergency, delete_domain, end_emergency
from appservers.testing import pair
from audit import trail
from audit.entry import Entry
from audit.models import Action
from audit.wanted import Wanted
from common.actions import acting
from failover.clock import SystemClock
from failover.holds import acknowledge_flapping, hold
from failover.models import HoldKind
from failover.pausing import pause, resume
from failover.scheduling import schedule
from failover.testing import SwitchEventFactory, SwitchRefusalFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import VersionRule
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db


def told(**wanted: Any) -> list[Entry]:
    """The lines that are wanted, latest first."""
    return trail.entries(list(trail.found(Wanted(**wanted))))


def changes(line: Entry) -> list[tuple[str, str, str]]:
    return [(change.label, change.before, change.after) for change in line.changes]


def edit(client: Client, domain: Domain, **changed: str) -> None:
    """Somebody edits the domain in the console."""
    page = client.get(reverse("appservers:edit", args=[domain.slug]))
    fields = {
        bound.html_name: bound.value()
        for form in [page.context["sheet"].opened, *page.context["sheet"].sections.values()]
        for bound in form
        if bound.value() not in (None, False)
    }
    response = client.post(reverse("appservers:edit", args=[domain.slug]), fields | changed)
    assert response.status_code == 302, response.content.decode()


def test_an_edit_is_told_with_who_whence_before_and_after(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, auto_failover_interval="5")
    line = told(what="domain")[0]
    assert (line.actor, line.address, line.look.word) == ("administrator", "127.0.0.1", "Changed")
    assert (line.noun, line.subject, line.domain, line.slug) == ("Domain", "Wien", "Wien", "wien")
    assert changes(line) == [("Auto-Failover Interval", "2 min", "5 min")]


def test_what_one_request_did_is_tied_together_and_what_another_did_is_not(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    VersionRuleFactory.create(domain=domain)
    administrator.post(reverse("appservers:delete", args=["wien"]), {"name": "Wien"})
    latest = told(what="domain")[0]
    together = told(action=latest.action)
    assert sorted(line.noun for line in together) == [
        "Application server",
        "Application server",
        "Domain",
        "Version rule",
    ]
    assert {(line.look.word, line.domain, line.slug) for line in together} == {("Deleted", "Wien", "")}
    assert Action.objects.get().path == "POST /infrastructure/application-servers/wien/delete/"


def test_a_rule_is_told_by_what_it_says_also_when_it_is_gone(administrator: Client) -> None:
    rule = VersionRuleFactory.create(domain=pair(slug="wien"), pattern="10.2.*")
    component = str(rule.component)
    administrator.post(reverse("versioncontrol:delete", args=["wien", rule.pk]))
    assert not VersionRule.objects.exists()
    line = told(what="versionrule")[0]
    assert (line.look.word, line.subject) == ("Deleted", f"{component} 10.2.*")
    assert changes(line) == [("Component", component, ""), ("Version", "10.2.*", "")]


def test_the_name_of_somebody_stays_when_the_account_is_deleted(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, name="Wien West")
    User.objects.get(username="administrator").delete()
    assert told(what="domain")[0].actor == "administrator"
    assert [line.noun for line in told(who="administrator", what="domain")] == ["Domain"]


def test_what_no_person_did_is_told_so() -> None:
    pair(name="Wien")
    assert {line.actor for line in told()} == {"a script"}
    assert len(told(who="a script")) == 3


def test_an_emergency_is_told_as_such() -> None:
    domain = pair(name="Wien")
    for emergency in (True, False):
        domain.emergency = emergency
        domain.save()
    words = [line.look.word for line in told(what="domain")]
    assert words == ["Emergency ended", "Emergency declared", "Created"]
    assert not [line.text for line in told(what="domain") if line.text], "nobody gave a reason"


def test_an_emergency_is_told_with_its_reasons_also_when_its_domain_is_gone() -> None:
    domain, other = pair(name="Wien"), pair(name="Graz")
    for number in (1, 2):
        for one in (domain, other):
            declare_emergency(domain=one, reason=f"flood {number} in {one}", **by_anna())
        end_emergency(domain=domain, reason=f"dry {number}", **by_anna())
        end_emergency(domain=other, reason="never wet", **by_anna())
    told_then = [line.text for line in told(what="domain", domain="wien")]
    assert told_then == ["“dry 2”", "“flood 2 in Wien”", "“dry 1”", "“flood 1 in Wien”", ""]
    delete_domain(domain=domain, typed_name="Wien")
    assert [line.text for line in told(what="domain", domain="wien")] == ["", *told_then]


def by_anna() -> dict[str, Any]:
    return {"actor_id": None, "actor_name": "anna", "at": timezone.now()}


def test_a_token_is_told_when_it_is_made_and_when_it_is_revoked_but_never_itself(administrator: Client) -> None:
    form = {"name": "Agents", "scopes": ["components"], "lifetime": ""}
    made = administrator.post(reverse("api:new_token"), form)
    token = ApiToken.objects.get()
    revoked = administrator.post(reverse("api:revoke_token", args=[token.pk]))
    (end,), (begin,) = told(action=revoked["X-Request-ID"]), told(action=made["X-Request-ID"])
    assert told(what="apitoken") == [end, begin]
    assert [(line.look.word, line.noun, line.subject) for line in (begin, end)] == [
        ("Created", "API token", f"Agents ({token.prefix})"),
        ("Revoked", "API token", f"Agents ({token.prefix})"),
    ]
    assert {(line.actor, line.address, line.domain) for line in (begin, end)} == {("administrator", "127.0.0.1", "")}
    assert changes(begin) == [("Opens", "", Scope.COMPONENTS.label), ("Expires", "", "never")]
    assert told(what="apitoken", who="admin") == [end, begin]
    assert not told(what="apitoken", domain="wien")
    everything = administrator.get(reverse("audit:csv"), {"what": "apitoken"}).content.decode()
    assert "Revoked,API token" in everything
    assert made.context["secret"][-40:] not in everything
    assert token.digest not in everything


def test_tokens_of_the_command_and_of_the_admin_are_told_too(administrator: Client) -> None:
    call_command("apitoken", "create", "Agents", stdout=StringIO(), stderr=StringIO())
    token = ApiToken.objects.get()
    sent = {"action": "revoke", "_selected_action": [token.pk]}
    revoked = administrator.post(reverse("admin:api_apitoken_changelist"), sent)
    end, begin = told(what="apitoken")
    assert (end.actor, end.action) == ("administrator", revoked["X-Request-ID"])
    assert begin.actor.endswith(" (command)")
    assert Action.objects.get(request_id=begin.action).path == "manage.py apitoken create"


def test_switches_and_refusals_are_told_with_who_and_why() -> None:
    domain = pair(name="Wien", slug="wien")
    SwitchEventFactory.create(domain=domain, actor_name="anna", reason="patching", cause="manual", forced=True)
    SwitchRefusalFactory.create(domain=None, domain_name="Gone", actor_name="béla")
    (switch,), (refusal,) = told(what="switch"), told(what="refusal")
    assert (switch.actor, switch.domain, switch.slug, switch.text) == ("anna", "Wien", "wien", "“patching”")
    assert "forced" in switch.subject
    assert changes(switch) == [("Active", "Primary", "Secondary")]
    assert (refusal.actor, refusal.domain, refusal.slug) == ("béla", "Gone", "")
    assert "Primary is down." in refusal.text


def test_what_else_was_ordered_for_a_domain_is_told_when_it_was_and_when_it_ended() -> None:
    domain, clock = pair(name="Wien", slug="wien"), SystemClock()
    pause(domain=domain, reason="patching", actor_name="anna", clock=clock)
    resume(domain=domain, actor_name="béla", clock=clock)
    hold(domain, HoldKind.ANTI_FLAP, "It switched three times.", epoch=0, clock=clock)
    assert not told(what="hold"), "nobody did anything yet"
    acknowledge_flapping(domain=domain, actor_name="cili", note="a bad cable", clock=clock)
    schedule(
        domain=domain,
        to_role=Role.SECONDARY,
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=2),
        reason="maintenance",
        actor_name="dóra",
        clock=clock,
        nightly=True,
    )
    lines = [line for kind in ("schedule", "hold", "pause") for line in told(what=kind, domain="wien")]
    assert [(line.actor, line.look.word, line.text) for line in lines] == [
        ("dóra", "Scheduled", "“maintenance”"),
        ("cili", "Cleared", "“a bad cable”"),
        ("béla", "Resumed", "It was paused by anna: “patching”"),
        ("anna", "Paused", "“patching”"),
    ]
    assert "nightly" in lines[0].subject
    assert [line.look.word for line in told(who="béla")] == ["Resumed"]


def test_sign_ins_are_told_whether_they_succeeded_or_not(client: Client) -> None:
    UserFactory.create(username="sue")
    for name, password in (("sue", "wrong"), ("nobody-here", PASSWORD), ("sue", PASSWORD)):
        client.post("/accounts/login/", {"username": name, "password": password})
    assert [(line.actor, line.look.word, line.address) for line in told(what="sign-in")] == [
        ("sue", "Signed in", "127.0.0.1"),
        ("somebody unknown", "Sign-in failed", "127.0.0.1"),
        ("sue", "Sign-in failed", "127.0.0.1"),
    ]
    assert len(told(what="user")) == 1, "a sign-in is no change of the account"


def test_a_role_given_to_somebody_is_told_and_a_password_never_is(administrator: Client) -> None:
    sue = user_with_role("Support", "sue")
    operators = Group.objects.get(name="Operators")
    form = {"username": "sue", "is_active": "on", "groups": [operators.pk]}
    administrator.post(reverse("admin:access_user_change", args=[sue.pk]), form)
    told_of_sue = [change for line in told(who="administrator", what="user") for change in changes(line)]
    assert ("Groups", "Support", "") in told_of_sue
    assert ("Groups", "", "Operators") in told_of_sue
    assert not [change for line in told() for change in line.changes if "assword" in change.label]


def test_what_a_role_holds_is_told(administrator: Client) -> None:
    role = Group.objects.create(name="Night shift")
    switch = Permission.objects.get(codename="switch_domain")
    form = {"name": "Night shift", "permissions": [switch.pk]}
    administrator.post(reverse("admin:auth_group_change", args=[role.pk]), form)
    assert changes(told(what="group")[0]) == [("Permissions", "", str(switch))]


def test_a_first_change_is_not_told_as_if_everything_had_been_changed(administrator: Client) -> None:
    role = Group.objects.get(name="Operators")  # from a migration, which keeps no history
    held = list(role.permissions.all())
    form = {"name": "Night shift", "permissions": [permission.pk for permission in held[1:]]}
    administrator.post(reverse("admin:auth_group_change", args=[role.pk]), form)
    latest, first = told(what="group")
    assert (first.changes, first.text) == (
        [],
        "The first change that is recorded; what it was like before is not known.",
    )
    ((label, before, after),) = changes(latest)
    assert (label, str(held[0]) in before, str(held[0]) in after) == ("Permissions", True, False)


@pytest.fixture
def trails() -> dict[str, Domain]:
    """Two domains with rules, one of which was renamed and the other deleted."""
    old, gone = pair(name="Győr", slug="gyor"), pair(name="Wien", slug="wien")
    for domain in (old, gone):
        UpdateLinkFactory.create(domain=domain)
        SwitchEventFactory.create(domain=domain, actor_name="anna")
    old.name = "Miskolc"
    old.save()
    Domain.objects.filter(pk=gone.pk).update(active_role="")
    gone.delete()
    return {"old": old, "gone": gone}


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        pytest.param("GYŐR", "Miskolc", id="a former name"),
        pytest.param("misk", "Miskolc", id="part of the name"),
        pytest.param("wien", "Wien", id="deleted"),
    ],
)
def test_it_is_filtered_by_a_domain_under_any_name_and_after_its_end(
    trails: dict[str, Domain], typed: str, domain: str
) -> None:
    lines = told(domain=typed)
    assert {line.noun for line in lines} == {"Domain", "Application server", "Update link", "Automatic failover"}
    assert {line.domain for line in lines if line.noun != "Automatic failover"} == {domain}
    assert not told(domain="nowhere")


def test_it_is_filtered_by_who_what_and_period(trails: dict[str, Domain]) -> None:
    assert {line.actor for line in told(who="ANN")} == {"anna"}
    assert {line.noun for line in told(what="updatelink")} == {"Update link"}
    now = timezone.now()
    assert told(since=now - timedelta(hours=1), until=now + timedelta(hours=1)) == told()
    assert not told(since=now + timedelta(hours=1))
    assert not told(until=now - timedelta(hours=1))


def test_the_latest_comes_first() -> None:
    domain = pair()
    SwitchEventFactory.create(domain=domain, at=timezone.now() - timedelta(days=1))
    moments = [line.at for line in told()]
    assert moments == sorted(moments, reverse=True)
    assert told()[-1].noun == "Automatic failover"


def test_the_number_of_queries_does_not_grow_with_the_trail() -> None:
    counts = []
    for number in (1, 10):
        for _ in range(number):
            domain = pair()
            domain.name = f"{domain.name} anew"
            domain.save()
            SwitchEventFactory.create(domain=domain)
        with CaptureQueriesContext(connection) as queries:
            told()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_switch_by_hand_and_orders_carry_the_id_of_their_request(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    where = reverse("failover:switch", args=["wien"])
    said = {"epoch": "0", "to_role": Role.SECONDARY, "reason": "patch night", "force": "on", "name": "Wien"}
    switched = administrator.post(where, said)
    assert switched.status_code == 302, switched.content.decode()
    refused = administrator.post(where, said)
    paused = administrator.post(reverse("failover:pause", args=["wien"]), {"reason": "patch night", "length": "2h"})
    for answer, what in ((switched, "switch"), (refused, "refusal"), (paused, "pause")):
        (line,) = told(action=answer["X-Request-ID"])
        assert (line.domain, line.actor, line.address) == ("Wien", "administrator", "127.0.0.1"), what
        assert [line] == told(what=what, domain=domain.name)
    page = administrator.get(f"/maintenance/audit/?action={switched['X-Request-ID']}").content.decode()
    assert "to Secondary, epoch 1" in page


def test_what_a_command_does_is_one_action_too() -> None:
    with acting("ops (command)", "manage.py something"):
        pair(name="Wien")
    lines = told(action=Action.objects.get().request_id)
    assert {line.actor for line in lines} == {"ops (command)"}
    assert len(lines) == 3
    assert told(what="domain") == [line for line in lines if line.noun == "Domain"]
