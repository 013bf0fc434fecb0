"""What components and load balancers are told, as status, headers and bytes. Pure; both ways to an answer use it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from api.directory import Entry
from api.schemas import ServerRole
from dialrules.routing import Direction, route
from updatelinks.networks import Network

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, but for the headers that middleware adds."""

    status: HTTPStatus
    body: bytes = b""
    media_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def active(entry: Entry, networks: tuple[Network, ...]) -> tuple[bytes, str]:
    """The active server as JSON, and the ETag of that."""
    server = entry.servers[entry.active]
    found = next(((network, server.web(network)) for network in networks if server.web(network)), None)
    network, web = found or (networks[0], None)
    body = _json(
        {
            "domain": entry.slug,
            "active_role": entry.active,
            "epoch": entry.epoch,
            "naming_service": {"host": server.host, "port": server.port},
            "web": web,
            "network": network,
        }
    )
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def active_told(body: bytes, etag: str, if_none_match: str) -> Told:
    """The same to somebody who may have it already."""
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Authorization, X-Forwarded-For"}
    if if_none_match and (etag in if_none_match or if_none_match.strip() == "*"):
        return Told(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Told(HTTPStatus.OK, body, JSON, headers)


def is_active(entry: Entry, role: ServerRole) -> Told:
    """Whether that server, which the domain has, is the active one."""
    yes = entry.active is role
    return Told(
        HTTPStatus.OK if yes else HTTPStatus.SERVICE_UNAVAILABLE,
        b"active\n" if yes else b"standby\n",
        TEXT,
        {"Contact-Expert-Epoch": str(entry.epoch), "Cache-Control": "private, max-age=1"},
    )


def routed(entry: Entry, direction: Direction, number: str) -> Told:
    """What becomes of a call to that cleaned number."""
    found = route(
        emergency=entry.emergency, unmatched=entry.unmatched, direction=direction, number=number, rules=entry.rules
    )
    rule = found.rule
    body = {
        "action": found.action,
        "reason": found.reason,
        "uri": rule.uri if rule else None,
        "rule": {"name": rule.name, "pattern": rule.pattern} if rule else None,
        "domain": entry.slug,
        "direction": direction,
        "number": number,
        "emergency": entry.emergency,
        "message": found.sentence,
    }
    return Told(HTTPStatus.OK, _json(body), JSON, {"Cache-Control": "no-store"})


def admission(body: bytes) -> Told:
    """A decision."""
    return Told(HTTPStatus.OK, body, JSON, {"Cache-Control": "no-store"})


def _json(answer: Mapping[str, object]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
