"""The writes: components, version rules, modes and the domain's policy. Every one of them changes the revision.

Where there is something to say before a change, the caller passes the tokens of the warnings that the person has read;
AcknowledgementRequired lists those that are missing. What was set aside is recorded with the change.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from appservers.models import Domain
from common import distinct
from versioncontrol import consequences, patterns, selectors
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.consequences import Outlook
from versioncontrol.exceptions import AcknowledgementRequired, InvalidPattern, NotPossible
from versioncontrol.linting import Warned
from versioncontrol.models import Acknowledgement, Component, ComponentMode, VersionPolicy, VersionRule

LONGEST_BREAK_GLASS = timedelta(hours=72)

Actor = AbstractBaseUser | AnonymousUser | None


def save_component(*, component: Component) -> Component:
    """Create or change a component of the catalogue; see distinct.save for what it raises."""
    return distinct.save(component)


def save_rule(
    *,
    rule: VersionRule,
    seen: int | None = None,
    acknowledged: Collection[str] = (),
    also: Sequence[str] = (),
    actor: Actor = None,
) -> VersionRule:
    """Create or change a rule, and add the patterns of `also` beside it; see distinct.save for `seen`.

    Raises InvalidPattern, AcknowledgementRequired, or what distinct.save raises; then nothing was written.
    """
    beside = [_cleaned(pattern) for pattern in also]
    rule.pattern, new = _cleaned(rule.pattern), rule._state.adding
    try:
        with transaction.atomic():
            lock(rule.domain_id)
            warnings = rule_warnings(rule=rule, also=beside)
            distinct.save(rule, seen)
            for pattern in beside:
                another = VersionRule(domain=rule.domain, component=rule.component, pattern=pattern)
                if another.twin() is None:
                    distinct.save(another)
            record(rule.domain, str(rule), warnings, acknowledged, actor)
    except AcknowledgementRequired:
        if new:
            rule.pk, rule._state.adding = None, True
        raise
    return rule


def rule_warnings(*, rule: VersionRule, also: Sequence[str] = ()) -> Sequence[Warned]:
    """What there is to say before a rule is saved: nothing of one that will be refused, or that is as before."""
    if rule.twin() is not None or not Component.objects.filter(pk=rule.component_id).exists():
        return ()
    unchanged = VersionRule.objects.filter(
        pk=rule.pk, component=rule.component_id, pattern_key=patterns.canonical(rule.pattern)
    )
    if unchanged.exists() and not also:
        return ()
    return consequences.of_rule(rule, timezone.now(), also).warnings


def delete_rule(*, rule: VersionRule, acknowledged: Collection[str] = (), actor: Actor = None) -> bool:
    """Delete a rule; False when somebody else did so before. Raises AcknowledgementRequired."""
    with transaction.atomic():
        lock(rule.domain_id)
        if not VersionRule.objects.filter(pk=rule.pk).exists():
            return False
        outlook = consequences.of_deletion(rule, timezone.now())
        record(rule.domain, f"{rule} deleted", outlook.warnings, acknowledged, actor)
        return distinct.delete(rule)


def set_mode(
    *,
    domain: Domain,
    component: Component,
    mode: Mode,
    enforce_at: datetime | None = None,
    acknowledged: Collection[str] = (),
    actor: Actor = None,
) -> ComponentMode:
    """What becomes of the component's versions that no rule admits. Raises NotPossible or AcknowledgementRequired."""
    if mode is Mode.WARN and enforce_at is not None:
        raise NotPossible("enforce_at", "Warn only has no date. Choose to enforce from that date, or leave it out.")
    with transaction.atomic():
        lock(domain.pk)
        outlook = outlook_of_mode(domain, component, mode, enforce_at)
        stored = ComponentMode.objects.filter(domain=domain, component=component).first()
        row = stored or ComponentMode(domain=domain, component=component)
        row.mode, row.enforce_at = mode, enforce_at
        record(domain, str(row), outlook.warnings, acknowledged, actor)
        row.save()
    return row


def restore_mode(
    row: ComponentMode, *, seen: int | None, acknowledged: Collection[str] = (), actor: Actor = None
) -> ComponentMode:
    """Set the mode that an earlier state of the row has. Raises what set_mode raises, Changed or Gone."""
    with transaction.atomic():
        lock(row.domain_id)
        distinct.check_seen(row, seen)
        if row._state.adding and ComponentMode.objects.filter(domain=row.domain, component=row.component).exists():
            raise distinct.Refused("The component has another mode by now. Restore an earlier version of that one.")
        return set_mode(
            domain=row.domain,
            component=row.component,
            mode=Mode(row.mode),
            enforce_at=row.enforce_at,
            acknowledged=acknowledged,
            actor=actor,
        )


def restore_unlisted(
    row: VersionPolicy, *, seen: int | None, acknowledged: Collection[str] = (), actor: Actor = None
) -> VersionPolicy:
    """Make the choice about components without rules that an earlier state of the row has; a glass stays as it is.

    Raises what set_unlisted raises, Changed or Gone.
    """
    with transaction.atomic():
        lock(row.domain_id)
        distinct.check_seen(row, seen)
        return set_unlisted(domain=row.domain, unlisted=Unlisted(row.unlisted), acknowledged=acknowledged, actor=actor)


