"""An import: by the services, as one action, all or nothing, and never past what was looked at."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from access.models import User
from appservers.models import Domain, Role
from appservers.selectors import revision
from appservers.services import make_active, save_domain
from appservers.testing import pair
from audit import trail
from audit.models import Action
from audit.wanted import Wanted
from dialrules.models import DialRule
from dialrules.testing import DialRuleFactory
from exchange.files import MOST_BYTES
from exchange.planning import MOST_REMOVED, Plan, plan
from exchange.services import NotApplied, apply
from exchange.tree import Unfit
from failover.decision import Code, State
from failover.testing import MonitorFactory, PauseFactory, StandingFactory
from updatelinks.models import UpdateLink
from versioncontrol.models import Acknowledgement, Component, ComponentMode, VersionPolicy, VersionRule
from versioncontrol.testing import SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db

PAGE = "/infrastructure/application-servers/import/"
DOCUMENT = """
components: [Softphone]
domains:
- name: Wien
  outsource: true
  primary: {server_fqdn: b.example, public_web_fqdn: web-b.example}
  secondary: {server_fqdn: a.example, public_web_fqdn: web-a.example}
  unlisted_components: deny
  version_rules: [{component: softphone, pattern: 10.10}, {component: Softphone, pattern: 10.2.*}]
  component_modes: [{component: Softphone, mode: warn}]
  update_links: [{component: Softphone, version: 10.10, private_url: "https://sw.example/10.10"}]
  dial_rules:
  - {name: A, pattern: "*", emergency_uri: "tel:+361"}
  - {name: B, pattern: "+36*", emergency_uri: "tel:+362"}
