"""Questions as they stand in a WSGI environment, and their answers from memory; None where Django has to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote_plus

from api import telling
from api.callers import usable_to
from api.deciding import Question
from api.directory import Directory, Kept
from api.memory import Memory
from api.remembering import body_of
from api.schemas import ServerRole
from api.snapshot import EVER, Snapshot, Watched
from api.telling import Told
from api.tokens import MARK
from appservers.fields import fold
from dialrules.numbers import cleaned_number
from dialrules.routing import Direction
from updatelinks.networks import Network
from versioncontrol.patterns import Unfit, cleaned_version

LONGEST_QUERY = 1000
MOST_PARAMETERS = 8
MOST_QUERIES = 4096  # that are remembered as they were read
LONGEST_EPOCH = 18  # digits
A_TOKEN = f"{MARK}_"
Environ = dict[str, Any]
Source = TypeVar("Source")


class Sources(NamedTuple):
    """What is held in memory."""

    watched: Watched
    directory: Kept


# What an answer is made of, where those that were made of it are remembered, and the moment of a decision.
Ground = tuple[Source, Memory[Any], datetime]


class Reply(NamedTuple):
    """An answer; of a decision also the question, and the agent that stands in its midst."""

    told: Told
    question: Question | None = None
    agent: str = ""


class Kind(NamedTuple):
    """How questions of one kind are answered: by what, as it is now, and how. `agents` ask for themselves."""

    ground: Callable[[Sources], Ground[Any] | None]
    answer: Callable[[Environ, Any, str, str], Reply | None]
    agents: bool = False

    def parts(self, query: str) -> tuple[str, str | None]:
        """What many agents ask alike, and the agent behind it, if it stands there alone and all of it is plain but for
        the number of parameters, at which whoever answers `shared` looks."""
        if self.agents:
            shared, found, agent = query.partition("&agent=")
            if found and "&" not in agent and _short_and_safe(query):
                return shared, unquote_plus(agent) if "%" in agent or "+" in agent else agent
        return query, None


def decisions(sources: Sources) -> Ground[Snapshot] | None:
    """Rules and links."""
    snapshot, now = sources.watched.fresh(), datetime.now(UTC)
    return None if snapshot is None else (snapshot, snapshot.answers(now).told, now)


def servers(sources: Sources) -> Ground[Directory] | None:
    """Servers and dial rules."""
    directory = sources.directory.fresh()
    return None if directory is None else (directory, directory.told, EVER)


def admission(environ: Environ, ground: Ground[Snapshot], slug: str, query: str) -> Reply | None:
    """May this version connect."""
    (snapshot, _, now), asked = ground, _asked(query)
    site = snapshot.sites.get(slug)
    component = snapshot.components.get(asked.component) if asked else None
    if asked is None or site is None or component is None:
        return None
    question = Question(site, component, asked.version, usable_to(environ, site.outsource, asked.hint))
    return Reply(telling.admission(body_of(snapshot, question, now)), question, asked.agent)


def active(environ: Environ, ground: Ground[Directory], slug: str, query: str) -> Reply | None:
    """Which server is active; who waits, or knows more than memory does, asks the database."""
    entry, given = ground[0].entries.get(slug), _parameters(query, {"epoch", "wait", "network"})
    if entry is None or given is None or given.get("wait", "0") != "0":
        return None
    epoch = given.get("epoch", "0")
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= LONGEST_EPOCH and int(epoch) <= entry.epoch):
        return None
    try:
        networks = usable_to(environ, entry.outsource, _hint(given))
    except ValueError:
        return None
    return Reply(telling.active_told(*telling.active(entry, networks), environ.get("HTTP_IF_NONE_MATCH", "")))


def is_active(environ: Environ, ground: Ground[Directory], slug: str, query: str) -> Reply | None:
    """Whether a server is the active one."""
    entry, given = ground[0].entries.get(slug), _parameters(query, {"role"})
    if entry is None or given is None or given.get("role") not in entry.servers:
        return None
    return Reply(telling.is_active(entry, ServerRole(given["role"])))


def route(environ: Environ, ground: Ground[Directory], slug: str, query: str) -> Reply | None:
    """Where a call goes."""
    entry, given = ground[0].entries.get(slug), _parameters(query, {"direction", "number"})
    if entry is None or given is None:
        return None
    try:
        return Reply(telling.routed(entry, Direction(given["direction"]), cleaned_number(given["number"])))
    except (KeyError, ValueError):
        return None


QUESTIONS = {
    "admission": Kind(decisions, admission, agents=True),
    "active": Kind(servers, active),
    "is-active": Kind(servers, is_active),
    "route": Kind(servers, route),
}


def plain(query: str) -> bool:
    """Whether a query is short and reads the same to everybody; others are left to Django."""
    return _short_and_safe(query) and query.count("&") <= MOST_PARAMETERS


def _short_and_safe(query: str) -> bool:
    return len(query) <= LONGEST_QUERY and query.isascii() and A_TOKEN not in query


def _parameters(query: str, names: set[str]) -> dict[str, str] | None:
    """The query, if it has none but these parameters."""
    given = _parsed(query)
    return None if given.keys() - names else given


@lru_cache(maxsize=MOST_QUERIES)
def _parsed(query: str) -> dict[str, str]:
    return dict(parse_qsl(query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed question about a version, as the query has it; the component's name is folded."""

    component: str
    version: str
    hint: Network | None
    agent: str


@lru_cache(maxsize=MOST_QUERIES)
def _asked(query: str) -> Asked | None:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if "version" not in given or given.keys() - {"component", "version", "network", "agent"}:
        return None
    try:
        version, hint = cleaned_version(given["version"]), _hint(given)
    except (Unfit, ValueError):
        return None
    return Asked(fold(given.get("component", "")), version, hint, given.get("agent", ""))


def _hint(given: dict[str, str]) -> Network | None:
    return Network(given["network"]) if "network" in given else None
