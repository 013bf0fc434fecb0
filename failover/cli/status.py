"""`failover status`: where every domain stands, as the monitor last wrote it."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from appservers.models import Role
from common.tables import Row, rendered
from failover.cli.words import Exit, add_format, named_domain
from failover.overview import DomainRow, overview

HELP = "say where one domain stands, or all"
COLUMNS = (
    "domain",
    "slug",
    "state",
    "code",
    "since",
    "active",
    "epoch",
    "primary",
    "primary_status",
    "secondary",
    "secondary_status",
    "switch_at",
    "automatic",
    "paused_until",
    "sentence",
    "forecast",
    "remarks",
)


def add_arguments(parser: ArgumentParser) -> None:
    """The domain and the format."""
    parser.add_argument("domain", nargs="?", help="name or slug; all domains without it")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print what the console's list shows."""
    only = named_domain(options).pk if options["domain"] is not None else None
    rows = [_row(row) for row in overview(now=timezone.now(), only=only).rows]
    return rendered(rows, COLUMNS, options["format"], width=280), Exit.DONE


def _row(row: DomainRow) -> Row:
    servers = {server.role: server for server in row.servers}
    primary, secondary = servers.get(Role.PRIMARY), servers.get(Role.SECONDARY)
    return {
        "domain": row.domain.name,
        "slug": row.domain.slug,
        "state": str(row.state),
        "code": row.code,
        "since": row.since,
        "active": row.domain.active_role,
        "epoch": row.domain.epoch,
        "primary": primary and primary.endpoint,
        "primary_status": primary and str(primary.status),
        "secondary": secondary and secondary.endpoint,
        "secondary_status": secondary and str(secondary.status),
        "switch_at": row.switch_at,
        "automatic": row.remarks.mode,
        "paused_until": row.remarks.pause and row.remarks.pause.until,
        "sentence": row.sentence,
        "forecast": row.forecast,
        "remarks": " ".join(row.remarks.sentences()),
    }
