"""`failover notices`: what subscribers were told, what waits, what was given up; and trying that again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from common.tables import Row, rendered
from failover.cli.words import Exit, above_zero, add_format
from failover.deliveries import Condition, Filters, deliveries
from failover.models import Notice
from failover.notices import revive

HELP = "list what subscribers were told, latest first, or try a dead letter again"
COLUMNS = ("id", "state", "subscriber", "sequence", "created", "subject", "tries", "next_try", "error")


def add_arguments(parser: ArgumentParser) -> None:
    """Which ones, how many, and the format; or the one to try again."""
    parser.add_argument("--dead", action="store_true", help="only those that were given up")
    parser.add_argument("--retry", type=above_zero, metavar="ID", help="try this dead letter again")
    parser.add_argument("--limit", type=above_zero, default=50, help="at most so many (50)")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print them, or try one again; exit code 20 when that one is not dead."""
    return _list(options) if options["retry"] is None else _retry(options["retry"])


def _list(options: dict[str, Any]) -> tuple[str, int]:
    found = Filters({"state": Condition.DEAD if options["dead"] else ""}).found()
    rows: list[Row] = [
        {
            "id": one.notice.pk,
            "state": one.condition.value,
            "subscriber": one.notice.subscriber.name,
            "sequence": one.notice.sequence,
            "created": one.notice.created_at,
            "subject": one.notice.subject,
            "tries": one.notice.attempts,
            "next_try": one.notice.next_try_at if one.failing else None,
            "error": one.notice.last_error,
        }
        for one in deliveries(list(found[: options["limit"]]))
    ]
    return rendered(rows, COLUMNS, options["format"], width=200), Exit.DONE


def _retry(pk: int) -> tuple[str, int]:
    notice = Notice.objects.filter(pk=pk).first()
    if notice is None:
        raise CommandError(
            f"There is no notice {pk}. `manage.py failover notices` lists them.", returncode=Exit.WRONG_CALL
        )
    if not revive(notice, timezone.now()):
        raise CommandError(f"Notice {pk} is no dead letter.", returncode=Exit.REFUSED)
    return f"Notice {pk} is tried again: {notice.subject}", Exit.DONE
