"""Two people edit one domain: the second is told who changed what, and loses nothing."""

from typing import Any

import pytest
from django.test import Client

from access.testing import user_with_role
from appservers.models import Domain, Role
from appservers.selectors import servers_by_role
from appservers.services import delete_domain
from appservers.sheet import Sheet
from appservers.testing import DomainFactory, pair
from appservers.tests.meanwhile import meanwhile
from appservers.tests.posting import errors, opened, post, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> Client:
    """The browser of somebody else."""
    client = Client()
    client.force_login(user_with_role("Administrators", "anna"))
    return client


def again(answer: Any) -> dict[str, Any]:
    """What the page that came back sends when it is submitted as it is."""
    sheet: Sheet = answer.context["sheet"]
    return sheet.texts() | {bound.html_name: bound.value() for bound in sheet.opened}


def test_it_says_who_changed_what_and_saves_knowingly_the_next_time(administrator: Client, anna: Client) -> None:
    domain = pair(name="Győr")
    mine = opened(domain) | {"primary-server_port": "7", "auto_failover_interval": "5"}
    theirs = {"primary-server_port": "8", "unique_anonymous": "on", "secondary-private_web_fqdn": "web-b"}
    assert post(anna, url(domain), opened(domain) | theirs).status_code == 302

    answer = post(administrator, url(domain), mine)
    html = answer.content.decode()
    assert "anna saved this domain" in html
    told = {(d.label, d.before, d.after) for d in answer.context["differences"]}
    assert told == {
        ("Unique Anonymous", "off", "on"),
        ("Primary Server Port", "“9999”", "“8”"),
        ("Secondary Private Web FQDN", "“web-secondary.corp.example”", "“web-b”"),
    }
    assert "anna set this to “8”. Submit replaces that with what is here." in html
    assert errors(answer) == {}
    assert Domain.objects.get().revision == 2

    assert post(administrator, url(domain), again(answer)).status_code == 302
    stored = Domain.objects.get()
    servers = servers_by_role(stored)
    assert (stored.unique_anonymous, stored.auto_failover_interval.total_seconds(), stored.revision) == (True, 300, 3)
    assert servers[Role.PRIMARY].server_port == 7
    assert servers[Role.SECONDARY].private_web_fqdn == "web-b"


def test_a_third_save_in_between_is_told_again(administrator: Client, anna: Client) -> None:
    domain = pair()
    mine = opened(domain) | {"auto_failover_interval": "5"}
    post(anna, url(domain), opened(domain) | {"outsource": "on"})
    answer = post(administrator, url(domain), mine)
    post(anna, url(domain), opened(Domain.objects.get()) | {"unique_anonymous": "on"})
    answer = post(administrator, url(domain), again(answer))
    assert [d.label for d in answer.context["differences"]] == ["Unique Anonymous"]
    post(administrator, url(domain), again(answer))
    stored = Domain.objects.get()
    assert (stored.outsource, stored.unique_anonymous, stored.revision) == (True, True, 4)


def test_a_switch_in_between_is_no_conflict(administrator: Client) -> None:
    domain = pair()
    mine = opened(domain) | {"unique_anonymous": "on"}
    Domain.objects.update(active_role=Role.SECONDARY, epoch=1)
    assert post(administrator, url(domain), mine).status_code == 302
    assert Domain.objects.get().active_role == "secondary"


@pytest.mark.parametrize(
    "tampered",
    [
        pytest.param({"opened-revision": ""}, id="no revision"),
        pytest.param({"opened-revision": "x"}, id="revision in letters"),
        pytest.param({"opened-revision": "9" * 30}, id="absurd revision"),
        pytest.param({"opened-revision": "", "opened-seen": ""}, id="nothing seen"),
        pytest.param({"opened-revision": "", "opened-seen": "{"}, id="broken text"),
        pytest.param({"opened-revision": "", "opened-seen": "[1]"}, id="a list"),
    ],
)
def test_a_form_that_does_not_say_what_was_seen_overwrites_nothing(
    administrator: Client, tampered: dict[str, str]
) -> None:
    domain = pair()
    answer = post(administrator, url(domain), opened(domain) | {"name": "Pécs"} | tampered)
    assert "saved this domain" in answer.content.decode()
    assert Domain.objects.get().name == domain.name
    assert post(administrator, url(domain), again(answer)).status_code == 302
    assert Domain.objects.get().name == "Pécs"


def test_a_domain_deleted_meanwhile_is_created_anew_on_submit(administrator: Client) -> None:
    domain = pair(name="Győr")
    mine = opened(domain) | {"primary-server_port": "7"}
    delete_domain(domain=domain, typed_name="Győr")
    answer = post(administrator, url(domain), mine)
    html = answer.content.decode()
    assert "a script deleted this domain" in html
    assert 'action="/infrastructure/application-servers/new/"' in html
    assert 'value="7"' in html
    assert post(administrator, "/infrastructure/application-servers/new/", again(answer)).status_code == 302
    assert servers_by_role(Domain.objects.get(name="Győr"))[Role.PRIMARY].server_port == 7


def test_a_domain_deleted_in_the_instant_of_the_save_is_told_the_same(administrator: Client) -> None:
    domain = pair(name="Győr")
    with meanwhile(lambda: delete_domain(domain=domain, typed_name="Győr")):
        answer = post(administrator, url(domain), opened(domain) | {"primary-server_port": "7"})
    assert "deleted this domain" in answer.content.decode()


def test_a_domain_saved_and_then_deleted_is_told_as_deleted(administrator: Client) -> None:
    domain = pair(name="Győr", revision=2)
    mine = opened(domain) | {"opened-revision": "1"}
    with meanwhile(lambda: delete_domain(domain=domain, typed_name="Győr"), before="RELEASE SAVEPOINT"):
        answer = post(administrator, url(domain), mine)
    assert "deleted this domain" in answer.content.decode()


def test_a_name_taken_in_the_instant_of_the_save_is_told_at_the_field(administrator: Client) -> None:
    domain = pair(name="Győr")
    with meanwhile(lambda: DomainFactory.create(name="Pécs")):
        answer = post(administrator, url(domain), opened(domain) | {"name": "PÉCS"})
    assert errors(answer) == {"name": "A domain “Pécs” exists already. Choose another name."}


def test_another_domain_at_the_same_address_is_not_overwritten(administrator: Client) -> None:
    domain = pair(name="Győr", slug="gyor")
    mine = opened(domain) | {"unique_anonymous": "on"}
    delete_domain(domain=domain, typed_name="Győr")
    DomainFactory.create(name="Gyor", slug="gyor")
    answer = post(administrator, url(domain), mine)
    assert "deleted this domain" in answer.content.decode()
    assert not Domain.objects.get().unique_anonymous
