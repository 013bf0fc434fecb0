"""The writes: the one way to save a domain with its servers, to delete it, and to change who is active."""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model

from appservers import rules, store
from appservers.exceptions import Conflict, Gone, Invalid, NameMismatch
from appservers.models import ApplicationServer, Domain, Role, name_taken
from appservers.selectors import saves_since


def save_domain(
    *,
    domain: Domain,
    primary: ApplicationServer,
    secondary: ApplicationServer | None,
    seen_revision: int | None = None,
) -> Domain:
    """Create or change a domain and its servers in one transaction.

    The instances carry the wanted values and need not be saved; which server is active is not theirs to say.
    `seen_revision` is the revision the person had before them. Raises Invalid, Conflict or Gone; then nothing was
    written.
    """
    new = domain.pk is None
    try:
        with transaction.atomic():
            stored = None if new else _locked(domain, seen_revision)
            _check(domain, primary, secondary, stored)
            wanted = {Role.PRIMARY: primary, Role.SECONDARY: secondary}
            if stored is None:
                store.create(domain, wanted)
            else:
                store.change(domain, wanted, stored)
    except IntegrityError as error:
        if new:
            domain.pk, domain._state.adding = None, True
        if problem := _lost_race(domain):
            raise Invalid([problem]) from error
        raise
    return domain


def delete_domain(*, domain: Domain, typed_name: str) -> None:
    """Delete a domain with everything that hangs on it; the typed name proves that this one is meant.

    Raises NameMismatch or Gone; then nothing was deleted.
    """
    with transaction.atomic():
        stored = _locked(domain)
        if _composed(typed_name) != _composed(stored.name):
            raise NameMismatch(f"This is not the domain's name. Type it exactly as it is written here: {stored.name}")
        Domain.objects.filter(pk=stored.pk).update(active_role="")  # lets the active server go; see triggers.py
        stored.delete()


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


def as_rule(server: ApplicationServer) -> rules.Server:
    """The server as the rules see it."""
    return rules.Server(server.server_fqdn, server.server_port, server.public_web_fqdn)


def _locked(domain: Domain, seen_revision: int | None = None) -> Domain:
    """The domain as stored, locked until the transaction ends."""
    stored = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if stored is None:
        raise Gone("The domain was deleted in the meantime.")
    if seen_revision is not None and stored.revision != seen_revision:
        raise Conflict(stored.revision, saves_since(stored, seen_revision))
    return stored


def _check(
    domain: Domain, primary: ApplicationServer, secondary: ApplicationServer | None, stored: Domain | None
) -> None:
    found = [
        *_field_problems("general", domain, {"slug", "name_key"}),
        *_field_problems("primary", primary, {"domain", "role"}),
        *(_field_problems("secondary", secondary, {"domain", "role"}) if secondary else ()),
    ]
    found = found or rules.problems(
        outsource=domain.outsource,
        secondary_active=stored is not None and stored.active_role == Role.SECONDARY,
        primary=as_rule(primary),
        secondary=as_rule(secondary) if secondary else None,
    )
    if found:
        raise Invalid(found)


def _field_problems(section: str, instance: Model, exclude: Iterable[str]) -> Iterable[rules.Problem]:
    try:
        instance.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            yield from (rules.Problem(section, field, message) for message in messages)


def _lost_race(domain: Domain) -> rules.Problem | None:
    """What somebody else took between the check and the write, if that is why the database refused."""
    others = Domain.objects.exclude(pk=domain.pk)
    if others.filter(name_key=domain.name_key).exists():
        return rules.Problem("general", "name", name_taken(domain.name))
    if domain._state.adding and others.filter(slug=domain.slug).exists():
        return rules.Problem("general", "name", "Another domain was created at this very moment. Submit again.")
    return None


def _composed(text: str) -> str:
    """The text with its accents in one form, however the keyboard sent them."""
    return unicodedata.normalize("NFC", text.strip())
