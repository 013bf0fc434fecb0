"""The writes: the one way to save a domain, to delete it, to change who is active, and to declare an emergency."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model

from appservers import rules, store
from appservers.exceptions import Conflict, EmergencyUnchanged, Gone, Invalid, NameMismatch, Risky
from appservers.models import ApplicationServer, Domain, Emergency, Role, name_taken
from appservers.neighbours import cautioned
from appservers.selectors import open_emergency, saves_since
from common.untangled import untangled
from common.words import same_to_the_eye


def save_domain(
    *,
    domain: Domain,
    primary: ApplicationServer,
    secondary: ApplicationServer | None,
    seen_revision: int | None = None,
    meant: bool = False,
) -> Domain:
    """Create or change a domain and its servers in one transaction.

    The instances carry the wanted values and need not be saved; which server is active is not theirs to say.
    `seen_revision` is the revision the person had before them; `meant` that they know what follows at once. Raises
    Invalid, Conflict, Risky or Gone; then nothing was written.
    """
    new = domain.pk is None
    try:
        with transaction.atomic():
            stored = None if new else _locked(domain, seen_revision)
            _check(domain, primary, secondary, stored)
            if stored is not None and not meant and (sentences := cautioned(stored, domain)):
                raise Risky(sentences)
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


def create_domains(described: Sequence[tuple[Domain, ApplicationServer, ApplicationServer | None]]) -> None:
    """Create many domains in few statements, or none: what save_domain does for each new one.

    Raises Invalid with what is wrong with the first that breaks rules, or IntegrityError for a name that is taken.
    """
    with transaction.atomic():
        for domain, primary, secondary in described:
            _check(domain, primary, secondary, None)
        store.create_all([(domain, {Role.PRIMARY: one, Role.SECONDARY: two}) for domain, one, two in described])


def delete_domain(*, domain: Domain, typed_name: str) -> None:
    """Delete a domain with everything that hangs on it; the typed name proves that this one is meant.

    Raises NameMismatch or Gone; then nothing was deleted.
    """
    with transaction.atomic():
        stored = _locked(domain)
        if not same_to_the_eye(typed_name, stored.name):
            raise NameMismatch(f"This is not the domain's name. Type it exactly as it is written here: {stored.name}")
        untangled(lambda: store.delete(stored))


def make_active(*, domain_id: int, epoch: int, from_role: Role, to_role: Role) -> bool:
    """Compare and set: make `to_role` active if the domain still stands at `epoch` with `from_role` active.

    With confirm_active the only write of `active_role` and `epoch`. False means that somebody else was first.
    """
    return (
        Domain.objects.filter(pk=domain_id, epoch=epoch, active_role=from_role).update(
            active_role=to_role, epoch=F("epoch") + 1
        )
        == 1
    )


def confirm_active(*, domain_id: int, epoch: int, role: Role, to_epoch: int) -> None:
    """Say who is active after the database went back, under an epoch that nobody has seen yet; see failover.holds.

    Raises ValueError when that epoch is not a later one.
    """
    if to_epoch <= epoch:
        raise ValueError(f"epoch {to_epoch} is not later than {epoch}")
    Domain.objects.filter(pk=domain_id, epoch=epoch).update(active_role=role, epoch=to_epoch)


def declare_emergency(*, domain: Domain, reason: str, actor_id: int | None, actor_name: str, at: datetime) -> Emergency:
    """Turn the domain's emergency on and record who did so and why. Raises EmergencyUnchanged or Gone."""
    with transaction.atomic():
        stored = _locked(domain)
        if stored.emergency:
            raise EmergencyUnchanged("An emergency is declared already.")
        _set_emergency(stored, on=True)
        return Emergency.objects.create(
            domain=stored,
            domain_name=stored.name,
            declared_at=at,
            declared_by_id=actor_id,
            declared_by_name=actor_name,
            reason=reason,
        )


def end_emergency(*, domain: Domain, reason: str, actor_id: int | None, actor_name: str, at: datetime) -> Emergency:
    """Turn the domain's emergency off and record who did so and why. Raises EmergencyUnchanged or Gone."""
    with transaction.atomic():
        stored = _locked(domain)
        if not stored.emergency:
            raise EmergencyUnchanged("No emergency is declared.")
        _set_emergency(stored, on=False)
        # One that was declared before declarations were recorded is recorded with its end.
        emergency = open_emergency(stored) or Emergency(domain=stored, domain_name=stored.name, declared_at=at)
        emergency.ended_at, emergency.ended_by_id, emergency.ended_by_name = at, actor_id, actor_name
        emergency.end_reason = reason
        emergency.save()
        return emergency


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


def _set_emergency(domain: Domain, *, on: bool) -> None:
    """The only write of `emergency`. The revision stays: nobody who edits the domain had it before them."""
    domain.emergency = on
    domain.save(update_fields=["emergency"])


def problems_of(
    domain: Domain, primary: ApplicationServer, secondary: ApplicationServer | None, *, secondary_active: bool
) -> list[rules.Problem]:
    """Every rule that the domain and its servers as described would break."""
    found = [
        *_field_problems("general", domain, {"slug", "name_key"}),
        *_field_problems("primary", primary, {"domain", "role"}),
        *(_field_problems("secondary", secondary, {"domain", "role"}) if secondary else ()),
    ]
    return found or rules.problems(
        outsource=domain.outsource,
        secondary_active=secondary_active,
        primary=as_rule(primary),
        secondary=as_rule(secondary) if secondary else None,
    )


def _check(
    domain: Domain, primary: ApplicationServer, secondary: ApplicationServer | None, stored: Domain | None
) -> None:
    active = stored is not None and stored.active_role == Role.SECONDARY
    if found := problems_of(domain, primary, secondary, secondary_active=active):
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
