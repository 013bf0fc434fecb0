"""A session ends in the middle of a form: after the sign-in what was typed is there again, and nothing was saved."""

import re
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from access.models import User
from access.testing import PASSWORD, user_with_role
from appservers.models import Domain
from appservers.services import delete_domain
from appservers.testing import pair
from appservers.tests.posting import NEW, new

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
HERE = "http://testserver"
TYPED = new(name="Győr שלום 😀 <b>", **{"secondary-server_fqdn": "gyor-2.corp.example"})


def value(html: str, name: str) -> str:
    """What a field of the page says, as it is written in HTML."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]*? value="([^"]*)"', html)
    return found[1] if found else ""


def sign_in(client: Client, page: Any, **changes: str) -> Any:
    """Fill in the page that asks to sign in, and follow where it leads."""
    html = page.content.decode()
    carried = {"next": value(html, "next"), "interrupted": value(html, "interrupted")}
    typed = {"username": "anna", "password": PASSWORD} | carried | changes
    return client.post(LOGIN, typed, follow=not changes)


@pytest.fixture
def anna() -> Client:
    """Somebody's browser in which the session has ended."""
    user_with_role("Administrators", "anna")
    return Client()


def test_what_was_typed_is_in_the_form_after_the_sign_in_and_nothing_is_saved(anna: Client) -> None:
    asked = anna.post(NEW, {name: text for name, text in TYPED.items() if text})
    assert "Your session had ended when you sent the form." in asked.content.decode()
    assert "no-store" in asked["Cache-Control"]
    mistyped = sign_in(anna, asked, password="wrong")
    assert "User name or password is wrong." in mistyped.content.decode()
    shown = sign_in(anna, mistyped)
    assert shown.redirect_chain == [(NEW, 302)]
    html = shown.content.decode()
    assert "Nothing was saved yet:" in html
    assert value(html, "name") == "Győr שלום 😀 &lt;b&gt;"
    assert value(html, "secondary-server_fqdn") == "gyor-2.corp.example"
    assert not Domain.objects.exists()
    later = anna.get(NEW).content.decode()
    assert (value(later, "name"), "Nothing was saved yet:" in later) == ("", False)


def test_a_page_that_was_opened_before_the_last_sign_in_is_shown_once_more(anna: Client) -> None:
    strict, anna = Client(enforce_csrf_checks=True), signed_in_again(Client(enforce_csrf_checks=True))
    old = value(anna.get(NEW).content.decode(), "csrfmiddlewaretoken")
    signed_in_again(anna)
    typed = {name: text for name, text in TYPED.items() if text} | {"csrfmiddlewaretoken": old}
    for client, origin in ((anna, "https://evil.example"), (anna, "null"), (strict, "https://evil.example")):
        refused = client.post(NEW, typed, headers={"Origin": origin})
        assert (refused.status_code, "too old to be sent" in refused.content.decode()) == (403, True)
    shown = anna.post(NEW, typed, headers={"Origin": HERE, "Referer": HERE + NEW}, follow=True).content.decode()
    assert value(shown, "name") == "Győr שלום 😀 &lt;b&gt;"
    typed["csrfmiddlewaretoken"] = value(shown, "csrfmiddlewaretoken")
    assert anna.post(NEW, typed).status_code == 302
    assert Domain.objects.count() == 1


def signed_in_again(client: Client) -> Client:
    """The same browser after a sign-in, which makes what earlier pages carry worthless."""
    client.logout()
    token = value(client.get(LOGIN).content.decode(), "csrfmiddlewaretoken")
    client.post(LOGIN, {"username": "anna", "password": PASSWORD, "csrfmiddlewaretoken": token})
    return client


def test_the_sign_in_of_another_window_does_for_this_one(anna: Client) -> None:
    asked = anna.post(NEW, {"name": "Wien"})
    anna.force_login(User.objects.get())
    shown = sign_in(anna, asked)
    assert value(shown.content.decode(), "name") == "Wien"


def test_secrets_are_kept_nowhere_and_that_is_said(anna: Client) -> None:
    words = {"old_password": "open sesame", "new_password1": "hush hush", "new_password2": "hush hush"}
    asked = anna.post("/accounts/password/", words)
    assert signing.loads(value(asked.content.decode(), "interrupted"), salt="interrupted")["typed"] == []
    text = sign_in(anna, asked).content.decode()
    assert "Passwords are not kept" in text
    assert "Files" not in text
    assert "not on this page any more" not in text


@pytest.mark.parametrize("typed", [{}, {"prune": "on"}, {"prune": ""}])
def test_where_a_file_was_chosen_it_is_said_to_choose_it_again(anna: Client, typed: dict[str, str]) -> None:
    file = SimpleUploadedFile("servers.yaml", b"domains: []")
    text = sign_in(anna, anna.post(reverse("exchange:import"), {"file": file, **typed})).content.decode()
    assert "your session had ended when you sent this form." in text
    assert "Files are not kept; choose the file again." in text
    assert "Passwords are not kept" not in text
    assert "not on this page any more" not in text
    assert 'name="file"' in text


def test_what_is_too_long_to_be_kept_is_named(anna: Client) -> None:
    long, longer = "x" * 20_000, "y" * 200_000
    shown = sign_in(anna, anna.post("/maintenance/subscribers/new/", {"name": long, "domains": longer}))
    text = shown.content.decode()
    assert long in text
    assert "Too long to be kept: Domains." in text
    assert "not kept;" not in text


def test_where_the_form_is_gone_what_was_typed_is_told(anna: Client) -> None:
    domain = pair()
    where = reverse("failover:switch", args=[domain.slug])
    asked = anna.post(where, {"reason": "smoke in the rack", "name": domain.name})
    delete_domain(domain=domain, typed_name=domain.name)
    shown = sign_in(anna, asked)
    assert [there for there, _ in shown.redirect_chain] == [where, reverse("failover:list")]
    text = shown.content.decode()
    assert "The form is not on this page any more." in text
    assert "smoke in the rack" in text


def test_a_button_without_a_field_leads_back_to_its_page(anna: Client) -> None:
    asked = anna.post(
        "/infrastructure/dial-rules/1/move/", headers={"Referer": f"{HERE}/infrastructure/dial-rules/?q=a"}
    )
    assert asked["Location"] == f"{LOGIN}?next=%2Finfrastructure%2Fdial-rules%2F%3Fq%3Da"


def test_nobody_is_led_elsewhere_or_shown_what_was_not_typed_here(anna: Client) -> None:
    asked = anna.post(NEW, {"name": "Wien"}, headers={"Referer": "https://evil.example/form"})
    assert value(asked.content.decode(), "next") == NEW
    forged = signing.dumps({"page": "/", "to": "/", "typed": [["name", "evil"]], "left_out": False}, salt="other")
    shown = sign_in(anna, asked, interrupted=forged)
    assert "interrupted" not in anna.session
    assert shown["Location"] == NEW
