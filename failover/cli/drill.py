"""`failover drill`: fail over for practice, in a shadow or for real."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from appservers.models import Domain, Role
from common.callers import caller
from common.tables import Row, rendered
from failover import conf
from failover.cli.words import Exit, add_format, certain, named_domain
from failover.clock import SystemClock
from failover.drill import Telling, shadow, there_and_back, would_tell
from failover.exceptions import NotPossible, SwitchRefused

HELP = "play a failure of the active server through the real decisions, or switch and come back for real"
SHADOW = ("after", "at", "state", "code", "sentence", "forecast")
LONGEST_STAY = 3600
REAL = ("epoch", "from", "to", "at", "took")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, and whether it is for real."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--real", action="store_true", help="switch to the other server and back; calls drop twice")
    parser.add_argument(
        "--stay", type=_stay, default=30.0, help="seconds on the other server in a real drill, up to an hour (30)"
    )
    parser.add_argument("--reason", default="", help="why; needed for a real drill")
    parser.add_argument("--yes", action="store_true", help="a real drill is meant")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print what would happen, or what was done; exit code 20 when the domain would not switch, or did not."""
    return _real(options) if options["real"] else _shadow(options)


def _shadow(options: dict[str, Any]) -> tuple[str, int]:
    clock = SystemClock()
    try:
        played = shadow(domain=named_domain(options), pace=conf.pace(), clock=clock)
    except NotPossible as problem:
        raise CommandError(str(problem), returncode=Exit.WRONG_CALL) from problem
    rows: list[Row] = [
        {
            "after": f"{step.at:.1f}",
            "at": played.moment(step),
            "state": str(step.decision.state),
            "code": str(step.decision.code),
            "sentence": step.decision.sentence,
            "forecast": step.decision.forecast,
        }
        for step in played.steps
    ]
    rows += [_telling(telling, played.moment(telling.step)) for telling in would_tell(played)]
    return rendered(rows, SHADOW, options["format"], width=200), Exit.DONE if played.switches else Exit.REFUSED


def _telling(telling: Telling, at: datetime) -> Row:
    return {
        "after": f"{telling.step.at:.1f}",
        "at": at,
        "state": "notice",
        "code": telling.kind.value,
        "sentence": f"would tell: {telling.subscriber}: {telling.subject}",
        "forecast": "",
    }


def _real(options: dict[str, Any]) -> tuple[str, int]:
    domain = named_domain(options)
    if not options["yes"]:
        raise CommandError("Calls drop twice. Add --yes if the drill is meant.", returncode=Exit.WRONG_CALL)
    before = domain.epoch
    try:
        with certain():
            passages = there_and_back(
                domain=domain,
                stay=options["stay"],
                actor_name=caller(),
                reason=options["reason"],
                wait=time.sleep,
                clock=SystemClock(),
            )
    except SwitchRefused as refused:
        there = Domain.objects.filter(pk=domain.pk, epoch__gt=before).first()
        stays = f" {Role(there.active_role).label} stays active (epoch {there.epoch})." if there else ""
        raise CommandError(f"{domain.name}: {refused}{stays} [{refused.code}]", returncode=Exit.REFUSED) from refused
    rows: list[Row] = [
        {
            "epoch": passage.event.epoch,
            "from": passage.event.from_role,
            "to": passage.event.to_role,
            "at": passage.event.at,
            "took": f"{passage.seconds:.3f}",
        }
        for passage in passages
    ]
    return rendered(rows, REAL, options["format"]), Exit.DONE


def _stay(text: str) -> float:
    """Seconds that can be waited: the drill must come back."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_STAY:
        raise ArgumentTypeError(f"“{text}” is not a number of seconds from 0 to {LONGEST_STAY}")
    return seconds
