"""manage.py first_administrator makes one administrator, once."""

import io

import pytest
from django.core.management import CommandError, call_command

from access.models import User
from access.testing import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SUPERUSER_USERNAME", raising=False)
    monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)


def said() -> str:
    output = io.StringIO()
    call_command("first_administrator", stdout=output)
    return output.getvalue()


def test_it_makes_up_a_password_and_prints_it() -> None:
    line = said()
    password = line.split("password ")[1].split(" ")[0]
    user = User.objects.get(username="admin")
    assert user.check_password(password)
    assert user.is_superuser
    assert user.is_staff
    assert len(password) >= 16


def test_it_takes_the_name_and_the_password_that_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "bea")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a given one")
    line = said()
    assert User.objects.get(username="bea").check_password("a given one")
    assert "a given one" not in line


def test_it_does_nothing_when_there_is_an_administrator() -> None:
    UserFactory.create(username="somebody", is_superuser=True)
    assert said() == ""
    assert User.objects.count() == 1


def test_it_does_not_raise_a_user_who_is_there_already() -> None:
    UserFactory.create(username="admin")
    with pytest.raises(CommandError, match="DJANGO_SUPERUSER_USERNAME to another name"):
        said()
    assert not User.objects.get(username="admin").is_superuser


def test_it_refuses_a_name_that_no_user_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "two words")
    with pytest.raises(CommandError, match="DJANGO_SUPERUSER_USERNAME does not do"):
        said()
    assert not User.objects.exists()
