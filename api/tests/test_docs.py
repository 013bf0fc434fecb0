"""docs/api.md is replayed: each curl command in it gets the answer that stands below it."""

import json
import re
import shlex
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from api.problems import KINDS
from api.testing import token_of
from api.tokens import Scope
from appservers.models import Role
from appservers.testing import ApplicationServerFactory, DomainFactory
from dialrules.testing import DialRuleFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import Component
from versioncontrol.testing import SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
VARIES = {"identifier", "revision", "first_seen", "last_seen"}


@dataclass(frozen=True)
class Transcript:
    """A command, and what the page says that it prints."""

    command: str
    printed: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command)[1:]

    @property
    def url(self) -> str:
        return next(word for word in self.words if word.startswith("https://console.example"))


def transcripts() -> list[Transcript]:
    found = []
    for block in re.findall(r"^```\n(\$ curl.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append(Transcript(command, printed))
    return found


@pytest.fixture
def secret(db: None) -> str:
    """The installation that the page talks about; a token that opens everything."""
    east = DomainFactory.create(slug="budapest-east", epoch=7, primary=None)
    ApplicationServerFactory.create(domain=east, server_fqdn="ce-a.corp.example", private_web_fqdn="web-a.corp.example")
    ApplicationServerFactory.create(domain=east, role=Role.SECONDARY)
    vienna = DomainFactory.create(slug="vienna", emergency=True, unique_anonymous=True)
    DialRuleFactory.create(domain=vienna, name="Hotline", pattern="+361*")
    agent = Component.objects.get(name="Agent Application")
    for pattern in ("10.2.*", "10.3.?"):
        VersionRuleFactory.create(domain=east, component=agent, pattern=pattern)
    UpdateLinkFactory.create(domain=east, component=agent, version="10.2.10")
    for _ in range(12):
        SightingFactory.create(domain=east, component=agent, version="10.1.7")
    return token_of(*Scope)[1]


def asked(transcript: Transcript, secret: str, etag: str) -> Any:
    """What the server answers to the command."""
    words = transcript.words
    given = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    pairs = [text.replace("$TOKEN", secret).replace("$ETAG", etag).split(": ", 1) for text in given]
    headers = {name: value for name, value in pairs if name != "Content-Type"}
    parts = urlsplit(transcript.url)
    where = f"{parts.path}?{parts.query}" if parts.query else parts.path
    body = words[words.index("-d") + 1] if "-d" in words else ""
    if body or "POST" in words:
        return Client().post(where, body, content_type="application/json", headers=headers)
    return Client().get(where, headers=headers)


def same(found: Any, told: Any) -> bool:
    """Whether two JSON values agree but for what is different each time."""
    if isinstance(found, dict) and isinstance(told, dict):
        return found.keys() == told.keys() and all(name in VARIES or same(found[name], told[name]) for name in found)
    if isinstance(found, list) and isinstance(told, list):
        return len(found) == len(told) and all(map(same, found, told))
    return bool(found == told)


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda one: f"{one.words[0]} {urlsplit(one.url).path}")
def test_a_command_gets_the_answer_that_the_page_shows(transcript: Transcript, secret: str) -> None:
    where = "/api/v1/domains/budapest-east/active"
    etag = Client().get(where, headers={"Authorization": f"Bearer {secret}"})["ETag"]
    answer = asked(transcript, secret, etag)
    if "-i" not in transcript.words:
        assert same(answer.json(), json.loads(transcript.printed)), answer.json()
        return
    head, _, body = transcript.printed.partition("\n\n")
    status, *headers = head.strip().split("\n")
    assert status == f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}"
    for line in headers:
        name, _, value = line.partition(": ")
        assert answer[name] == value
    if body:
        assert answer.content.decode().strip() == body.strip()


def test_the_page_shows_every_endpoint_and_names_every_problem() -> None:
    assert len(transcripts()) >= 15
    assert [code for code in KINDS if f"`{code}`" not in PAGE] == []
    for endpoint in ("active", "is-active", "route", "anonymous-contacts", "versions"):
        assert any(urlsplit(one.url).path.endswith(endpoint) for one in transcripts()), endpoint
    for endpoint in ("admission", "gate", "explain", "dry-run"):
        assert any(urlsplit(one.url).path.endswith(endpoint) for one in transcripts()), endpoint
