"""Questions as they stand in a WSGI environment, and their answers from memory; None where Django has to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from django.utils import timezone

from api import telling
from api.callers import usable_to
from api.deciding import Question
from api.directory import Kept
from api.remembering import body_of, report_of
from api.schemas import ServerRole
from api.snapshot import Watched
from api.telling import Told
from api.tokens import MARK
from appservers.fields import fold
from dialrules.numbers import cleaned_number
from dialrules.routing import Direction
from updatelinks.networks import Network
from versioncontrol.patterns import Unfit, cleaned_version
from versioncontrol.sightings import Report

LONGEST_QUERY = 1000
MOST_PARAMETERS = 8
MOST_QUERIES = 4096  # that are remembered as they were read
LONGEST_EPOCH = 18  # digits
Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """What is held in memory."""

    watched: Watched
    directory: Kept


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; of a decision also who asked, to be noted down."""

    told: Told
    report: Report | None = None


def admission(environ: Environ, sources: Sources, slug: str) -> Reply | None:
    """May this version connect."""
    snapshot, query = sources.watched.fresh(), environ.get("QUERY_STRING", "")
    if snapshot is None or not _plain(query):
        return None
    # What stands before an agent's id is the same for many agents, and remembered as it was read.
    shared, last, agent = query.partition("&agent=")
    own = last and "&" not in agent
    asked = _asked(shared if own else query)
    site = snapshot.sites.get(slug)
    component = snapshot.components.get(asked.component) if asked else None
    if asked is None or site is None or component is None:
        return None
    question = Question(site, component, asked.version, usable_to(environ, site.outsource, asked.hint))
    who, now = unquote_plus(agent) if own else asked.agent, timezone.now()
    return Reply(telling.admission(body_of(snapshot, question, now)), report_of(question, who, now))


def active(environ: Environ, sources: Sources, slug: str) -> Reply | None:
    """Which server is active; who waits, or knows more than memory does, asks the database."""
    directory, given = sources.directory.fresh(), _parameters(environ, {"epoch", "wait", "network"})
    entry = directory.entries.get(slug) if directory else None
    if directory is None or entry is None or given is None or given.get("wait", "0") != "0":
        return None
    epoch = given.get("epoch", "0")
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= LONGEST_EPOCH and int(epoch) <= entry.epoch):
        return None
    try:
        networks = usable_to(environ, entry.outsource, _hint(given))
    except ValueError:
        return None
    known = directory.known.get((slug, networks))
    if known is None:
        known = directory.known[slug, networks] = telling.active(entry, networks)
    return Reply(telling.active_told(*known, environ.get("HTTP_IF_NONE_MATCH", "")))


def is_active(environ: Environ, sources: Sources, slug: str) -> Reply | None:
    """Whether a server is the active one."""
    directory, given = sources.directory.fresh(), _parameters(environ, {"role"})
    entry = directory.entries.get(slug) if directory else None
    if entry is None or given is None or given.get("role") not in entry.servers:
        return None
    return Reply(telling.is_active(entry, ServerRole(given["role"])))


def route(environ: Environ, sources: Sources, slug: str) -> Reply | None:
    """Where a call goes."""
    directory, given = sources.directory.fresh(), _parameters(environ, {"direction", "number"})
    entry = directory.entries.get(slug) if directory else None
    if entry is None or given is None:
        return None
    try:
        return Reply(telling.routed(entry, Direction(given["direction"]), cleaned_number(given["number"])))
    except (KeyError, ValueError):
        return None


QUESTIONS: dict[str, Callable[[Environ, Sources, str], Reply | None]] = {
    "admission": admission,
    "active": active,
    "is-active": is_active,
    "route": route,
}


def _parameters(environ: Environ, names: set[str]) -> dict[str, str] | None:
    """The query, if it is a plain one with none but these parameters."""
    query = environ.get("QUERY_STRING", "")
    given = _parsed(query) if _plain(query) else None
    return None if given is None or given.keys() - names else given


def _plain(query: str) -> bool:
    short = len(query) <= LONGEST_QUERY and query.count("&") <= MOST_PARAMETERS
    return short and query.isascii() and f"{MARK}_" not in query


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
