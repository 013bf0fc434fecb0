"""The API is what its OpenAPI document says: generated requests find nothing that is not written there."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as generating
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from api.testing import token_of
from api.tokens import Scope
from api.v1 import api
from appservers.testing import pair
from dialrules.testing import DialRuleFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import Component
from versioncontrol.testing import SightingFactory, VersionRuleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced")]

CONFIG = schemathesis.Config.from_dict({"generation": {"allow-extra-parameters": False}})  # unknown ones are ignored
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=CONFIG)
OPERATIONS: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]


def name(operation: Any) -> str:
    return f"{operation.method} {operation.path}"


@pytest.fixture
def connection_kept(db: None) -> Iterator[None]:
    """What is asked goes through WSGI, where Django closes connections behind a request; the test's must stay open."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture
def token(connection_kept: None, settings: Any) -> str:
    """A token that opens everything, in an installation with a domain in an emergency, where nobody waits."""
    settings.API_WAITERS = 0
    domain = pair(name="Budapest East", slug="budapest-east", emergency=True)
    DialRuleFactory.create(domain=domain)
    component = Component.objects.get(name="Agent Application")
    VersionRuleFactory.create(domain=domain, component=component, pattern="10.2.*")
    UpdateLinkFactory.create(domain=domain, component=component, version="10.2.10")
    SightingFactory.create(domain=domain, component=component, version="10.1.7")
    return token_of(*Scope)[1]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("existing", [True, False], ids=["a domain that exists", "any domain"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_no_request_finds_what_is_not_documented(
    operation: Any, existing: bool, mode: GenerationMode, token: str
) -> None:
    # There 503 is an answer: load balancers take it for "not this one".
    excluded = [not_a_server_error] if operation.path.endswith("/is-active") else []

    @generating(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if existing and case.path_parameters:
            case.path_parameters["slug"] = "budapest-east"
            if case.query and "component" in case.query and mode is GenerationMode.POSITIVE:
                case.query["component"] = "agent application"
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)

    ask()


def test_the_document_is_openapi_3_1_and_describes_every_endpoint_with_an_example() -> None:
    document = api.get_openapi_schema()
    assert document["openapi"] == "3.1.0"
    for path, methods in document["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            assert operation["description"], path
            assert operation["security"] == [{"Bearer": []}], path
            assert {400, 401, 403, 404, 429, 500} <= set(answers), path
            content = answers.get(200, {}).get("content", {}).get("application/json")
            assert content is None or content["example"], path