"""


def planned(text: str, *, prune: bool = False) -> Plan:
    return plan("a.yaml", text.encode(), prune=prune)


def imported(text: str) -> None:
    """Import it, whatever there is to say."""
    made = planned(text)
    apply(made, acknowledged=made.codes)


def test_everything_is_written_and_read_back_and_changed_and_taken_away() -> None:
    imported(DOCUMENT)
    wien = Domain.objects.get(slug="wien")
    assert (wien.active_role, wien.epoch, wien.revision) == (Role.PRIMARY, 0, 1)
    assert VersionPolicy.objects.get().unlisted == "deny"
    assert [rule.name for rule in DialRule.objects.order_by("position")] == ["A", "B"]
    assert UpdateLink.objects.get().version_key == "10.10"
    assert planned(DOCUMENT, prune=True).empty
    swapped = (
        DOCUMENT.replace("a.example, p", "x.example, p").replace("b.example, p", "a.example, p").replace("x.", "b.")
    )
    lines = swapped.replace("outsource: true", "outsource: false").replace("10.10}, {c", "10.1?}, {c").splitlines()
    lines = [line for line in lines if "mode: warn" not in line and "unlisted" not in line]
    lines[-1], lines[-2] = lines[-2].replace("name: A", "name: C"), lines[-1]
    changed = "\n".join([*lines, "  component_modes: []", "  unlisted_components: allow", "  update_links: []"])
    changed = "\n".join(line for line in changed.splitlines() if "10.10, private" not in line)
    imported(changed)
    assert planned(changed).empty
    assert [(rule.name, rule.position) for rule in DialRule.objects.order_by("position")] == [("B", 1), ("C", 2)]
    assert {rule.pattern for rule in VersionRule.objects.all()} == {"10.1?", "10.2.*"}
    assert not UpdateLink.objects.exists()
    assert ComponentMode.objects.get().mode == "enforce"
    assert wien.servers.get(role=Role.PRIMARY).server_fqdn == "a.example"
    assert (VersionRule.history.filter(history_type="-").count(), wien.history.count()) == (1, 2)


def test_what_is_not_configuration_is_never_touched() -> None:
    domain = pair(name="Wien")
    make_active(domain_id=domain.pk, epoch=0, from_role=Role.PRIMARY, to_role=Role.SECONDARY)
    Domain.objects.update(emergency=True)
    pause = PauseFactory.create(domain=domain)
    apply(planned("domains: [{name: WIEN, auto_failover_interval: 7}]"))
    after = Domain.objects.get()
    assert (after.name, after.active_role, after.epoch, after.emergency) == ("WIEN", Role.SECONDARY, 1, True)
    pause.refresh_from_db()
    assert pause.ended_at is None
    with pytest.raises(Unfit, match="secondary server is active and cannot be removed"):
        planned("domains: [{name: Wien, secondary: null}]")


def test_it_takes_few_statements_however_many_domains_it_creates() -> None:
    def counted(number: int) -> int:
        text = "domains:\n" + "".join(
            f"- {{name: D{number}-{one}, primary: {{server_fqdn: d{one}.example}},"
            " dial_rules: [{name: A, pattern: '*', emergency_uri: 'tel:+361'}]}\n"
            for one in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            apply(planned(text))
        return len(queries)

    few = counted(2)
    assert (
        counted(12) - few <= 2 * 10
    )  # the name of each, looked up by the form's check: before, and when it is written


CHANGES: list[Any] = [
    pytest.param(lambda domain: Domain.objects.update(object_key="Other"), id="another property was changed"),
    pytest.param(lambda domain: VersionRuleFactory.create(domain=domain), id="a rule was added"),
    pytest.param(lambda domain: domain.servers.filter(role=Role.SECONDARY).delete(), id="a server went"),
    pytest.param(lambda domain: Domain.objects.update(name="Graz", name_key="graz"), id="it was renamed"),
]


@pytest.mark.parametrize("meanwhile", CHANGES)
def test_nothing_is_written_over_what_changed_since_the_plan(meanwhile: Callable[[Domain], object]) -> None:
    domain = pair(name="Wien")
    made = planned(
        "domains: [{name: Wien, auto_failover_interval: 7}, {name: Linz, primary: {server_fqdn: l.example}}]"
    )
    meanwhile(domain)
    with pytest.raises(NotApplied):
        apply(made)
    assert Domain.objects.count() == 1
    assert Domain.objects.get().auto_failover_interval.seconds == 120


def test_a_name_that_is_taken_while_it_is_imported_rolls_everything_back() -> None:
    made = planned("components: [Softphone]\ndomains: [{name: Wien, primary: {server_fqdn: w.example}}]")
    pair(name="wien")
    before = revision()
    with pytest.raises(NotApplied):
        apply(made)
    assert (revision(), Component.objects.filter(name="Softphone").exists()) == (before, False)


def test_enforcement_that_comes_earlier_says_whom_it_denies_at_once() -> None:
    later = timezone.now() + timedelta(days=30)
    imported(DOCUMENT.replace("mode: warn", f"mode: enforce, enforce_at: {later:%Y-%m-%d}"))
    softphone = Component.objects.get(name="Softphone")
    SightingFactory.create(domain=Domain.objects.get(), component=softphone, version="9.1", agent="anna")
    with pytest.raises(NotApplied, match="It denies at once 1 agent "):
        apply(planned(DOCUMENT.replace("component_modes: [{component: Softphone, mode: warn}]", "component_modes: []")))
    assert ComponentMode.objects.get().enforce_at is not None


def test_who_would_be_locked_out_is_said_and_must_be_acknowledged() -> None:
    rule = VersionRuleFactory.create(pattern="10.*")
    SightingFactory.create(domain=rule.domain, component=rule.component, version="10.2", last_seen=timezone.now())
    text = f"domains: [{{name: {rule.domain.name}, version_rules: [{{component: {rule.component}, pattern: 11.*}}]}}]"
    made = planned(text)
    assert made.codes == ["does-not-admit-base", "locks-out", "matches-nothing-seen"]
    with pytest.raises(NotApplied, match=r"locks out 1 agent .*: 10\.2\. No update link helps it"):
        apply(made)
    link = f", update_links: [{{component: {rule.component}, version: 11.1, private_url: 'https://sw.example'}}]}}]"
    assert "No update link" not in planned(text[:-2] + link).differences[0].warnings[-1].sentence
    apply(made, acknowledged=made.codes)
    assert "10.2" in Acknowledgement.objects.get().sentences


def test_what_there_is_to_say_about_patterns_is_said_of_new_domains_too() -> None:
    rows = ", ".join(f"{{component: Recorder, pattern: {pattern}}}" for pattern in ("10.2*", "10.3*", "'*'"))
    made = planned(f"domains: [{{name: Wien, primary: {{server_fqdn: a.example}}, version_rules: [{rows}]}}]")
    assert made.codes == ["admits-everything", "admits-longer-numbers", "shadowed", "shadows"]
    told = {warning.code: warning.sentence for warning in made.differences[0].warnings}
    assert told["admits-longer-numbers"].startswith("Recorder “10.2*”: It also admits 10.20.")
    assert told["admits-longer-numbers"].endswith("Likewise “10.3*”.")
    with pytest.raises(NotApplied, match="nobody has acknowledged"):
        apply(made, acknowledged=["shadows"])
    apply(made, acknowledged=made.codes)
    kept = Acknowledgement.objects.get()
    assert (kept.domain, kept.domain_name) == (Domain.objects.get(), "Wien")
    assert planned(f"domains: [{{name: Wien, version_rules: [{rows}]}}]").empty


def test_what_would_switch_within_seconds_must_be_acknowledged() -> None:
    MonitorFactory.create()
    domain = pair(name="Wien", auto_failover_interval=timedelta(minutes=10))
    due = timezone.now() + timedelta(seconds=500)
    StandingFactory.create(domain=domain, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, switch_at=due)
    made = planned("domains: [{name: Wien, auto_failover_interval: 1}]")
    with pytest.raises(NotApplied, match="within seconds: Primary is out"):
        apply(made)
    apply(made, acknowledged=made.codes)
    assert planned("domains: [{name: Wien, auto_failover_interval: 1}]").empty


def test_dial_rules_keep_the_order_of_the_file_whatever_gaps_their_positions_have() -> None:
    domain = pair(name="Wien")
    for name, position in (("A", 2), ("B", 5)):
        DialRuleFactory.create(domain=domain, name=name, pattern="*", emergency_uri="tel:+361", position=position)
    row = "{name: %s, pattern: '*', emergency_uri: 'tel:+361'}"
    rows = ", ".join(row.replace("%s", name) for name in "ABC")
    assert planned(f"domains: [{{name: Wien, dial_rules: [{rows[: rows.index(', {name: C')]}]}}]").empty
    apply(planned(f"domains: [{{name: Wien, dial_rules: [{rows}]}}]"))
    assert [rule.name for rule in DialRule.objects.order_by("position", "pk")] == ["A", "B", "C"]


def test_no_more_domains_are_deleted_at_once_than_the_monitor_can_wait_for() -> None:
    Domain.objects.bulk_create(Domain(name=f"D{n}", slug=f"d{n}", active_role="") for n in range(MOST_REMOVED + 1))
    for domain in Domain.objects.all():
        domain.servers.create(role=Role.PRIMARY, server_fqdn="x.example")
    with pytest.raises(Unfit, match="one import deletes at most"):
        planned("domains: []", prune=True)


def upload(client: Client, text: str, name: str = "a.yaml", **fields: str) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile(name, text.encode()), **fields})


def carried(answer: Any, **changed: str) -> dict[str, Any]:
    """What the preview's button posts."""
    form, found = answer.context["confirm"], answer.context["plan"]
    fields = {name: form[name].value() for name in ("name", "document", "prune", "seen")} | {
        "acknowledged": found.codes
    }
    return {name: value for name, value in fields.items() if value} | changed


