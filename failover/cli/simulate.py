"""`failover simulate`: what another interval would have done with the recorded outages."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.utils import timezone

from appservers.models import LONGEST_INTERVAL
from common.tables import Row, rendered
from failover import conf
from failover.adviser import INTERVALS, advise
from failover.cli.words import Exit, above_zero, add_format, named_domain

HELP = "replay the recorded outages of the active server with other intervals"
LONGEST = LONGEST_INTERVAL // timedelta(minutes=1)
COLUMNS = ("interval_min", "current", "outages", "replayed", "switches", "needless", "downtime_s")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, the interval, how far back, and the format."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--interval", type=_minutes, metavar="M", help="minutes; a range of intervals without it")
    parser.add_argument("--days", type=_days, default=30, help="how far back (30)")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print a row for each interval; the domain's own is always among them."""
    asked = INTERVALS if options["interval"] is None else (options["interval"] * 60,)
    advice = advise(
        domain=named_domain(options), days=options["days"], pace=conf.pace(), now=timezone.now(), intervals=asked
    )
    rows: list[Row] = [
        {
            "interval_min": float(choice.minutes),
            "current": choice.current,
            "outages": advice.outages,
            "replayed": advice.replayed,
            "switches": choice.switches,
            "needless": choice.needless,
            "downtime_s": round(choice.downtime),
        }
        for choice in advice.choices
    ]
    return rendered(rows, COLUMNS, options["format"]), Exit.DONE


def _minutes(text: str) -> float:
    """An interval."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes <= LONGEST:
        raise ArgumentTypeError(f"“{text}” is not a number of minutes from 0 to {LONGEST}")
    return minutes


def _days(text: str) -> int:
    """How far back there may be records."""
    return min(above_zero(text), conf.LONGEST_HISTORY.days)
