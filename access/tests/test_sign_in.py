"""People come in with their password, change it, and leave."""

import pytest
from django.test import Client

from access.models import User
from access.testing import PASSWORD, UserFactory, user_with_role

pytestmark = pytest.mark.django_db

LOGIN, LOGOUT, CHANGE = "/accounts/login/", "/accounts/logout/", "/accounts/password/"
NEW = "an entirely new pass phrase"


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_page_asks_to_sign_in_and_comes_after_it(client: Client) -> None:
    user_with_role("Support", "sue")
    asked = client.get("/infrastructure/application-servers/new/")
    assert asked["Location"] == f"{LOGIN}?next=/infrastructure/application-servers/new/"
    page = client.get(asked["Location"]).content.decode()
    assert 'name="next" value="/infrastructure/application-servers/new/"' in page
    answer = client.post(LOGIN, {"username": "sue", "password": PASSWORD, "next": "/accounts/password/"})
    assert answer["Location"] == "/accounts/password/"
    assert signed_in(client)


def test_it_leads_to_no_other_site(client: Client) -> None:
    user_with_role("Support", "sue")
    answer = client.post(LOGIN, {"username": "sue", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        pytest.param("sue", "wrong", "User name or password is wrong.", id="wrong password"),
        pytest.param("nobody-here", PASSWORD, "User name or password is wrong.", id="unknown user"),
        pytest.param("gone", PASSWORD, "User name or password is wrong.", id="switched off"),
        pytest.param("", PASSWORD, "Give your user name.", id="no name"),
        pytest.param("sue", "", "Give your password.", id="no password"),
        pytest.param("s\0ue", PASSWORD, "Null characters are not allowed.", id="NUL"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_the_name(client: Client, username: str, password: str, sentence: str) -> None:
    UserFactory.create(username="sue")
    UserFactory.create(username="gone", is_active=False)
    page = client.post(LOGIN, {"username": username, "password": password}).content.decode()
    assert sentence in page
    assert f'value="{username}"' in page or not username
    assert not signed_in(client)


def test_who_is_signed_in_is_not_asked_again(support: Client) -> None:
    assert support.get(LOGIN)["Location"] == "/"


def test_signing_out_takes_a_post_and_leads_to_sign_in(support: Client) -> None:
    assert support.get(LOGOUT).status_code == 405
    assert support.post(LOGOUT)["Location"] == LOGIN
    assert not signed_in(support)


def test_people_change_their_own_password_and_stay_signed_in(support: Client) -> None:
    posted = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    done = support.post(CHANGE, posted, follow=True)
    assert "Your password was changed." in done.content.decode()
    assert User.objects.get(username="support").check_password(NEW)
    assert signed_in(support)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"old_password": "wrong"}, "Your old password was entered incorrectly.", id="old one wrong"),
        pytest.param({"new_password2": "other"}, "The two password fields didn", id="typed differently"),
        pytest.param({"new_password1": "12345", "new_password2": "12345"}, "This password is too short.", id="short"),
    ],
)
def test_it_refuses_a_password_and_says_why(support: Client, changes: dict[str, str], sentence: str) -> None:
    posted = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW} | changes
    assert sentence in support.post(CHANGE, posted).content.decode()
    assert User.objects.get(username="support").check_password(PASSWORD)


def test_somebody_without_a_role_is_told_whom_to_ask(nobody: Client) -> None:
    answer = nobody.get("/infrastructure/application-servers/new/")
    assert answer.status_code == 403
    assert "Your account has no role yet" in answer.content.decode()


def test_somebody_whose_role_does_not_do_is_told_so(support: Client) -> None:
    answer = support.get("/infrastructure/application-servers/new/")
    assert answer.status_code == 403
    assert "Your role does not allow this page" in answer.content.decode()


def test_an_unknown_address_is_explained_to_everybody(client: Client, support: Client) -> None:
    for browser in (client, support):
        answer = browser.get("/infrastructure/no/such/page/")
        assert answer.status_code == 404
        assert "There is no such page" in answer.content.decode()


def test_a_form_without_its_token_is_explained(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "This form is too old to be sent" in answer.content.decode()


def test_a_host_name_that_is_not_ours_is_explained(client: Client) -> None:
    answer = client.get(LOGIN, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.content.decode()
