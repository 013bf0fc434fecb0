"""The writes: the one way to save a domain with its servers, to delete it, and to change who is active."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model
from django.utils.text import slugify

from appservers import rules
from appservers.exceptions import Conflict, Gone, Invalid, NameMismatch
from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import saves_since

GENERAL_FIELDS = ("name", "auto_failover_interval", "outsource", "emergency", "unique_anonymous")
SERVER_FIELDS = ("server_fqdn", "server_port", "private_web_fqdn", "public_web_fqdn")
RESERVED_SLUGS = {"new", "rows"}


def save_domain(
    *,
    domain: Domain,
    primary: ApplicationServer,
    secondary: ApplicationServer | None,
    seen_revision: int | None = None,
) -> Domain:
    """Create or change a domain and its servers in one transaction.

    The instances carry the wanted values and need not be saved. `seen_revision` is the revision the person had before
    them. Raises Invalid, Conflict or Gone; then nothing was written.
    """
    try:
        with transaction.atomic():
            stored = _locked(domain, seen_revision)
            _check(domain, primary, secondary, stored)
            _write(domain, _with_identity(domain, primary, secondary, stored), stored)
    except IntegrityError as error:
        # Somebody else took the name between the check and the write.
        if Domain.objects.filter(name_key=domain.name_key).exclude(pk=domain.pk).exists():
            message = f"A domain “{domain.name}” exists already. Choose another name."
            raise Invalid([rules.Problem("general", "name", message)]) from error
        raise
    return domain


def delete_domain(*, domain: Domain, typed_name: str) -> None:
    """Delete a domain with everything that hangs on it; the typed name proves that this one is meant."""
    if typed_name.strip() != domain.name:
        raise NameMismatch(f"Type the domain's name exactly as it is written here: {domain.name}")
    with transaction.atomic():
        Domain.objects.filter(pk=domain.pk).update(active_role="")  # lets the active server go; see triggers.py
        domain.delete()


def make_active(*, domain_id: int, epoch: int, from_role: Role, to_role: Role) -> bool:
    """Compare and set: make `to_role` active if the domain still stands at `epoch` with `from_role` active.

    The only write of `active_role` and `epoch`. False means that somebody else was first.
    """
    return (
        Domain.objects.filter(pk=domain_id, epoch=epoch, active_role=from_role).update(
            active_role=to_role, epoch=F("epoch") + 1
        )
        == 1
    )


def _locked(domain: Domain, seen_revision: int | None) -> Domain | None:
    """The domain as stored, locked; None for a new one."""
    if domain.pk is None:
        return None
    stored = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if stored is None:
        raise Gone("The domain was deleted in the meantime. Copy what you need and create it anew.")
    if seen_revision is not None and stored.revision != seen_revision:
        raise Conflict(stored.revision, saves_since(stored, seen_revision))
    return stored


def _check(
    domain: Domain, primary: ApplicationServer, secondary: ApplicationServer | None, stored: Domain | None
) -> None:
    found = list(_field_problems("general", domain, ["slug", "name_key"]))
    found += _field_problems("primary", primary, ["domain", "role"])
    if secondary is not None:
        found += _field_problems("secondary", secondary, ["domain", "role"])
    found = found or rules.problems(
        outsource=domain.outsource,
        secondary_active=stored is not None and stored.active_role == Role.SECONDARY,
        primary=as_rule(primary),
        secondary=secondary and as_rule(secondary),
    )
    if found:
        raise Invalid(found)


def as_rule(server: ApplicationServer) -> rules.Server:
    """The server as the rules see it."""
    return rules.Server(server.server_fqdn, server.server_port, server.public_web_fqdn)


def _field_problems(section: str, instance: Model, exclude: Iterable[str]) -> Iterable[rules.Problem]:
    try:
        instance.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            yield from (rules.Problem(section, field, message) for message in messages)


def _with_identity(
    domain: Domain, primary: ApplicationServer, secondary: ApplicationServer | None, stored: Domain | None
) -> dict[Role, ApplicationServer | None]:
    """The wanted servers under the keys of the stored ones; a changed endpoint gets a new configuration number."""
    before = {server.role: server for server in stored.servers.all()} if stored else {}
    wanted = {Role.PRIMARY: primary, Role.SECONDARY: secondary}
    for role, server in wanted.items():
        if server is None:
            continue
        server.domain, server.role = domain, role
        if (old := before.get(role)) is not None:
            server.pk = old.pk
            server._state.adding = False
            server.configuration = old.configuration + (old.endpoint != server.endpoint)
    return wanted


def _write(domain: Domain, wanted: dict[Role, ApplicationServer | None], stored: Domain | None) -> None:
    if stored is None:
        domain.slug = _free_slug(domain.name)
        domain.save()
        _save_servers(domain, wanted)
        return
    domain.revision = stored.revision + 1
    # The database checks rule 1 of triggers.py at each row: names appear before Outsource goes on, and vanish after.
    if domain.outsource:
        _save_servers(domain, wanted)
    domain.save(update_fields=[*GENERAL_FIELDS, "name_key", "revision"])
    if not domain.outsource:
        _save_servers(domain, wanted)


def _save_servers(domain: Domain, wanted: dict[Role, ApplicationServer | None]) -> None:
    if wanted[Role.SECONDARY] is None:
        for removed in domain.servers.filter(role=Role.SECONDARY):
            removed.delete()
    _step_aside(domain, wanted[Role.PRIMARY])
    for server in wanted.values():
        if server is not None:
            server.save()


def _step_aside(domain: Domain, primary: ApplicationServer | None) -> None:
    """Free the secondary's endpoint when the two servers swap theirs: endpoints are unique after every statement."""
    if primary is not None and primary.pk is not None:
        domain.servers.filter(
            role=Role.SECONDARY, server_fqdn=primary.server_fqdn, server_port=primary.server_port
        ).update(server_fqdn="moving.invalid")


def _free_slug(name: str) -> str:
    base = slugify(name)[:100] or "domain"
    taken = set(Domain.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
