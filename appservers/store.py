"""How a domain and its servers are written: in an order in which the database's rules hold after every statement."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from django.db.models import F, Model
from django.utils import timezone
from django.utils.text import slugify

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import servers_by_role
from common import bulk
from common.untangled import untangled

GENERAL_FIELDS = (
    "name",
    "auto_failover_interval",
    "outsource",
    "unmatched_calls",
    "unique_anonymous",
    "probe_kind",
    "object_key",
    "automatic_failover",
)
PROBING_FIELDS = ("probe_kind", "object_key")
SERVER_FIELDS = ("server_fqdn", "server_port", "private_web_fqdn", "public_web_fqdn")
# Addresses beside the domains'; see the urls of appservers, exchange and failover.
RESERVED_SLUGS = {"new", "rows", "test", "import", "export"}

Servers = dict[Role, ApplicationServer | None]


def create(domain: Domain, wanted: Servers) -> None:
    """Write a new domain; its primary server is active, and there is no emergency."""
    _begin(domain, _taken_slugs(domain.name))
    domain.save(force_insert=True)
    for server in _joined(domain, wanted):
        server.save(force_insert=True)


def create_all(described: Sequence[tuple[Domain, Servers]]) -> None:
    """Write many new domains in few statements."""
    taken = _taken_slugs()
    for domain, _ in described:
        _begin(domain, taken)
    bulk.create([domain for domain, _ in described])
    bulk.create([server for domain, wanted in described for server in _joined(domain, wanted)])


def _begin(domain: Domain, taken: set[str]) -> None:
    domain.slug = _free_slug(domain.name, taken)
    taken.add(domain.slug)
    domain.active_role, domain.epoch, domain.revision, domain.emergency = Role.PRIMARY, 0, 1, False


def _joined(domain: Domain, wanted: Servers) -> Iterator[ApplicationServer]:
    for role, server in wanted.items():
        if server is not None:
            server.domain, server.role, server.configuration = domain, role, 1
            yield server


def change(domain: Domain, wanted: Servers, stored: Domain) -> None:
    """Write what differs from the stored domain, under a new revision; write nothing when nothing differs."""
    before = servers_by_role(stored)
    changed = {role for role in Role if _server_differs(before.get(role), wanted[role])}
    domain.revision, domain.emergency = stored.revision, stored.emergency
    if not changed and not _differs(stored, domain, GENERAL_FIELDS):
        return
    domain.revision += 1
    domain.automatic_turned_at = stored.automatic_turned_at
    if domain.automatic_failover != stored.automatic_failover:
        domain.automatic_turned_at = timezone.now()  # off and on again between two looks is seen, too
    # triggers.py checks public names at every statement: they appear before Outsource goes on and vanish after it.
    if domain.outsource:
        _change_servers(domain, before, {role: wanted[role] for role in Role if role in changed})
    domain.save(update_fields=[*GENERAL_FIELDS, "name_key", "revision", "automatic_turned_at"])
    if not domain.outsource:
        _change_servers(domain, before, {role: wanted[role] for role in Role if role in changed})
    if _differs(stored, domain, PROBING_FIELDS):
        # Results of another kind of check count for nothing.
        domain.servers.update(configuration=F("configuration") + 1)


def delete(domain: Domain) -> None:
    """Delete it with all that hangs on it."""
    _lock_servers(domain)
    Domain.objects.filter(pk=domain.pk).update(active_role="")  # lets the active server go; see triggers.py
    domain.delete()


def _lock_servers(domain: Domain) -> None:
    """Before one is deleted: what a monitor writes about it meanwhile waits, and fails there instead of here."""
    list(domain.servers.select_for_update().values_list("pk"))


def _change_servers(domain: Domain, before: dict[Role, ApplicationServer], wanted: Servers) -> None:
    if None in wanted.values():
        untangled(lambda: _delete_servers(domain, [role for role, server in wanted.items() if server is None]))
    _step_aside(domain, wanted.get(Role.PRIMARY))
    for role, server in wanted.items():
        if server is not None:
            _identify(server, domain, role, before.get(role))
            server.save()


def _delete_servers(domain: Domain, roles: Iterable[Role]) -> None:
    _lock_servers(domain)
    for server in domain.servers.filter(role__in=list(roles)):
        server.delete()


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


def _taken_slugs(name: str = "") -> set[str]:
    """The slugs that a domain of this name cannot have; of any name without it."""
    return set(Domain.objects.filter(slug__startswith=_slug(name) if name else "").values_list("slug", flat=True))


def _free_slug(name: str, taken: set[str]) -> str:
    base = _slug(name)
    candidates = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in candidates if slug not in taken and slug not in RESERVED_SLUGS)


def _slug(name: str) -> str:
    return slugify(name)[:100].strip("-_") or "domain"
