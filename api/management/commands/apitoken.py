"""manage.py apitoken create|list|revoke: tokens of the HTTP API from the command line."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from api import selectors, services
from api.models import ApiToken
from api.tokens import Scope
from common.actions import acting
from common.callers import caller

COLUMNS = ("prefix", "name", "scopes", "state", "expires", "last used", "created by")


class Command(BaseCommand):
    help = "Creates, lists and revokes tokens of the HTTP API."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        create = parts.add_parser("create", help="create a token and print it, once")
        create.add_argument("name", help="who uses it and for what")
        create.add_argument(
            "--scope", action="append", choices=[*Scope], help="components (default) or reports; repeat it"
        )
        create.add_argument("--days", type=int, help="expires after so many days; never unless given")
        parts.add_parser("list", help="list all tokens")
        revoke = parts.add_parser("revoke", help="revoke a token")
        revoke.add_argument("prefix", help="the eight characters by which `list` names it, or the whole token")

    def handle(self, *, part: str, **options: Any) -> None:
        getattr(self, part)(**options)

    def create(self, *, name: str, scope: list[str] | None, days: int | None, **_: Any) -> None:
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("Give --days as 1 to 36500.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        scopes = [Scope(word) for word in scope or [Scope.COMPONENTS]]
        try:
            with acting(caller(), "manage.py apitoken create"):
                made = services.create_token(name=name, scopes=scopes, expires_at=expires_at, actor_name=caller())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stderr.write("This is the token. It is shown this once:")
        self.stdout.write(made[1])

    def list(self, **_: Any) -> None:
        rows = [COLUMNS, *(_row(token) for token in selectors.tokens())]
        widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
        for row in rows:
            self.stdout.write("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())

    def revoke(self, *, prefix: str, **_: Any) -> None:
        token = selectors.token_by_prefix(prefix)
        if token is None:
            # What was typed may be a secret.
            raise CommandError("No token has this prefix. See: manage.py apitoken list")
        with acting(caller(), "manage.py apitoken revoke"):
            done = services.revoke_token(token=token, actor_name=caller(), at=timezone.now())
        self.stdout.write(f"{token.name}: {'revoked' if done else 'was revoked already'}.")


def _row(token: ApiToken) -> tuple[str, ...]:
    state = "revoked" if token.revoked_at else "expired" if token.expired else "usable"
    expires, used = (f"{at:%Y-%m-%d %H:%M}" if at else "never" for at in (token.expires_at, token.last_used_at))
    return token.prefix, token.name, token.scopes, state, expires, used, token.created_by_name
