"""Each reader of the environment takes what is right and says how to mend what is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from contact_expert import environment

NAME = "CONTACT_EXPERT_TEST"


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        pytest.param(environment.text, " $HOME ", "$HOME", id="text-as-it-stands"),
        pytest.param(environment.words, " a, ,b ", ["a", "b"], id="words"),
        pytest.param(lambda name: environment.flag(name, default=True), "Off", False, id="flag-off"),
        pytest.param(lambda name: environment.flag(name, default=False), "1", True, id="flag-on"),
        pytest.param(lambda name: environment.flag(name, default=True), "", True, id="flag-empty"),
        pytest.param(lambda name: environment.number(name, 2.0), "0.5", 0.5, id="number"),
        pytest.param(lambda name: environment.number(name, 2.0), "", 2.0, id="number-empty"),
        pytest.param(lambda name: environment.whole(name, 3), "7", 7, id="whole"),
        pytest.param(environment.time_zone, "Europe/Budapest", "Europe/Budapest", id="zone"),
        pytest.param(environment.log_level, "debug", "DEBUG", id="level"),
        pytest.param(environment.email, "", {}, id="no-mail"),
    ],
)
def test_it_takes(read: Callable[[str], Any], value: str, expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, value)
    assert read(NAME) == expected


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        pytest.param(lambda name: environment.required(name, "Set it."), " ", "is not set. Set it.", id="required"),
        pytest.param(lambda name: environment.flag(name, default=True), "flase", "true or false", id="flag"),
        pytest.param(lambda name: environment.number(name, 2.0), "two", "a number of 0 or more", id="number"),
        pytest.param(lambda name: environment.number(name, 2.0), "-1", "a number of 0 or more", id="negative"),
        pytest.param(lambda name: environment.number(name, 2.0), "inf", "a number of 0 or more", id="endless"),
        pytest.param(lambda name: environment.number(name, 2.0), "nan", "a number of 0 or more", id="nan"),
        pytest.param(lambda name: environment.whole(name, 3), "2.5", "a whole number", id="whole"),
        pytest.param(environment.time_zone, "../etc/passwd", "such as Europe/Budapest", id="zone"),
        pytest.param(environment.time_zone, "Mars/Base", "such as Europe/Budapest", id="zone-unknown"),
        pytest.param(environment.log_level, "loud", "one of DEBUG", id="level"),
    ],
)
def test_it_refuses(read: Callable[[str], Any], value: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=message) as caught:
        read(NAME)
    assert NAME in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("oracle://a:geheim@b/c", id="another-kind"),
        pytest.param("geheim", id="a-word"),
        pytest.param("postgresql://a:geheim@host:port/name", id="port-is-text"),
        pytest.param("postgresql://a:geheim@[::1/name", id="open-bracket"),
        pytest.param("postgresql://a:geheim@host/", id="no-name"),
        pytest.param("sqlite://:memory:", id="memory"),
        pytest.param("sqlite://", id="no-file"),
    ],
)
def test_it_refuses_an_address_that_names_no_lasting_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, url)
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.database(NAME, Path("unused"))
    assert str(caught.value) == environment.DATABASE_ADVICE


def test_the_folder_of_a_database_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    file = tmp_path / "a" / "b" / "file.sqlite3"
    assert environment.database(NAME, file)["NAME"] == str(file)
    assert file.parent.is_dir()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="file cannot be created"):
        environment.database(NAME, tmp_path / "file" / "x.sqlite3")


def test_a_file_that_is_not_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\xff")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match="it is not text"):
        environment.text(NAME)


@pytest.mark.parametrize(
    ("url", "port", "encryption"),
    [
        pytest.param("smtp://mail.corp.example", 25, None, id="plain"),
        pytest.param("smtp+tls://anna:p%40ss@mail.corp.example", 587, "EMAIL_USE_TLS", id="starttls"),
        pytest.param("smtp+ssl://anna:p%40ss@mail.corp.example:4465", 4465, "EMAIL_USE_SSL", id="tls"),
    ],
)
def test_the_address_of_a_mail_server_becomes_djangos_settings(
    url: str, port: int, encryption: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, url)
    found = environment.email(NAME)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.corp.example", port)
    assert [name for name in ("EMAIL_USE_TLS", "EMAIL_USE_SSL") if found.get(name)] == [encryption] * bool(encryption)
    assert found.get("EMAIL_HOST_PASSWORD") == ("p@ss" if encryption else None)


@pytest.mark.parametrize(
    "url", ["mail.corp.example", "http://a:geheim@mail", "smtp://a:geheim@", "smtp://a:geheim@h:x"]
)
def test_another_address_of_a_mail_server_is_refused_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, url)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is not the address of a mail server") as caught:
        environment.email(NAME)
    assert "geheim" not in str(caught.value)
