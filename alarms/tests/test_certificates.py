"""Looking at certificates: over real TLS, by a deadline, once a day."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from alarms.certificates import DAILY, Seen, address, due, fetch, look_at_certificates
from alarms.conditions import certificates
from alarms.kinds import Kind
from alarms.models import Certificate
from alarms.testing import CertificateFactory
from alarms.validity import expires_at
from appservers.testing import DomainFactory

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
