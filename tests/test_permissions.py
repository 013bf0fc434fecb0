"""Every address of the site, for each role, for somebody without a role, and for nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access.models import User
from access.roles import SHOWN_APPS
from access.testing import UserFactory
from appservers.models import Domain, Role
from appservers.testing import pair
from failover.models import Lease
from failover.testing import (
    CountdownFactory,
    MonitorFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
    SwitchRefusalFactory,
)
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db

ROLES = ("administrator", "operator", "support")
SIGN_IN = "/accounts/login/"

# Who gets in, by the view's name. A view that is missing here fails the test of completeness.
EVERYBODY = {"access:login"}
SIGNED_IN = {"home", "access:logout", "access:password_change", "access:password_change_done"}
POSTED = {"failover:test_now": {"administrator"}}  # parts of pages that are only posted to
CONSOLE = {
    "failover:list": {"administrator", "operator", "support"},
    "failover:rows": {"administrator", "operator", "support"},
    "failover:high_availability": {"administrator", "operator", "support"},
    "failover:high_availability_part": {"administrator", "operator", "support"},
    "failover:switch": {"administrator", "operator"},
    "appservers:new": {"administrator"},
    "appservers:detail": {"administrator", "operator", "support"},
    "appservers:edit": {"administrator"},
    "appservers:delete": {"administrator"},
    "versioncontrol:list": {"administrator", "operator", "support"},
    "versioncontrol:new": {"administrator"},
    "versioncontrol:edit": {"administrator"},
    "versioncontrol:delete": {"administrator"},
    "updatelinks:list": {"administrator", "operator", "support"},
    "updatelinks:new": {"administrator"},
    "updatelinks:edit": {"administrator"},
    "updatelinks:delete": {"administrator"},
}


def names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The name of every view below a resolver; the Django admin has a walk of its own."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from names(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or "(a view without a name)"))


@pytest.fixture
def domain() -> Domain:
    """A domain with one of everything."""
    made = pair(name="Budapest East", slug="budapest-east")
    VersionRuleFactory.create(domain=made)
    UpdateLinkFactory.create(domain=made)
    ServerHealthFactory.create(server=made.servers.get(role=Role.PRIMARY))
    StandingFactory.create(domain=made)
    CountdownFactory.create(domain=made)
    SwitchEventFactory.create(domain=made)
    SwitchRefusalFactory.create(domain=made)
    MonitorFactory.create()
    return made


def address(name: str, domain: Domain) -> str:
    """The view's address for that domain and its rule or link."""
    app, _, view = name.partition(":")
    owned: dict[str, Any] = {"versioncontrol": domain.version_rules, "updatelinks": domain.update_links}
    arguments: list[Any] = []
    if app in owned or (app in ("appservers", "failover") and view not in ("list", "rows", "new", "test_now")):
        arguments = [domain.slug]
    if app in owned and view in ("edit", "delete"):
        arguments.append(owned[app].get().pk)
    return reverse(name, args=arguments)


def test_every_view_of_the_console_says_here_who_gets_in() -> None:
    assert set(names(get_resolver())) == EVERYBODY | SIGNED_IN | set(CONSOLE) | set(POSTED)


@pytest.mark.parametrize("name", sorted(CONSOLE))
def test_each_role_gets_in_where_it_may_and_nowhere_else(
    name: str, domain: Domain, administrator: Client, operator: Client, support: Client, nobody: Client
) -> None:
    where = address(name, domain)
    clients = dict(zip(ROLES, (administrator, operator, support), strict=True))
    assert {role for role, client in clients.items() if client.get(where).status_code == 200} == CONSOLE[name]
    for role in set(ROLES) - CONSOLE[name]:
        assert clients[role].get(where).status_code == 403
        assert clients[role].post(where, {}).status_code in (403, 405)
    assert nobody.get(where).status_code == 403
    assert nobody.post(where, {}).status_code in (403, 405)


@pytest.mark.parametrize("name", sorted(SIGNED_IN | set(CONSOLE) | set(POSTED)))
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_not_signed_in_is_asked_to(name: str, method: str, domain: Domain) -> None:
    response = getattr(Client(), method)(address(name, domain))
    assert response.status_code == 302
    assert response["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("name", sorted(POSTED))
def test_each_role_posts_where_it_may_and_nowhere_else(
    name: str, domain: Domain, administrator: Client, operator: Client, support: Client, nobody: Client
) -> None:
    clients = {"administrator": administrator, "operator": operator, "support": support, "nobody": nobody}
    where = address(name, domain)
    assert {role for role, client in clients.items() if client.post(where, {}).status_code == 200} == POSTED[name]
    assert {client.post(where, {}).status_code for role, client in clients.items() if role not in POSTED[name]} == {403}


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_what_is_everybodys_own_needs_no_role(name: str, nobody: Client, domain: Domain) -> None:
    assert nobody.get(address(name, domain)).status_code in (200, 302, 405)


def an_object(model: type[Model]) -> Model:
    """Some object of the model; the factories made one of each that migrations did not."""
    found = model._default_manager.first()
    assert found is not None, f"no {model.__name__} to look at"
    return found


def admin_addresses(model: type[Model]) -> dict[str, str]:
    """The admin's addresses of a model by what they do."""
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pk = an_object(model).pk
    return {"changelist": reverse(f"{base}_changelist"), "add": reverse(f"{base}_add")} | {
        action: reverse(f"{base}_{action}", args=[pk]) for action in ("change", "history", "delete")
    }


@pytest.fixture
def admin_site(domain: Domain) -> list[type[Model]]:
    """Every model of the Django admin, with something of each to see."""
    UserFactory.create(username="somebody")
    assert Group.objects.exists()
    assert Lease.objects.exists()
    return list(admin.site._registry)


def test_the_admin_is_shut_to_operators_to_people_without_a_role_and_to_nobody(
    admin_site: list[type[Model]], operator: Client, nobody: Client
) -> None:
    for model in admin_site:
        for where in admin_addresses(model).values():
            for client in (operator, nobody, Client()):
                response = client.get(where)
                assert response.status_code == 302, where
                assert "login" in response["Location"], where


def test_support_sees_the_products_models_in_the_admin_and_changes_nothing(
    admin_site: list[type[Model]], support: Client
) -> None:
    for model in admin_site:
        shown = 200 if model._meta.app_label in SHOWN_APPS else 403
        addresses = admin_addresses(model)
        for action in ("changelist", "change", "history"):
            assert support.get(addresses[action]).status_code == shown, addresses[action]
        for action in ("add", "delete"):
            assert support.get(addresses[action]).status_code == 403, addresses[action]
        for action in ("add", "change", "delete"):
            assert support.post(addresses[action], {"post": "yes"}).status_code == 403, addresses[action]


def test_administrators_see_every_model_and_change_all_but_the_monitors_records(
    admin_site: list[type[Model]], administrator: Client
) -> None:
    for model in admin_site:
        addresses = admin_addresses(model)
        for action in ("changelist", "change", "history"):
            assert administrator.get(addresses[action]).status_code == 200, addresses[action]
        may_add = 403 if model._meta.app_label == "failover" else 200
        # Servers come and go with their domain, and nobody writes history by hand.
        if model._meta.model_name not in {"applicationserver", "historicaldomain", "historicalapplicationserver"}:
            assert administrator.get(addresses["add"]).status_code == may_add, addresses["add"]


def test_a_role_taken_away_shuts_the_door_at_once(administrator: Client, domain: Domain) -> None:
    where = address("appservers:edit", domain)
    assert administrator.get(where).status_code == 200
    User.objects.get(username="administrator").groups.clear()
    assert administrator.get(where).status_code == 403