def test_a_file_is_looked_at_and_then_imported_as_one_action(administrator: Client) -> None:
    answer = upload(administrator, DOCUMENT)
    text = answer.content.decode()
    for part in ("1 added", "Wien", "Softphone", "tel:+361"):
        assert part in text
    assert not Domain.objects.exists()
    done = administrator.post(PAGE, carried(answer))
    assert done["Location"] == "/infrastructure/application-servers/"
    action = Action.objects.get()
    assert (action.username, action.path) == ("administrator", f"POST {PAGE}")
    lines = trail.entries(list(trail.found(Wanted(action=done["X-Request-ID"]))))
    assert (
        len(lines) == 1 + 3 + 2 + 1 + 1 + 1 + 2
    )  # component, domain and servers, rules, mode, policy, link, dial rules
    assert {line.actor for line in lines} == {"administrator"}
    again = administrator.post(PAGE, carried(answer))
    assert "Nothing differs" in again.content.decode()
    assert Domain.objects.count() == 1


def test_a_preview_says_aloud_what_is_now_and_what_would_become_of_it(administrator: Client) -> None:
    pair(name="Wien", object_key="Old")
    changed = "{name: Wien, object_key: New}"
    added = "{name: Graz, primary: {server_fqdn: graz.example}}"
    said = words(upload(administrator, f"domains: [{changed}, {added}]"))
    assert "now Old would become New" in said
    assert "would become graz.example" in said
    assert "now Old" in words(upload(administrator, "domains: []", prune="on"))
    assert not re.search(r"\b(was|is) (Old|New|graz)", said)


