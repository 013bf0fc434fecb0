"""Looking at certificates: over real TLS, by a deadline, once a day."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from alarms.certificates import DAILY, Seen, address, due, fetch, look_at_certificates, look_now
from alarms.conditions import certificates
from alarms.kinds import Kind
from alarms.models import Certificate
from alarms.testing import CertificateFactory
from alarms.validity import expires_at
from alarms.webnames import web_names
from appservers.testing import DomainFactory
from failover.tests.listeners import closed_port

PEM = Path(__file__).parent / "web.pem"
EXPIRES = datetime(2126, 10, 31, 16, 2, 6, tzinfo=UTC)


@contextmanager
def web_server(*, shows: Path | None = PEM) -> Iterator[str]:
    """An endpoint that shows a certificate which nobody signed but itself; without one it accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if shows is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(shows)
            threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection, context.wrap_socket(connection, server_side=True) as wrapped:
        wrapped.recv(1)


def test_a_certificate_that_nobody_trusts_tells_when_it_expires() -> None:
    with web_server() as endpoint:
        assert fetch(endpoint) == Seen(endpoint, EXPIRES)


def test_whoever_says_nothing_costs_no_more_than_the_deadline() -> None:
    with web_server(shows=None) as endpoint:
        began = time.monotonic()
        seen = fetch(endpoint, deadline=0.3)
        assert time.monotonic() - began < 2
    assert seen.expires_at is None
    assert seen.error


def test_what_is_no_certificate_is_refused_and_breaks_nothing() -> None:
    der = ssl.PEM_cert_to_DER_cert(PEM.read_text().partition("-----BEGIN PRIVATE")[0])
    assert expires_at(der) == EXPIRES
    for end in range(len(der)):
        with pytest.raises(ValueError):  # noqa: PT011  whatever it says
            expires_at(der[:end])
    with pytest.raises(ValueError, match="no certificate"):
        expires_at(b"\x04" + der[1:])


@pytest.mark.parametrize(
    ("endpoint", "where"),
    [
        ("web.example", ("web.example", 443)),
        ("web.example:8443", ("web.example", 8443)),
        ("[2001:db8::1]", ("2001:db8::1", 443)),
        ("[2001:db8::1]:8443", ("2001:db8::1", 8443)),
    ],
)
def test_an_endpoint_has_a_host_and_a_port(endpoint: str, where: tuple[str, int]) -> None:
    assert address(endpoint) == where


@pytest.mark.django_db
def test_each_is_looked_at_once_a_day_and_a_look_that_fails_keeps_what_was_known() -> None:
    now = timezone.now()
    domain = DomainFactory.create()
    domain.servers.update(private_web_fqdn="a.example", public_web_fqdn="b.example:8443")
    look_at_certificates(now, lambda endpoint: Seen(endpoint, EXPIRES))
    assert Certificate.objects.count() == 2
    assert due(now + DAILY / 2) == []
    later = now + DAILY + timedelta(minutes=1)

    def broken(endpoint: str) -> Seen:
        if endpoint == "a.example":
            raise RuntimeError("ours")
        return Seen(endpoint, error="refused")

    look_at_certificates(later, broken)
    assert {(one.endpoint, one.expires_at, one.error) for one in Certificate.objects.all()} == {
        ("a.example", EXPIRES, "RuntimeError: ours"),
        ("b.example:8443", EXPIRES, "refused"),
    }


@pytest.mark.django_db
def test_the_properties_tell_what_each_web_name_showed_and_a_button_looks_now(operator: Client) -> None:
    with web_server() as endpoint:
        domain = DomainFactory.create(slug="wien")
        domain.servers.update(private_web_fqdn=endpoint, public_web_fqdn=f"127.0.0.1:{closed_port()}")
        there = reverse("appservers:detail", args=["wien"])
        before = said(operator.get(there))
        assert before.count("Not looked at yet") == 2
        looked = said(operator.post(reverse("alarms:look", args=["wien"]), follow=True))
    assert "1 of 2 addresses showed a certificate." in looked
    for part in (
        "Holds until 2126-10-31",
        "Not seen The latest look saw none: Connection refused",
        "Primary, Private Web FQDN",
    ):
        assert part in looked
    assert "Not looked at yet" not in looked


@pytest.mark.django_db
def test_a_look_that_fails_is_told_beside_what_was_seen_before_and_an_expired_one_first_of_all() -> None:
    now, domain = timezone.now(), DomainFactory.create()
    domain.servers.update(private_web_fqdn="a.example", public_web_fqdn="b.example")
    CertificateFactory.create(endpoint="a.example", error="refused")
    CertificateFactory.create(endpoint="b.example", error="refused", expires_at=now - timedelta(days=1))
    assert [one.look.word for one in web_names(domain, now)] == ["Not seen", "Expired"]
    Certificate.objects.update(error="", expires_at=now + timedelta(days=2))
    assert {one.look.word for one in web_names(domain, now)} == {"Expires soon"}


@pytest.mark.django_db
def test_a_person_waits_no_longer_than_the_deadline_for_what_hangs() -> None:
    ends = threading.Event()

    def hangs(endpoint: str) -> Seen:
        ends.wait(10)
        return Seen(endpoint)

    began = time.monotonic()
    (seen,) = look_now(["a.example"], timezone.now(), hangs, patience=0.2)
    ends.set()
    assert time.monotonic() - began < 5
    assert (seen.error, Certificate.objects.get().error) == ("no answer in time", "no answer in time")


@pytest.mark.django_db
def test_nobody_looks_at_certificates_all_the_time(operator: Client) -> None:
    DomainFactory.create(slug="wien").servers.update(private_web_fqdn="", public_web_fqdn="")
    answers = [said(operator.post(reverse("alarms:look", args=["wien"]), follow=True)) for _ in range(11)]
    assert ["looks within a minute" in answer for answer in answers] == [False] * 10 + [True]


def said(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.mark.django_db
def test_those_in_use_that_expire_soon_are_amiss() -> None:
    now = timezone.now()
    for name, days in (("a", -1), ("b", 20), ("c", 22)):
        domain = DomainFactory.create(name=f"Site {name}")
        domain.servers.update(private_web_fqdn=f"{name}.example", public_web_fqdn="")
        CertificateFactory.create(endpoint=f"{name}.example", expires_at=now + timedelta(days=days))
    CertificateFactory.create(endpoint="unused.example", expires_at=now)
    assert {(one.kind, one.subject, one.domain and one.domain[1]) for one in certificates(now)} == {
        (Kind.CERTIFICATE_EXPIRED, "a.example", "Site a"),
        (Kind.CERTIFICATE_EXPIRING, "b.example", "Site b"),
    }
