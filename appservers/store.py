"""How a domain and its servers are written: in an order in which the database's rules hold after every statement."""

from collections.abc import Iterable

from django.db.models import F, Model
from django.utils.text import slugify

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import servers_by_role

GENERAL_FIELDS = (
    "name",
    "auto_failover_interval",
    "outsource",
    "emergency",
    "unique_anonymous",
    "probe_kind",
    "object_key",
)
PROBING_FIELDS = ("probe_kind", "object_key")
SERVER_FIELDS = ("server_fqdn", "server_port", "private_web_fqdn", "public_web_fqdn")
RESERVED_SLUGS = {"new", "rows", "test"}  # addresses beside the domains'; see the urls of appservers and failover

Servers = dict[Role, ApplicationServer | None]


def create(domain: Domain, wanted: Servers) -> None:
    """Write a new domain; its primary server is active."""
    domain.slug = _free_slug(domain.name)
    domain.active_role, domain.epoch, domain.revision = Role.PRIMARY, 0, 1
    domain.save(force_insert=True)
    for role, server in wanted.items():
        if server is not None:
            server.domain, server.role, server.configuration = domain, role, 1
            server.save(force_insert=True)


def change(domain: Domain, wanted: Servers, stored: Domain) -> None:
    """Write what differs from the stored domain, under a new revision; write nothing when nothing differs."""
    before = servers_by_role(stored)
    changed = {role for role in Role if _server_differs(before.get(role), wanted[role])}
    domain.revision = stored.revision
    if not changed and not _differs(stored, domain, GENERAL_FIELDS):
        return
    domain.revision += 1
    # triggers.py checks public names at every statement: they appear before Outsource goes on and vanish after it.
    if domain.outsource:
        _change_servers(domain, before, {role: wanted[role] for role in Role if role in changed})
    domain.save(update_fields=[*GENERAL_FIELDS, "name_key", "revision"])
    if not domain.outsource:
        _change_servers(domain, before, {role: wanted[role] for role in Role if role in changed})
    if _differs(stored, domain, PROBING_FIELDS):
        # Results of another kind of check count for nothing.
        domain.servers.update(configuration=F("configuration") + 1)


def _change_servers(domain: Domain, before: dict[Role, ApplicationServer], wanted: Servers) -> None:
    for role, server in wanted.items():
        if server is None:
            before[role].delete()
    _step_aside(domain, wanted.get(Role.PRIMARY))
    for role, server in wanted.items():
        if server is not None:
            _identify(server, domain, role, before.get(role))
            server.save()


def _identify(server: ApplicationServer, domain: Domain, role: Role, old: ApplicationServer | None) -> None:
    """Put the wanted server under the stored one's key; a changed endpoint gets a new configuration number."""
    server.domain, server.role = domain, role
    server.pk = old.pk if old else None
    server._state.adding = old is None
    server.configuration = old.configuration + (old.endpoint != server.endpoint) if old else 1


def _step_aside(domain: Domain, primary: ApplicationServer | None) -> None:
    """Free the secondary's endpoint when the primary takes it: endpoints are unique after every statement."""
    if primary is not None:
        domain.servers.filter(
            role=Role.SECONDARY, server_fqdn=primary.server_fqdn, server_port=primary.server_port
        ).update(server_fqdn="moving.invalid")


def _server_differs(before: ApplicationServer | None, wanted: ApplicationServer | None) -> bool:
    if before is None or wanted is None:
        return before is not wanted
    return _differs(before, wanted, SERVER_FIELDS)


def _differs(before: Model, wanted: Model, fields: Iterable[str]) -> bool:
    return any(getattr(before, field) != getattr(wanted, field) for field in fields)


def _free_slug(name: str) -> str:
    base = slugify(name)[:100].strip("-_") or "domain"
    taken = set(Domain.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