def words(answer: Any) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


def test_what_was_not_looked_at_is_not_imported(administrator: Client) -> None:
    pair(name="Wien")
    seven, eight = (f"domains: [{{name: Wien, auto_failover_interval: {number}}}]" for number in (7, 8))
    first, second = upload(administrator, seven), upload(administrator, eight)
    mixed = administrator.post(PAGE, carried(first, seen=carried(second)["seen"]))
    assert "changed after you had looked" in mixed.content.decode()
    assert '<ins><span class="visually-hidden">would become </span>7</ins>' in mixed.content.decode()
    domain = Domain.objects.prefetch_related("servers").get()
    servers = {server.role: server for server in domain.servers.all()}
    domain.object_key = "Other"
    save_domain(domain=domain, primary=servers[Role.PRIMARY], secondary=servers[Role.SECONDARY])
    late = administrator.post(PAGE, carried(first))
    assert "changed after you had looked" in late.content.decode()
    assert administrator.post(PAGE, carried(first, document="AAAA")).status_code == 200
    assert Domain.objects.get().auto_failover_interval.seconds == 120
    assert administrator.post(PAGE, carried(late)).status_code == 302
    assert Domain.objects.get().auto_failover_interval.seconds == 420


def test_domains_that_are_not_in_the_file_go_only_when_that_is_chosen_and_counted(administrator: Client) -> None:
    pair(name="Wien")
    assert "Nothing differs" in upload(administrator, "domains: []").content.decode()
    answer = upload(administrator, "domains: []", prune="on")
    wrong = administrator.post(PAGE, carried(answer, number="2"))
    assert "Type 1 to confirm" in wrong.content.decode()
    user = User.objects.get(username="administrator")
    user.groups.get().permissions.remove(user.groups.get().permissions.get(codename="delete_domain"))
    assert administrator.post(PAGE, carried(answer, number="1")).status_code == 403
    user.groups.get().permissions.add(*user.groups.get().permissions.model.objects.filter(codename="delete_domain"))
    assert administrator.post(PAGE, carried(wrong, number="1")).status_code == 302
    assert not Domain.objects.exists()


def test_a_file_that_does_not_do_is_refused_with_every_reason(administrator: Client) -> None:
    answer = upload(administrator, "domains: [{name: <b>}]", prune="on").content.decode()
    assert "needs a name and a primary server" in answer
    assert 'name="prune"' in answer
    assert "checked" in answer
    large = administrator.post(PAGE, {"file": SimpleUploadedFile("a.yaml", b" " * (MOST_BYTES + 1))})
    assert "at most 16 MB are read" in large.content.decode()
    assert "Choose the file to import." in administrator.post(PAGE, {}).content.decode()


def test_an_export_comes_as_a_file(support: Client) -> None:
    pair(name="Wien")
    where = "/infrastructure/application-servers/export/"
    assert "YAML, one document" in support.get(where).content.decode()
    answer = support.get(f"{where}?form=yaml")
    assert answer["Content-Disposition"].endswith('.yaml"')
    assert b"- name: Wien\n" in answer.content
    assert support.get(f"{where}?form=json").json()["domains"][0]["name"] == "Wien"
    assert support.get(f"{where}?form=zip").content.startswith(b"PK")
