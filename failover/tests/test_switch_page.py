"""The page that asks before it makes the other server active."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from access.models import User
from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import DomainFactory, pair
from appservers.tests.meanwhile import meanwhile
from failover.clock import SystemClock
from failover.health import Status
from failover.models import Cause, Monitor, ServerHealth, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.switch import switch_by_hand
from failover.testing import MonitorFactory, ServerHealthFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    """A pair whose servers are up."""
    MonitorFactory.create()
    made = pair(name="Wien", slug="wien")
    for server in made.servers.all():
        ServerHealthFactory.create(server=server)
    return made


def where(domain: Domain) -> str:
    return reverse("failover:switch", args=[domain.slug])


def by_hand(domain: Domain, to_role: Role, epoch: int, who: str, why: str) -> None:
    """Somebody else switches."""
    switch_by_hand(
        domain=domain,
        to_role=to_role,
        seen_epoch=epoch,
        actor_name=who,
        reason=why,
        clock=SystemClock(),
        force=True,
    )


def answers(**changed: Any) -> dict[str, Any]:
    """A form filled in as it should be, with changes."""
    return {"epoch": 0, "to_role": "secondary", "reason": "patching", "name": "Wien"} | changed


def test_it_switches_and_records_who_and_why(operator: Client, domain: Domain) -> None:
    response = operator.post(where(domain), answers(), follow=True)
    assert response.redirect_chain == [(reverse("failover:high_availability", args=["wien"]), 302)]
    assert "Secondary is active now (epoch 1)." in response.content.decode()
    event = SwitchEvent.objects.get()
    assert (event.cause, event.actor_name, event.reason) == (Cause.MANUAL, "operator", "patching")
    assert event.actor == User.objects.get(username="operator")


def test_it_asks_in_the_words_of_the_direction(operator: Client, domain: Domain) -> None:
    text = operator.get(where(domain)).content.decode()
    assert "Fail over to Secondary" in text
    assert "Type “Wien” to confirm that this domain is meant." in text
    Domain.objects.update(active_role=Role.SECONDARY, epoch=1)
    assert "Fail back to Primary" in operator.get(where(domain)).content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        pytest.param({"reason": " "}, "Give a reason", id="no reason"),
        pytest.param({"name": ""}, "Type the domain&#x27;s name to confirm", id="no name"),
        pytest.param({"name": "wien"}, "This is not the domain&#x27;s name. Type: Wien", id="another name"),
        pytest.param({"reason": "x" * 501}, "at most 500 characters", id="endless reason"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(
    operator: Client, domain: Domain, changed: dict[str, Any], sentence: str
) -> None:
    response = operator.post(where(domain), answers(**changed))
    text = response.content.decode()
    assert response.status_code == 200
    assert sentence in text
    for kept in (answers() | changed).values():
        assert f'value="{str(kept).strip()}"' in text or not str(kept).strip()
    assert not SwitchEvent.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="script"),
        pytest.param("שער \u200fWien", "שער Wien", id="a mark of direction that nobody sees"),
        pytest.param("🏢 Contact", "🏢 Contact", id="four bytes"),
        pytest.param("Győr", "Gyo\u030br", id="accents in two pieces"),
    ],
)
def test_a_name_of_any_kind_is_shown_as_text_and_confirmed_as_it_is_seen(
    operator: Client, domain: Domain, name: str, typed: str
) -> None:
    Domain.objects.filter(pk=domain.pk).update(name=name)
    text = operator.get(where(domain)).content.decode()
    assert "<script>alert" not in text
    assert f"Type “{escape(name)}” to confirm" in text
    assert operator.post(where(domain), answers(name=typed)).status_code == 302
    assert SwitchEvent.objects.get().domain_name == name


@pytest.mark.parametrize(
    "changed", [{"epoch": "x"}, {"epoch": ""}, {"to_role": "third"}, {"to_role": ""}, {"epoch": "9" * 40}]
)
def test_what_was_tampered_with_is_refused_without_a_trace(
    operator: Client, domain: Domain, changed: dict[str, Any]
) -> None:
    assert operator.post(where(domain), answers(**changed)).status_code == 200
    assert not SwitchEvent.objects.exists()


def test_the_second_operator_gets_a_conflict_with_the_new_state_and_keeps_what_was_typed(
    operator: Client, domain: Domain
) -> None:
    by_hand(domain, Role.SECONDARY, 0, "anna", "disk is full")
    by_hand(domain, Role.PRIMARY, 1, "béla", "it was not")
    response = operator.post(where(domain), answers())
    text = response.content.decode()
    assert "Somebody switched this domain in the meantime: Primary is active now (epoch 2)." in text
    assert text.index("béla made Primary active") < text.index("anna made Secondary active")
    assert "“it was not”" in text
    assert SwitchRefusal.objects.get().code == "conflict"
    form = response.context["form"]
    assert [form[field].value() for field in ("epoch", "to_role", "reason", "name")] == [
        2,
        "secondary",
        "patching",
        None,
    ]
    operator.post(where(domain), answers(epoch=2))
    assert SwitchEvent.objects.latest("epoch").epoch == 3


def test_who_comes_second_with_the_same_wish_is_told_that_it_is_done(operator: Client, domain: Domain) -> None:
    by_hand(domain, Role.SECONDARY, 0, "anna", "disk is full")
    text = operator.post(where(domain), answers()).content.decode()
    assert "anna made Secondary active" in text
    assert "Secondary is active already (epoch 1). Nothing to do." in text
    assert 'name="reason"' not in text
    assert SwitchEvent.objects.count() == 1


def test_a_server_that_is_not_up_needs_a_second_choice(operator: Client, domain: Domain) -> None:
    ServerHealth.objects.filter(server__role=Role.SECONDARY).update(status=Status.DOWN, reason=Reason.REFUSED)
    page = operator.get(where(domain)).content.decode()
    assert "<strong>Secondary is down</strong>: it refuses connections." in page
    assert "Switch although Secondary is down" in page
    assert "not known" not in page
    assert 'name="force"' in page
    refused = operator.post(where(domain), answers()).content.decode()
    assert "switching now would leave the site dark" in refused
    operator.post(where(domain), answers(force="on"))
    assert SwitchEvent.objects.get().forced


def test_a_server_that_nobody_watches_is_not_called_down(operator: Client, domain: Domain) -> None:
    Monitor.objects.all().delete()
    page = operator.get(where(domain)).content.decode()
    assert "Secondary is not known to be up." in page
    assert "Nobody watches it now; it was up" in page
    assert "Switch although Secondary is not known to be up" in page


def test_a_server_that_goes_down_while_the_form_is_filled_in_is_offered_by_force(
    operator: Client, domain: Domain
) -> None:
    goes_down = ServerHealth.objects.filter(server__role=Role.SECONDARY)
    with meanwhile(lambda: goes_down.update(status=Status.DOWN)):
        refused = operator.post(where(domain), answers()).content.decode()
    assert 'name="force"' in refused
    assert 'value="patching"' in refused
    assert not SwitchEvent.objects.exists()


def test_a_domain_that_is_deleted_while_the_form_is_filled_in_leads_to_the_list(
    operator: Client, domain: Domain
) -> None:
    delete_domain(domain=domain, typed_name="Wien")
    answer = operator.post(where(domain), answers(), follow=True)
    assert "“Wien” was deleted by a script." in answer.content.decode()
    assert "Reason: “patching”" in answer.content.decode()


def test_a_server_that_is_up_offers_no_force_and_ignores_it(operator: Client, domain: Domain) -> None:
    assert 'name="force"' not in operator.get(where(domain)).content.decode()
    operator.post(where(domain), answers(force="on"))
    assert not SwitchEvent.objects.get().forced


def test_a_domain_without_a_second_server_says_so(operator: Client) -> None:
    alone = DomainFactory.create(name="Alone")
    response = operator.get(where(alone), follow=True)
    assert "Alone has no second server to switch to. Register one first." in response.content.decode()


def test_a_request_from_elsewhere_switches_nothing(domain: Domain, operator: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="operator"))
    assert strict.post(where(domain), answers()).status_code == 403
    assert not SwitchEvent.objects.exists()


def test_who_may_only_look_switches_nothing(support: Client, nobody: Client, domain: Domain) -> None:
    for client in (support, nobody):
        assert client.get(where(domain)).status_code == 403
        assert client.post(where(domain), answers()).status_code == 403
    assert "Sign in" in Client().post(where(domain), answers()).content.decode()
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 0)


def test_a_domain_that_is_gone_is_not_found(operator: Client) -> None:
    assert operator.get(reverse("failover:switch", args=["gone"])).status_code == 404