def set_unlisted(
    *, domain: Domain, unlisted: Unlisted, acknowledged: Collection[str] = (), actor: Actor = None
) -> VersionPolicy:
    """Whether components without rules may connect. Raises AcknowledgementRequired."""
    with transaction.atomic():
        lock(domain.pk)
        outlook = outlook_of_unlisted(domain, unlisted)
        row = selectors.version_policy(domain)
        row.unlisted = unlisted
        subject = f"Components without rules {row.get_unlisted_display()}"
        record(domain, subject, outlook.warnings, acknowledged, actor)
        row.save()
    return row


def break_glass(*, domain: Domain, lasting: timedelta, reason: str, actor: Actor = None) -> VersionPolicy:
    """Deny nobody in this domain for a while, only warn; never for less long than it is broken already.

    To enforce sooner may lock agents out, and is what end_break_glass() warns of. Raises NotPossible.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise NotPossible("reason", "Give a reason: whoever reads the record later wants to know why.")
    if len(reason) > 200:
        raise NotPossible("reason", "Shorten the reason to 200 characters.")
    if not timedelta(0) < lasting <= LONGEST_BREAK_GLASS:
        raise NotPossible("hours", f"Give more than 0 and at most {LONGEST_BREAK_GLASS // timedelta(hours=1)} hours.")
    with transaction.atomic():
        lock(domain.pk)
        row, until = selectors.version_policy(domain), timezone.now() + lasting
        if row.break_glass_until and until < row.break_glass_until:
            told = f"It is broken until {timezone.localtime(row.break_glass_until):%Y-%m-%d %H:%M} already."
            raise NotPossible("hours", f"{told} Give more hours, or choose Enforce again, which warns before it ends.")
        row.break_glass_until = until
        row.break_glass_reason, row.break_glass_by = reason, _name(actor)
        row.save()
    return row


def end_break_glass(*, domain: Domain, acknowledged: Collection[str] = (), actor: Actor = None) -> bool:
    """Enforce again before the time is over; False when nothing was broken. The history keeps what was.

    Raises AcknowledgementRequired.
    """
    with transaction.atomic():
        lock(domain.pk)
        row = VersionPolicy.objects.filter(domain=domain, break_glass_until__gt=timezone.now()).first()
        if row is None:
            return False
        record(domain, "Enforced again", outlook_of_enforcing(domain).warnings, acknowledged, actor)
        row.break_glass_until, row.break_glass_reason, row.break_glass_by = None, "", ""
        row.save()
    return True


def outlook_of_mode(domain: Domain, component: Component, mode: Mode, enforce_at: datetime | None) -> Outlook:
    """What there is to say before a mode is set."""
    before = selectors.policies_of(domain)
    after = before | {component.pk: replace(before[component.pk], mode=mode, enforce_at=enforce_at)}
    return consequences.of_policies(domain, before, after, timezone.now(), [component.pk])


def outlook_of_enforcing(domain: Domain) -> Outlook:
    """What there is to say before a broken glass is mended."""
    before = selectors.policies_of(domain)
    after = {key: replace(policy, break_glass_until=None) for key, policy in before.items()}
    return consequences.of_policies(domain, before, after, timezone.now())


def outlook_of_unlisted(domain: Domain, unlisted: Unlisted) -> Outlook:
    """What there is to say before the choice about components without rules is made."""
    before = selectors.policies_of(domain)
    after = {key: replace(policy, unlisted=unlisted) for key, policy in before.items()}
    return consequences.of_policies(domain, before, after, timezone.now())


def lock(domain_id: int) -> None:
    """Changes of one domain's policies wait for each other, so that what was acknowledged is what is written.

    Raises Gone.
    """
    if not Domain.objects.select_for_update(no_key=True).filter(pk=domain_id):
        raise distinct.Gone("The domain was deleted in the meantime.")


def record(
    domain: Domain, subject: str, warnings: Sequence[Warned], acknowledged: Collection[str], actor: Actor
) -> None:
    """Keep who set which warnings aside; refuse where one is missing."""
    if not warnings:
        return
    if {warned.token for warned in warnings} - set(acknowledged):
        raise AcknowledgementRequired(warnings)
    Acknowledgement.objects.create(
        domain=domain,
        domain_name=domain.name,
        subject=subject[:250],
        codes=[warned.code.value for warned in warnings],
        sentences=" ".join(warned.sentence for warned in warnings),
        actor_id=actor.pk if actor is not None else None,
        actor_name=_name(actor),
        at=timezone.now(),
    )


def _name(actor: Actor) -> str:
    return actor.get_username() if actor is not None else "a script"


def _cleaned(pattern: str) -> str:
    try:
        return patterns.cleaned(pattern)
    except patterns.Unfit as error:
        raise InvalidPattern(error) from error
