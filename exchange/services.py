"""The write: all of a plan or nothing, by the services and with the history of edits by hand, as one action.

Everything is read and checked before the transaction; in it the domains are locked, compared with what the plan was
made for, and written in few statements, because the monitor waits until it is over.
"""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction

from appservers.exceptions import Refused as DomainRefused
from appservers.models import ApplicationServer, Domain
from appservers.services import create_domains, delete_domain, save_domain
from common import distinct
from exchange.checking import domain_of, server_of
from exchange.planning import AT_ONCE, Difference, Plan, What
from exchange.selectors import OWN, state
from exchange.site import SERVERS
from exchange.values import meant
from exchange.writing import write_lists
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.linting import Code, Warned
from versioncontrol.models import Component
from versioncontrol.services import Actor, record, save_component

LOCKED_AT_ONCE = 500
MEANWHILE = "The configuration was changed in the meantime. Nothing was imported."


class NotApplied(Exception):
    """Nothing was written; the text says why."""


def apply(plan: Plan, *, acknowledged: Collection[str] = (), actor: Actor = None) -> None:
    """Make the difference. `acknowledged` are the codes of the warnings that somebody has read.

    Raises NotApplied when something changed since the plan was made, or a warning is not acknowledged.
    """
    if missing := set(plan.codes) - set(acknowledged):
        said = [warning.sentence for one in plan.differences for warning in one.warnings if warning.code in missing]
        raise NotApplied(f"There are warnings that nobody has acknowledged. {' '.join(said[:5])}")
    try:
        with transaction.atomic():
            _lock(plan)
            _compare(plan)
            _write(plan, acknowledged, actor)
    except (IntegrityError, AcknowledgementRequired, DomainRefused, distinct.Refused) as error:
        raise NotApplied(MEANWHILE) from error


def _lock(plan: Plan) -> None:
    """All domains that are touched, in one order, before the first write."""
    keys = sorted(plan.state.domains[one.key].pk for one in plan.differences if one.before)
    for start in range(0, len(keys), LOCKED_AT_ONCE):
        some = keys[start : start + LOCKED_AT_ONCE]
        list(Domain.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))


def _compare(plan: Plan) -> None:
    """Raises NotApplied unless what is touched is as the plan found it."""
    now = state()
    for one in plan.differences:
        stored, before = now.domains.get(one.key), plan.state.domains.get(one.key)
        if stored != before:
            raise NotApplied(MEANWHILE)
    if now.components != plan.state.components:
        raise NotApplied(MEANWHILE)


def _write(plan: Plan, acknowledged: Collection[str], actor: Actor) -> None:
    components = {key: pk for key, (pk, _) in plan.state.components.items()}
    for key, name in plan.components.items():
        components[key] = save_component(component=Component(name=name)).pk
    domains = {one.key: plan.state.domains[one.key].pk for one in plan.differences if one.before}
    for one in plan.of(What.REMOVED):
        delete_domain(domain=Domain(pk=domains[one.key]), typed_name=one.name)
    domains |= _create(plan.of(What.ADDED))
    for one in plan.of(What.ADDED):
        _record(Domain(pk=domains[one.key], name=one.name), one, acknowledged, actor)
    changed = plan.of(What.CHANGED)
    for domain, one in _stored(changed, domains):
        _change(domain, one, meant_so=AT_ONCE in acknowledged)
        _record(domain, one, acknowledged, actor)
    write_lists([*plan.of(What.ADDED), *changed], domains, components)


def _record(domain: Domain, one: Difference, acknowledged: Collection[str], actor: Actor) -> None:
    said = [Warned(Code(warning.code), warning.sentence) for warning in one.warnings if warning.code != AT_ONCE]
    record(domain, "Imported from a file", said, acknowledged, actor)


def _create(added: list[Difference]) -> dict[str, int]:
    made = {}
    for one in added:
        assert one.after is not None  # noqa: S101  for mypy; what is added is there in the end
        primary = server_of(one.after.primary)
        assert primary is not None  # noqa: S101  for mypy; every domain has a primary server
        made[one.key] = domain_of(one.after), primary, server_of(one.after.secondary)
    create_domains(list(made.values()))
    return {key: domain.pk for key, (domain, _, _) in made.items()}


def _stored(changed: list[Difference], keys: dict[str, int]) -> Iterable[tuple[Domain, Difference]]:
    found: dict[int, Domain] = {}
    wanted = [keys[one.key] for one in changed]
    for start in range(0, len(wanted), LOCKED_AT_ONCE):
        some = wanted[start : start + LOCKED_AT_ONCE]
        found |= {domain.pk: domain for domain in Domain.objects.prefetch_related("servers").filter(pk__in=some)}
    return [(found[keys[one.key]], one) for one in changed]


def _change(domain: Domain, one: Difference, *, meant_so: bool) -> None:
    """Save the domain with its servers if they differ; a property that is left alone keeps its exact value."""
    assert one.before is not None  # noqa: S101  for mypy; what is changed is there before
    assert one.after is not None  # noqa: S101
    own = [name for name in OWN if one.before.general[name] != one.after.general[name]]
    if not own and all(getattr(one.before, role) == getattr(one.after, role) for role in SERVERS):
        return
    for name in own:
        setattr(domain, name, meant(name, one.after.general[name]))
    primary = server_of(one.after.primary)
    assert isinstance(primary, ApplicationServer)  # noqa: S101  for mypy; every domain has a primary server
    save_domain(
        domain=domain,
        primary=primary,
        secondary=server_of(one.after.secondary),
        seen_revision=domain.revision,
        meant=meant_so,
    )
