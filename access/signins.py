"""Who tried to sign in, and how often somebody may try: counted in the database, so that all workers count together.

What was typed as a name is kept only where such a person exists, because people type passwords there by mistake.
Everything else is counted under a keyed digest.
"""

import ipaddress
import unicodedata
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from access.models import SignIn, User
from common.requests import request_id

WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 5
PER_SOURCE = 30  # people of one office may share an address
KNOWN = timedelta(days=30)
KEPT = timedelta(days=400)


def begin(*, name: str, address: str, now: datetime) -> SignIn:
    """Note an attempt before the password is looked at; it counts as failed until `succeeded` says otherwise.

    Noted first and counted then, attempts at the same instant count each other. One that comes too early is held back.
    """
    SignIn.objects.filter(at__lt=now - KEPT).delete()
    user = User.objects.filter(username=name).first()
    attempt = SignIn.objects.create(
        at=now,
        user=user,
        username=user.username if user else "",
        account=_digest(name),
        address=address,
        source=_source(address),
        outcome=SignIn.Outcome.FAILED,
        request_id=request_id(),
    )
    if wait(attempt, now):
        _hold_back(attempt, now)
    return attempt


def wait(attempt: SignIn, now: datetime) -> timedelta:
    """How long to wait before the next attempt; zero when it may be made now."""
    return max(_wait(_of_account(attempt, now), PER_ACCOUNT, now), _wait(_of_source(attempt, now), PER_SOURCE, now))


def succeeded(attempt: SignIn) -> None:
    """The password was right."""
    SignIn.objects.filter(pk=attempt.pk).update(outcome=SignIn.Outcome.SUCCEEDED)


def _of_account(attempt: SignIn, now: datetime) -> list[datetime]:
    """Failures of the account that count; a stranger's do not where its owner signed in from lately."""
    tried = SignIn.objects.filter(account=attempt.account)
    right = tried.filter(outcome=SignIn.Outcome.SUCCEEDED)
    wrong = tried.filter(outcome=SignIn.Outcome.FAILED, at__gt=now - WINDOW).exclude(pk=attempt.pk)
    if right.filter(source=attempt.source, at__gt=now - KNOWN).exists():
        wrong = wrong.filter(source=attempt.source)
    if (latest := right.filter(at__gt=now - WINDOW).order_by("at").last()) is not None:
        wrong = wrong.filter(at__gt=latest.at)
    return list(wrong.order_by("at").values_list("at", flat=True))


def _of_source(attempt: SignIn, now: datetime) -> list[datetime]:
    if not attempt.source:
        return []
    wrong = SignIn.objects.filter(source=attempt.source, outcome=SignIn.Outcome.FAILED, at__gt=now - WINDOW)
    return list(wrong.exclude(pk=attempt.pk).order_by("at").values_list("at", flat=True))


def _wait(failures: list[datetime], limit: int, now: datetime) -> timedelta:
    return failures[-limit] + WINDOW - now if len(failures) >= limit else timedelta(0)


def _hold_back(attempt: SignIn, now: datetime) -> None:
    """Note it once in a while and do not count it: nobody waits for ever, and nobody fills the table."""
    attempt.outcome = SignIn.Outcome.HELD_BACK
    noted = SignIn.objects.filter(
        account=attempt.account, source=attempt.source, outcome=SignIn.Outcome.HELD_BACK, at__gt=now - WINDOW
    )
    if noted.exists():
        SignIn.objects.filter(pk=attempt.pk).delete()
    else:
        SignIn.objects.filter(pk=attempt.pk).update(outcome=SignIn.Outcome.HELD_BACK)


def _digest(name: str) -> str:
    typed = unicodedata.normalize("NFKC", name).casefold()
    return salted_hmac("access.signins", typed, algorithm="sha256").hexdigest()


def _source(address: str) -> str:
    """What is counted as one place: an address, or of IPv6 the network that one customer gets."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
