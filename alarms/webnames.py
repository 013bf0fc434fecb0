"""The certificates of one domain's web FQDNs, as last seen: what the page of its properties shows."""

from dataclasses import dataclass
from datetime import datetime

from alarms.conditions import SOON
from alarms.models import Certificate
from appservers.models import ApplicationServer, Domain
from common.status import Look, Tone

HOLDS = Look(Tone.OK, "check-lg", "Holds", "The certificate is good for some time.")
EXPIRES_SOON = Look(
    Tone.WARN, "exclamation-triangle-fill", "Expires soon", "Renew the certificate before browsers refuse the name."
)
EXPIRED = Look(Tone.BAD, "x-lg", "Expired", "Browsers refuse the name. Renew the certificate.")
NOT_SEEN = Look(Tone.WARN, "question-lg", "Not seen", "No certificate was shown when the name was asked over TLS.")
NOT_LOOKED_AT = Look(Tone.IDLE, "question-lg", "Not looked at yet", "Certificates are looked at once a day.")
LABELS = {field.name: str(field.verbose_name) for field in ApplicationServer._meta.fields}


@dataclass(frozen=True, slots=True)
class WebName:
    """A web FQDN, which servers name it, and the certificate that it last showed."""

    endpoint: str
    named_by: list[str]
    look: Look
    certificate: Certificate | None


def web_names(domain: Domain, now: datetime) -> list[WebName]:
    """Each web FQDN of the domain once, in the order of the form."""
    named = endpoints(domain)
    seen = {one.endpoint: one for one in Certificate.objects.filter(endpoint__in=named)}
    return [
        WebName(endpoint, labels, _look(seen.get(endpoint), now), seen.get(endpoint))
        for endpoint, labels in named.items()
    ]


def endpoints(domain: Domain) -> dict[str, list[str]]:
    """The web FQDNs that are set, with the servers and fields that name them."""
    named: dict[str, list[str]] = {}
    for server in sorted(domain.servers.all(), key=lambda server: server.role):
        for field in ("private_web_fqdn", "public_web_fqdn"):
            if endpoint := getattr(server, field):
                named.setdefault(endpoint, []).append(f"{server.get_role_display()}, {LABELS[field]}")
    return named


def _look(certificate: Certificate | None, now: datetime) -> Look:
    if certificate is None:
        return NOT_LOOKED_AT
    if certificate.expires_at is not None and certificate.expires_at <= now:
        return EXPIRED
    if certificate.error:
        return NOT_SEEN
    return EXPIRES_SOON if certificate.expires_at and certificate.expires_at < now + SOON else HOLDS
