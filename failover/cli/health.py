"""`failover health`: how the servers of a domain were, as the High Availability page draws it."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.utils import timezone

from common.tables import Row, rendered
from failover import conf
from failover.cli.words import Exit, add_format, named_domain
from failover.past import Kind, Piece, ServerPast, past
from failover.selectors import leading_monitor

HELP = "say how the servers of a domain were: up, down, not known, not watched, and how long answers took"
HOUR = timedelta(hours=1)
STEPS = ((timedelta(days=2), HOUR), (timedelta(days=14), 6 * HOUR))  # by length; a day beyond
COLUMNS = (
    "role",
    "server",
    "from",
    "to",
    "uptime",
    "up_s",
    "down_s",
    "unknown_s",
    "unwatched_s",
    "outages",
    "checks",
    "failures",
    "latency_least_ms",
    "latency_median_ms",
    "latency_most_ms",
)


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, how far back, and the format."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--hours", type=_hours, default=24 * HOUR, help="how far back (24)")
    parser.add_argument("--total", action="store_true", help="one row a server for the whole time")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print the rows of both servers, oldest first."""
    domain, now, span = named_domain(options), timezone.now(), options["hours"]
    end = now.replace(second=0, microsecond=0)
    step = next((step for most, step in STEPS if span <= most), 24 * HOUR)
    servers = past(domain, start=end - span, end=end, point=step, row=step, monitor=leading_monitor(now))
    rows = [
        _row(server, piece) for server in servers for piece in ([server.whole] if options["total"] else server.rows)
    ]
    return rendered(rows, COLUMNS, options["format"], width=240), Exit.DONE


def _row(server: ServerPast, piece: Piece) -> Row:
    return {
        "role": server.server.role,
        "server": server.server.endpoint,
        "from": piece.start,
        "to": piece.end,
        "uptime": _rounded(piece.uptime),
        "up_s": round(piece.seconds[Kind.UP]),
        "down_s": round(piece.seconds[Kind.DOWN]),
        "unknown_s": round(piece.seconds[Kind.UNKNOWN]),
        "unwatched_s": round(piece.seconds[Kind.UNWATCHED]),
        "outages": piece.outages,
        "checks": piece.checks,
        "failures": piece.failures,
        "latency_least_ms": _rounded(piece.least),
        "latency_median_ms": _rounded(piece.median),
        "latency_most_ms": _rounded(piece.most),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _hours(text: str) -> timedelta:
    most = conf.history() // HOUR
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise ArgumentTypeError(
            f"“{text}” is not a number of hours from 1 to {most}, which is how long history is kept"
        )
    return int(text) * HOUR
