"""Organization & Access > API Tokens, and the Django admin."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from api.models import ApiToken
from api.testing import token_of
from api.tokens import Scope, digest

pytestmark = pytest.mark.django_db

LIST = "/access/api-tokens/"


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def test_a_token_is_made_and_shown_once(administrator: Client) -> None:
    answer = administrator.post(f"{LIST}new/", {"name": " Agents ", "scopes": ["components"], "lifetime": "90"})
    token = ApiToken.objects.get()
    secret = answer.context["secret"]
    assert said(answer).count(f'data-copy="{secret}"') == 1
    assert "no-store" in answer["Cache-Control"]
    assert (digest(secret), token.name, token.created_by_name) == (token.digest, "Agents", "administrator")
    listed = said(administrator.get(LIST))
    assert f"cet_{token.prefix}" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    ("posted", "advice"),
    [
        pytest.param({"name": "", "scopes": ["reports"]}, "Give the token a name.", id="no name"),
        pytest.param({"name": "a\0b", "scopes": ["reports"]}, "Remove the", id="NUL"),
        pytest.param({"name": "x"}, "Choose at least one.", id="no scope"),
        pytest.param({"name": "x", "scopes": ["all"]}, "Choose from the list.", id="unknown scope"),
        pytest.param({"name": "x", "scopes": ["reports"], "lifetime": "1"}, "not one of the available", id="lifetime"),
    ],
)
def test_what_is_wrong_is_told_at_the_field(administrator: Client, posted: dict[str, Any], advice: str) -> None:
    assert advice in said(administrator.post(f"{LIST}new/", posted))
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_after_a_question(administrator: Client) -> None:
    token, _ = token_of()
    there = f"{LIST}{token.pk}/revoke/"
    assert "Revoke this token for good?" in said(administrator.get(there))
    assert "was revoked. It is refused" in said(administrator.post(there, follow=True))
    assert "was revoked already" in said(administrator.post(there, follow=True))
    token.refresh_from_db()
    assert (token.revoked_by_name, token.usable) == ("administrator", False)
    assert there not in said(administrator.get(LIST))


def test_an_empty_list_explains_itself(administrator: Client) -> None:
    assert "No token yet" in said(administrator.get(LIST))


def test_only_who_may_see_tokens_finds_the_page_in_the_side_bar(administrator: Client, operator: Client) -> None:
    home = "/infrastructure/application-servers/"
    assert LIST in said(administrator.get(home))
    assert LIST not in said(operator.get(home))


def test_the_admin_shows_tokens_without_their_digest_and_revokes_them(administrator: Client) -> None:
    token, _ = token_of(Scope.REPORTS)
    assert token.digest not in said(administrator.get(f"/admin/api/apitoken/{token.pk}/change/"))
    assert administrator.get("/admin/api/apitoken/add/")["Location"] == f"{LIST}new/"
    posted = {"action": "revoke", "_selected_action": [token.pk]}
    assert "Revoked: 1." in said(administrator.post("/admin/api/apitoken/", posted, follow=True))
    token.refresh_from_db()
    assert token.revoked_by_name == "administrator"


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"scopes": ""}, id="no scope"),
        pytest.param({"scopes": "reports components"}, id="scopes in another order"),
        pytest.param({"scopes": "everything"}, id="unknown scope"),
    ],
)
def test_the_database_refuses_what_the_form_refuses(values: dict[str, str]) -> None:
    token_of()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(**values)
