"""Whoever guesses passwords is held back, by account and by address, and is not told which accounts exist."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from access.models import SignIn
from access.signins import PER_ACCOUNT, PER_SOURCE, WINDOW
from access.testing import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
HELD = "Too many sign-ins failed."
WRONG = "User name or password is wrong."
Outcome = SignIn.Outcome


@pytest.fixture(autouse=True)
def sue(db: None) -> None:
    UserFactory.create(username="sue")


def attempt(name: str = "sue", password: str = WRONG, address: str = "192.0.2.1", **headers: str) -> str:
    """What the page says to somebody whom it has not seen; empty when they are in."""
    client = Client(REMOTE_ADDR=address)
    response = client.post(LOGIN, {"username": name, "password": password}, headers=headers)
    return "" if response.status_code == 302 else response.content.decode()


def fail(times: int, **options: Any) -> None:
    for _ in range(times):
        assert WRONG in attempt(**options)


def passes(time: timedelta) -> None:
    """All that is noted is that much older."""
    SignIn.objects.update(at=F("at") - time)


@pytest.mark.parametrize("name", [pytest.param("sue", id="a user"), pytest.param("nobody-here", id="no user")])
def test_an_account_is_held_back_from_everywhere_whether_it_exists_or_not(name: str) -> None:
    for number in range(PER_ACCOUNT):
        assert WRONG in attempt(name, address=f"192.0.2.{number}")
    held = attempt(name, PASSWORD, address="198.51.100.7")
    assert f"{HELD} Wait 5 min, then try again." in held
    assert WRONG not in held
    assert HELD in attempt(name.upper(), PASSWORD)
    assert WRONG in attempt("another")


def test_it_says_how_long_to_wait_and_then_lets_in() -> None:
    fail(PER_ACCOUNT - 1)
    passes(WINDOW - timedelta(seconds=40))
    fail(1)
    assert "Wait 40 s, then try again." in attempt(password=PASSWORD)
    passes(timedelta(seconds=40))
    assert attempt(password=PASSWORD) == ""


def test_who_waits_but_keeps_trying_does_not_wait_longer() -> None:
    fail(PER_ACCOUNT)
    for _ in range(3):
        passes(WINDOW / 4)
        assert HELD in attempt(password=PASSWORD)
    passes(WINDOW / 4)
    assert attempt(password=PASSWORD) == ""


def test_the_right_password_clears_the_count_of_the_account() -> None:
    fail(PER_ACCOUNT - 1)
    assert attempt(password=PASSWORD) == ""
    fail(PER_ACCOUNT - 1)
    assert attempt(password=PASSWORD) == ""


def test_an_address_is_held_back_over_all_accounts_and_no_own_success_clears_that() -> None:
    for number in range(PER_SOURCE - 1):
        fail(1, name=f"user-{number}")
    assert attempt(password=PASSWORD) == ""
    fail(1, name="one-more")
    assert HELD in attempt(password=PASSWORD)
    assert attempt(password=PASSWORD, address="198.51.100.7") == ""


def test_addresses_of_one_ipv6_network_count_together() -> None:
    for number in range(PER_SOURCE):
        fail(1, name=f"user-{number}", address=f"2001:db8::{number:x}")
    assert HELD in attempt(password=PASSWORD, address="2001:db8::ffff")
    assert attempt(password=PASSWORD, address="2001:db8:0:1::1") == ""


def test_a_stranger_does_not_shut_out_who_signed_in_from_here_lately() -> None:
    assert attempt(password=PASSWORD, address="198.51.100.7") == ""
    passes(timedelta(days=1))
    fail(PER_ACCOUNT, address="203.0.113.9")
    assert HELD in attempt(password=PASSWORD, address="203.0.113.9")
    assert attempt(password=PASSWORD, address="198.51.100.7") == ""


def test_what_a_client_claims_to_be_counts_only_behind_a_trusted_proxy(settings: Any) -> None:
    attempt(x_forwarded_for="203.0.113.9")
    settings.TRUSTED_PROXIES = ["192.0.2.0/24", "198.51.100.1"]
    attempt(x_forwarded_for="203.0.113.66, 203.0.113.9")
    attempt(x_forwarded_for="203.0.113.66, 203.0.113.10, 198.51.100.1")
    attempt(x_forwarded_for="nonsense")
    assert list(SignIn.objects.order_by("pk").values_list("address", flat=True)) == [
        "192.0.2.1",
        "203.0.113.9",
        "203.0.113.10",
        "",
    ]


def test_attempts_are_recorded_without_what_may_be_a_password_typed_as_the_name() -> None:
    attempt("my secret pass phrase")
    attempt()
    attempt(password=PASSWORD)
    rows = SignIn.objects.order_by("pk")
    assert [(row.username, row.outcome) for row in rows] == [
        ("", Outcome.FAILED),
        ("sue", Outcome.FAILED),
        ("sue", Outcome.SUCCEEDED),
    ]
    assert "pass phrase" not in str(list(rows.values()))
    assert all(row.request_id for row in rows)


def test_a_flood_is_noted_once_and_old_attempts_are_forgotten() -> None:
    fail(PER_ACCOUNT)
    for _ in range(5):
        attempt()
    assert SignIn.objects.filter(outcome=Outcome.HELD_BACK).count() == 1
    passes(timedelta(days=401))
    attempt(password=PASSWORD)
    assert SignIn.objects.count() == 1


def test_the_admin_has_no_door_of_its_own(client: Client, operator: Client) -> None:
    answer = client.post("/admin/login/?next=/admin/access/", {"username": "sue", "password": PASSWORD})
    assert answer["Location"] == f"{LOGIN}?next=/admin/access/"
    assert operator.get("/admin/login/?next=/admin/").status_code == 403
