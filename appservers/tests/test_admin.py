"""The Django admin writes domains as the console does, and shows them to support staff."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import servers_by_role
from appservers.testing import DomainFactory, pair
from appservers.tests.meanwhile import meanwhile

pytestmark = pytest.mark.django_db

ADD = "/admin/appservers/domain/add/"


def change_url(domain: Domain) -> str:
    return reverse("admin:appservers_domain_change", args=[domain.pk])


def form(**changes: Any) -> dict[str, Any]:
    """What the admin's page of a new domain sends; the second server is left empty."""
    return {
        "name": "Szeged",
        "auto_failover_interval": "2",
        "servers-TOTAL_FORMS": "2",
        "servers-INITIAL_FORMS": "0",
        "servers-0-role": "primary",
        "servers-0-server_fqdn": "szg-1.corp.example",
        "servers-0-server_port": "9999",
        "servers-1-role": "secondary",
        "servers-1-server_port": "9999",
    } | changes


def stored_form(domain: Domain, **changes: Any) -> dict[str, Any]:
    """What the admin's page of a stored pair sends when nothing was touched."""
    posted = {
        "name": domain.name,
        "auto_failover_interval": "2",
        "seen_revision": str(domain.revision),
        "servers-TOTAL_FORMS": "2",
        "servers-INITIAL_FORMS": str(domain.servers.count()),
        "servers-1-role": "secondary",
        "servers-1-server_port": "9999",
    }
    for number, server in enumerate(domain.servers.all()):
        for field in ("id", "role", "server_fqdn", "server_port", "private_web_fqdn", "public_web_fqdn"):
            posted[f"servers-{number}-{field}"] = str(getattr(server, field))
    return posted | changes


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_creates_a_domain_with_its_servers_and_a_history(administrator: Client) -> None:
    posted = form(**{"servers-1-server_fqdn": "SZG-2.corp.example"})
    assert administrator.post(ADD, posted).status_code == 302
    domain = Domain.objects.get(name="Szeged")
    assert (domain.slug, domain.active_role, domain.revision) == ("szeged", "primary", 1)
    assert servers_by_role(domain)[Role.SECONDARY].endpoint == "szg-2.corp.example:9999"
    assert domain.history.get().history_user.username == "administrator"


def test_a_second_server_left_empty_is_no_server(administrator: Client) -> None:
    assert administrator.post(ADD, form()).status_code == 302
    assert set(servers_by_role(Domain.objects.get(name="Szeged"))) == {Role.PRIMARY}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"name": " "}, "Give the domain a name.", id="no name"),
        pytest.param({"auto_failover_interval": "two"}, "This is not a number of minutes.", id="interval in words"),
        pytest.param({"servers-0-server_fqdn": "_ce"}, "holds an underscore", id="bad host name"),
        pytest.param({"servers-0-server_port": "65536"}, "A port is a number from 1 to 65535.", id="port"),
        pytest.param({"outsource": "on"}, "Outsource is on", id="outsourced without a public name"),
        pytest.param({"servers-0-role": "secondary"}, "needs a primary server", id="no primary"),
        pytest.param(
            {"servers-1-server_fqdn": "szg-1.corp.example"}, "is the primary server already", id="same endpoint"
        ),
        pytest.param(
            {"servers-1-role": "primary", "servers-1-server_fqdn": "szg-2"}, "one primary and one", id="two primaries"
        ),
    ],
)
def test_it_refuses_what_the_form_refuses(administrator: Client, changes: dict[str, str], sentence: str) -> None:
    response = administrator.post(ADD, form(**changes))
    assert response.status_code == 200
    assert sentence in text(response)
    assert not Domain.objects.exists()


def test_it_changes_a_domain_under_a_new_revision_and_leaves_who_is_active_alone(administrator: Client) -> None:
    domain = pair(active_role=Role.PRIMARY, epoch=4)
    response = administrator.post(
        change_url(domain), stored_form(domain, unique_anonymous="on", active_role="secondary")
    )
    assert response.status_code == 302
    domain.refresh_from_db()
    assert (domain.unique_anonymous, domain.revision, domain.active_role, domain.epoch) == (True, 2, "primary", 4)


