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
from alarms.testing import AlarmFactory, CertificateFactory
from api.models import ApiToken
from api.testing import bearer, token_of
from api.tokens import Scope
from appservers.models import Domain, Role
from appservers.testing import EmergencyFactory, pair
from dialrules.testing import DialRuleFactory
from failover.models import HoldKind, Lease, Notice, Subscriber
from failover.testing import (
    CountdownFactory,
    HealthChangeFactory,
    HoldFactory,
    NameTroubleFactory,
    NoticeFactory,
    PauseFactory,
    ScheduledSwitchFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
    SwitchRefusalFactory,
)
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.testing import (
    AcknowledgementFactory,
    ComponentModeFactory,
    SightingFactory,
    VersionPolicyFactory,
    VersionRuleFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced")]

ROLES = ("administrator", "operator", "support")
SIGN_IN = "/accounts/login/"

# Who gets in, by the view's name. A view that is missing here fails the test of completeness.
EVERYBODY = {"access:login"}
SIGNED_IN = {"access:logout", "access:password_change", "access:password_change_done"}
# Models of the admin that nobody writes there: the console does, which shows what follows.
LOOKED_UP = {"versionpolicy", "componentmode", "acknowledgement", "sighting"}
POSTED = {  # what is only posted to
    "failover:test_now": {"administrator"},
    "failover:columns": {"administrator", "operator", "support"},
    "updatelinks:check": {"administrator"},
    "alarms:look": {"administrator", "operator"},
    "dialrules:move": {"administrator"},
    "dialrules:enable": {"administrator"},
    "dialrules:declare": {"administrator"},
    "dialrules:end": {"administrator"},
    "notices:retry": {"administrator"},
    "subscribers:try": {"administrator"},
}
# The API looks at tokens: the scope that opens an endpoint; None is open to everybody.
API: dict[str, Scope | None] = {
    "v1:api-root": None,
    "v1:openapi-json": None,
    "v1:openapi-view": None,
    "v1:unknown": None,
    "v1:active": Scope.COMPONENTS,
    "v1:is_active": Scope.COMPONENTS,
    "v1:route_call": Scope.COMPONENTS,
    "v1:anonymous_contact": Scope.COMPONENTS,
    "v1:admission": Scope.COMPONENTS,
    "v1:gate": Scope.COMPONENTS,
    "v1:explain": Scope.REPORTS,
    "v1:versions": Scope.REPORTS,
    "v1:dry_run": Scope.REPORTS,
    "signs:healthz": None,
    "signs:metrics": Scope.REPORTS,
}
CONSOLE = {
    "home": {"administrator", "operator", "support"},
    "home_part": {"administrator", "operator", "support"},
    "states": {"administrator", "operator", "support"},
    "wallboard": {"administrator", "operator", "support"},
    "wallboard_part": {"administrator", "operator", "support"},
    "alarms:list": {"administrator", "operator", "support"},
    "alarms:part": {"administrator", "operator", "support"},
    "alarms:acknowledge": {"administrator", "operator"},
    "failover:list": {"administrator", "operator", "support"},
    "failover:rows": {"administrator", "operator", "support"},
    "failover:views": {"administrator", "operator", "support"},
    "failover:bulk": {"administrator", "operator"},
    "failover:high_availability": {"administrator", "operator", "support"},
    "failover:high_availability_part": {"administrator", "operator", "support"},
    "failover:past_part": {"administrator", "operator", "support"},
    "failover:adviser": {"administrator", "operator", "support"},
    "failover:drill": {"administrator", "operator"},
    "failover:switch": {"administrator", "operator"},
    "audit:list": {"administrator", "support"},
    "audit:restore": {"administrator", "support"},
    "audit:csv": {"administrator", "support"},
    "failover:pause": {"administrator", "operator"},
    "failover:resume": {"administrator", "operator"},
    "failover:acknowledge": {"administrator", "operator"},
    "failover:confirm": {"administrator", "operator"},
    "failover:schedule": {"administrator", "operator"},
    "failover:cancel": {"administrator", "operator"},
    "monitors:list": {"administrator", "operator", "support"},
    "monitors:part": {"administrator", "operator", "support"},
    "notices:list": {"administrator", "operator", "support"},
    "subscribers:list": {"administrator", "operator", "support"},
    "subscribers:new": {"administrator"},
    "subscribers:edit": {"administrator"},
    "subscribers:delete": {"administrator"},
    "subscribers:renew": {"administrator"},
    "exchange:import": {"administrator"},
    "exchange:export": {"administrator", "operator", "support"},
    "appservers:new": {"administrator"},
    "appservers:detail": {"administrator", "operator", "support"},
    "appservers:edit": {"administrator"},
    "appservers:delete": {"administrator"},
    "versioncontrol:list": {"administrator", "operator", "support"},
    "versioncontrol:new": {"administrator"},
    "versioncontrol:preview": {"administrator", "operator", "support"},
    "versioncontrol:mode": {"administrator"},
    "versioncontrol:unlisted": {"administrator"},
    "versioncontrol:break_glass": {"administrator"},
    "versioncontrol:end_break_glass": {"administrator"},
    "versioncontrol:copy": {"administrator"},
    "versioncontrol:fleet": {"administrator", "operator", "support"},
    "versioncontrol:fleet_csv": {"administrator", "operator", "support"},
    "versioncontrol:edit": {"administrator"},
    "versioncontrol:delete": {"administrator"},
    "updatelinks:list": {"administrator", "operator", "support"},
    "updatelinks:new": {"administrator"},
    "updatelinks:edit": {"administrator"},
    "updatelinks:delete": {"administrator"},
    "dialrules:list": {"administrator", "operator", "support"},
    "dialrules:new": {"administrator"},
    "dialrules:edit": {"administrator"},
    "dialrules:delete": {"administrator"},
    "dialrules:emergency": {"administrator", "operator", "support"},
    "api:tokens": {"administrator"},
    "api:new_token": {"administrator"},
    "api:revoke_token": {"administrator"},
}
NO_DOMAIN = ("list", "rows", "new", "test_now", "columns", "views", "bulk")  # pages without a domain in their address
POSTED_API = {"v1:anonymous_contact", "v1:dry_run"}
READ_ONLY = {"alarms", "failover", "dialrules", "api"}  # apps whose rows nobody writes in the admin


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
    for versions_of in (VersionPolicyFactory, ComponentModeFactory, AcknowledgementFactory, SightingFactory):
        versions_of.create(domain=made)
    UpdateLinkFactory.create(domain=made, private_url="http://127.0.0.1:9/", public_url="")
    DialRuleFactory.create(domain=made)
    EmergencyFactory.create(domain=made)
    token_of()
    ServerHealthFactory.create(server=made.servers.get(role=Role.PRIMARY))
    HealthChangeFactory.create(server=made.servers.get(role=Role.PRIMARY))
    StandingFactory.create(domain=made)
    CountdownFactory.create(domain=made)
    SwitchEventFactory.create(domain=made)
    SwitchRefusalFactory.create(domain=made)
    PauseFactory.create(domain=made)
    ScheduledSwitchFactory.create(domain=made)
    for kind in HoldKind:
        HoldFactory.create(domain=made, kind=kind)
    NameTroubleFactory.create()
    AlarmFactory.create(domain=made)
    CertificateFactory.create()
    NoticeFactory.create(domain=made)
    return made


def of_a_notice(app: str, view: str) -> list[Any]:
    """The key of the one notice, or of the one subscriber, where an address has one."""
    kept: dict[str, type[Notice | Subscriber]] = {"notices": Notice, "subscribers": Subscriber}
    return [an_object(kept[app]).pk] if app in kept and view not in ("list", "new") else []


def address(name: str, domain: Domain) -> str:
    """The view's address for that domain and its rule or link."""
    app, _, view = name.partition(":")
    owned: dict[str, Any] = {"versioncontrol": domain.version_rules, "updatelinks": domain.update_links}
    arguments = of_a_notice(app, view)
    if app in owned or (app in ("appservers", "failover") and view not in NO_DOMAIN) or name == "alarms:look":
        arguments = [domain.slug]
    if app in owned and view in ("edit", "delete", "check"):
        arguments.append(owned[app].get().pk)
    if name == "audit:restore":
        arguments = ["domain", Domain.history.latest().pk]
    if view == "mode":
        arguments.append(domain.version_rules.get().component_id)
    if app == "dialrules" and view in ("emergency", "declare", "end"):
        arguments = [domain.slug]
    elif app == "dialrules" and view in ("edit", "delete", "move", "enable"):
        arguments = [domain.dial_rules.get().pk]
    elif name == "api:revoke_token":
        arguments = [ApiToken.objects.latest("pk").pk]
    elif app == "v1" and API[name]:
        arguments = [domain.slug]
    elif name == "v1:unknown":
        arguments = ["nowhere"]
    return reverse(name, args=arguments)


def test_every_view_of_the_console_says_here_who_gets_in() -> None:
    assert set(names(get_resolver())) == EVERYBODY | SIGNED_IN | set(CONSOLE) | set(POSTED) | set(API)


@pytest.fixture
def client_of(request: pytest.FixtureRequest, role: str) -> Client:
    """A browser in which somebody with that role, or without one, is signed in."""
    client: Client = request.getfixturevalue(role)
    return client


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_each_role_gets_in_where_it_may_and_nowhere_else(role: str, client_of: Client, domain: Domain) -> None:
    addresses = {name: address(name, domain) for name in CONSOLE}
    got = {name: client_of.get(where).status_code for name, where in addresses.items()}
    assert got == {name: 200 if role in roles else 403 for name, roles in CONSOLE.items()}
    shut = {name: client_of.post(addresses[name], {}).status_code for name, code in got.items() if code == 403}
    assert {name for name, code in shut.items() if code not in (403, 405)} == set()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_has_not_signed_in_is_asked_to(method: str, domain: Domain) -> None:
    for name in SIGNED_IN | set(CONSOLE) | set(POSTED):
        response = getattr(Client(), method)(address(name, domain))
        assert response.status_code == 302, name
        assert response["Location"].startswith(SIGN_IN), name


@pytest.mark.parametrize("name", sorted(POSTED))
def test_each_role_posts_where_it_may_and_nowhere_else(
    name: str, domain: Domain, administrator: Client, operator: Client, support: Client, nobody: Client
) -> None:
    clients = {"administrator": administrator, "operator": operator, "support": support, "nobody": nobody}
    where = address(name, domain)
    got_in = {role for role, client in clients.items() if client.post(where, {}).status_code in (200, 302)}
    assert got_in == POSTED[name]
    assert {client.post(where, {}).status_code for role, client in clients.items() if role not in POSTED[name]} == {403}


def status(name: str, where: str, **options: Any) -> int:
    """What an endpoint of the API answers to somebody who sends no parameters."""
    ask = Client().post if name in POSTED_API else Client().get
    return int(ask(where, **options).status_code)


@pytest.mark.parametrize("name", sorted(name for name, scope in API.items() if scope))
def test_an_endpoint_of_the_api_opens_to_its_scope_alone(name: str, domain: Domain, administrator: Client) -> None:
    where = address(name, domain)
    for scope in Scope:
        _, secret = token_of(scope)
        got_in = status(name, where, headers=bearer(secret)) not in (401, 403)
        assert got_in == (scope is API[name]), scope
    assert status(name, where) == 401
    assert status(name, where, headers=bearer("cet_00000000_" + "x" * 40)) == 401
    assert administrator.get(where).status_code in (401, 405)  # a session is no token


@pytest.mark.parametrize("name", sorted(name for name, scope in API.items() if not scope))
def test_the_documents_of_the_api_need_no_token(name: str, domain: Domain) -> None:
    assert status(name, address(name, domain)) == (404 if name in ("v1:api-root", "v1:unknown") else 200)


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
        looked_up = model._meta.app_label in READ_ONLY or model._meta.model_name in LOOKED_UP
        may_add = 302 if model is ApiToken else 403 if looked_up else 200  # a token is made where it can be shown
        # Servers come and go with their domain, and nobody writes history by hand.
        if model._meta.model_name not in {
            "applicationserver",
            "emergency",
            "historicaldomain",
            "historicalapplicationserver",
        }:
            assert administrator.get(addresses["add"]).status_code == may_add, addresses["add"]


def test_a_role_taken_away_shuts_the_door_at_once(administrator: Client, domain: Domain) -> None:
    where = address("appservers:edit", domain)
    assert administrator.get(where).status_code == 200
    User.objects.get(username="administrator").groups.clear()
    assert administrator.get(where).status_code == 403
