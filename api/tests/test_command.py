"""manage.py apitoken."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from api.models import ApiToken
from api.tokens import digest

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> str:
    output = io.StringIO()
    call_command("apitoken", *arguments, stdout=output, stderr=io.StringIO())
    return output.getvalue()


def test_it_prints_a_new_token_once_and_nothing_else_to_standard_output() -> None:
    secret = run("create", "Agents in Szeged", "--days", "30").strip()
    token = ApiToken.objects.get()
    assert token.digest == digest(secret)
    assert (token.name, token.scopes) == ("Agents in Szeged", "components")
    assert token.created_by_name.endswith(" (command)")
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_it_takes_several_scopes_and_lists_what_there_is() -> None:
    secret = run("create", "Reports", "--scope", "reports", "--scope", "components").strip()
    listed = run("list")
    prefix = ApiToken.objects.get().prefix
    assert prefix in listed
    assert "components reports" in listed
    assert "usable" in listed
    assert secret not in listed


def test_it_revokes_by_prefix() -> None:
    run("create", "Agents")
    token = ApiToken.objects.get()
    assert run("revoke", f"cet_{token.prefix}") == "Agents: revoked.\n"
    assert run("revoke", token.prefix) == "Agents: was revoked already.\n"
    assert "revoked" in run("list")


def test_it_revokes_a_token_that_is_given_whole_and_never_repeats_it() -> None:
    secret = run("create", "Agents").strip()
    assert run("revoke", secret) == "Agents: revoked.\n"
    ApiToken.objects.all().delete()
    with pytest.raises(CommandError) as refusal:
        run("revoke", secret)
    assert secret.rpartition("_")[2] not in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("create", " "), "Give the token a name.", id="no name"),
        pytest.param(("create", "x" * 101), "Shorten the name", id="long name"),
        pytest.param(("create", "x", "--days", "0"), "Give --days as 1 to 36500.", id="no days"),
        pytest.param(("revoke", "nothing"), "No token has this prefix.", id="unknown prefix"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run(*arguments)