def test_it_removes_the_standby_and_refuses_to_remove_the_active_server(administrator: Client) -> None:
    domain = pair()
    Domain.objects.filter(pk=domain.pk).update(active_role=Role.SECONDARY)
    refused = administrator.post(change_url(domain), stored_form(domain, **{"servers-1-DELETE": "on"}))
    assert "The secondary server is active and cannot be removed" in text(refused)
    Domain.objects.filter(pk=domain.pk).update(active_role=Role.PRIMARY)
    assert administrator.post(change_url(domain), stored_form(domain, **{"servers-1-DELETE": "on"})).status_code == 302
    assert set(servers_by_role(Domain.objects.get(pk=domain.pk))) == {Role.PRIMARY}


@pytest.mark.parametrize("seen", [pytest.param("1", id="older"), pytest.param("", id="none")])
def test_it_does_not_overwrite_what_somebody_else_saved(administrator: Client, seen: str) -> None:
    domain = pair(revision=2)
    response = administrator.post(change_url(domain), stored_form(domain, unique_anonymous="on", seen_revision=seen))
    assert "after you had opened it" in text(response)
    domain.refresh_from_db()
    assert not domain.unique_anonymous


def test_a_save_in_the_instant_of_the_save_is_told(administrator: Client) -> None:
    domain = pair()
    rival = Domain.objects.filter(pk=domain.pk)
    with meanwhile(lambda: rival.update(revision=2), skip=1):
        answer = administrator.post(change_url(domain), stored_form(domain, unique_anonymous="on"), follow=True)
    assert "Nothing was saved. The domain was changed by somebody else in the meantime." in text(answer)
    assert not rival.get().unique_anonymous


def test_it_deletes_a_domain_with_its_active_server_alone_and_in_bulk(administrator: Client) -> None:
    one, two = pair(), pair()
    page = administrator.get(reverse("admin:appservers_domain_delete", args=[one.pk]))
    assert "your account doesn't have permission" not in text(page)
    administrator.post(reverse("admin:appservers_domain_delete", args=[one.pk]), {"post": "yes"})
    assert Domain.objects.get() == two
    action = {"action": "delete_selected", "_selected_action": str(two.pk), "post": "yes"}
    administrator.post(reverse("admin:appservers_domain_changelist"), action)
    assert not Domain.objects.exists()
    assert not ApplicationServer.objects.exists()


@pytest.mark.parametrize("model", ["domain", "applicationserver", "historicaldomain", "historicalapplicationserver"])
def test_support_finds_and_reads_everything_and_changes_nothing(support: Client, model: str) -> None:
    domain = pair(name="Győr")
    listed = support.get(f"/admin/appservers/{model}/?q={'site-' if 'server' in model else 'GYŐR'.lower()}")
    assert listed.status_code == 200
    assert "0 results" not in text(listed)
    assert support.get(f"/admin/appservers/{model}/add/").status_code == 403
    key = (domain.servers if "server" in model else Domain.objects).first().pk  # type: ignore[union-attr]
    if "historical" not in model:
        shown = support.get(f"/admin/appservers/{model}/{key}/change/")
        assert shown.status_code == 200
        assert "seen" not in text(shown)
        assert 'name="_save"' not in text(shown)
        assert support.post(f"/admin/appservers/{model}/{key}/change/", {}).status_code == 403


def test_domains_are_found_by_host_name_and_filtered(administrator: Client) -> None:
    DomainFactory.create(name="Wien", slug="wien", emergency=True)
    DomainFactory.create(name="Pécs", slug="pecs")
    found = text(administrator.get("/admin/appservers/domain/?q=wien-primary"))
    assert "Wien" in found
    assert "Pécs" not in found
    assert "Pécs" not in text(administrator.get("/admin/appservers/domain/?emergency__exact=1"))
    assert "Pécs" in text(administrator.get("/admin/appservers/domain/?active_role__exact=primary"))


def test_the_pages_carry_no_inline_script_or_style(administrator: Client) -> None:
    domain = pair()
    for page in (change_url(domain), "/admin/appservers/domain/", "/admin/appservers/historicaldomain/"):
        html = text(administrator.get(page))
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html


def test_it_takes_another_health_check_and_refuses_a_wrong_object_key(administrator: Client) -> None:
    domain = pair()
    wrong = stored_form(domain, probe_kind="giop", object_key="Namé")
    assert "printable ASCII" in text(administrator.post(change_url(domain), wrong))
    right = stored_form(domain, probe_kind="giop", object_key="Names")
    assert administrator.post(change_url(domain), right).status_code == 302
    domain.refresh_from_db()
    assert (domain.probe_kind, domain.object_key) == ("giop", "Names")
    assert set(domain.servers.values_list("configuration", flat=True)) == {2}
