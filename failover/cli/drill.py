"""`failover drill`: fail over for practice, in a shadow or for real."""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from appservers.models import Domain, Role
from common.callers import caller
from common.tables import Row, rendered
from failover import conf
from failover.cli.words import Exit, add_format, named_domain, refusal_code
from failover.clock import SystemClock
from failover.drill import Passage, Telling, shadow, there_and_back, would_tell
from failover.exceptions import NotPossible, SwitchRefused, SwitchUncertain

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
    """Print what would happen, or what was done; 20 when it would not switch, the exit codes of `switch` for real."""
    return for_real(options, time.sleep) if options["real"] else _shadow(options)


def _shadow(options: dict[str, Any]) -> tuple[str, int]:
    clock = SystemClock()
    try:
        played = shadow(domain=named_domain(options), pace=conf.pace(), clock=clock)
    except NotPossible as problem:
        raise CommandError(str(problem), returncode=Exit.WRONG_CALL) from problem
    rows: list[Row] = [
        {
            "after": round(step.at, 1),
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
        "after": round(telling.step.at, 1),
        "at": at,
        "state": "notice",
        "code": telling.kind.value,
        "sentence": f"would tell: {telling.subscriber}: {telling.subject}",
        "forecast": "",
    }


def for_real(options: dict[str, Any], wait: Callable[[float], object]) -> tuple[str, int]:
    """Switch and come back; what was done is printed also when the rest was refused."""
    domain = named_domain(options)
    if not options["yes"]:
        raise CommandError("Calls drop twice. Add --yes if the drill is meant.", returncode=Exit.WRONG_CALL)
    passages: list[Passage] = []
    try:
        for passage in there_and_back(
            domain=domain,
            stay=options["stay"],
            actor_name=caller(),
            reason=options["reason"],
            wait=wait,
            clock=SystemClock(),
        ):
            passages.append(passage)
    except SwitchRefused as refused:
        told, code = f"{refused}{_stays(domain)} [{refused.code}]", refusal_code(refused)
    except SwitchUncertain as uncertain:
        told, code = str(uncertain), Exit.UNCERTAIN
    except KeyboardInterrupt:
        told, code = f"interrupted.{_stays(domain)}", Exit.INTERRUPTED
    else:
        return _times(passages, options), Exit.DONE
    if not passages:
        raise CommandError(f"{domain.name}: {told}", returncode=code)
    sys.stderr.write(f"{domain.name}: {told}\n")
    return _times(passages, options), code


def _stays(domain: Domain) -> str:
    """Which server is left active where that is not the one that was active before."""
    there = Domain.objects.filter(pk=domain.pk, epoch__gt=domain.epoch).exclude(active_role=domain.active_role).first()
    return f" {Role(there.active_role).label} stays active (epoch {there.epoch})." if there else ""


def _times(passages: list[Passage], options: dict[str, Any]) -> str:
    rows: list[Row] = [
        {
            "epoch": passage.event.epoch,
            "from": passage.event.from_role,
            "to": passage.event.to_role,
            "at": passage.event.at,
            "took": round(passage.seconds, 3),
        }
        for passage in passages
    ]
    return rendered(rows, REAL, options["format"])


def _stay(text: str) -> float:
    """Seconds that can be waited: the drill must come back."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_STAY:
        raise ArgumentTypeError(f"“{text}” is not a number of seconds from 0 to {LONGEST_STAY}")
    return seconds
