"""Attempts to sign in as lines of the trail."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from access.models import SignIn
from audit import entry
from audit.entry import Entry
from audit.names import Names
from audit.wanted import Wanted

LOOKS = {
    SignIn.Outcome.SUCCEEDED: entry.SIGNED_IN,
    SignIn.Outcome.FAILED: entry.NOT_SIGNED_IN,
    SignIn.Outcome.HELD_BACK: entry.HELD_BACK,
}
TEXTS = {
    SignIn.Outcome.SUCCEEDED: "",
    SignIn.Outcome.FAILED: "User name or password was wrong.",
    SignIn.Outcome.HELD_BACK: "Too many sign-ins had failed before; the password was not looked at.",
}


class SignIns:
    """Who came in, and who did not."""

    at, key, label = "at", "sign-in", "Sign-ins"

    def chosen(self, wanted: Wanted) -> QuerySet[Any] | None:
        """The attempts that are wanted; None when there cannot be any."""
        if wanted.domain:
            return None
        found = SignIn.objects.filter(request_id=wanted.action) if wanted.action else SignIn.objects.all()
        return found.filter(username__icontains=wanted.who) if wanted.who else found

    def entries(self, keys: Iterable[int], names: Names) -> dict[int, Entry]:
        """These attempts as lines."""
        return {
            row.pk: Entry(
                at=row.at,
                actor=row.username or "somebody unknown",
                look=LOOKS[SignIn.Outcome(row.outcome)],
                noun="Sign-in",
                subject="",
                text=TEXTS[SignIn.Outcome(row.outcome)],
                action=row.request_id,
                address=row.address,
            )
            for row in SignIn.objects.filter(pk__in=list(keys))
        }
