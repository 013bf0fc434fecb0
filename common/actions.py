"""What ties together what one action changed: an id that everything carries that is written because of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from common.requests import request_id, under_an_id


@dataclass(frozen=True, slots=True)
class Origin:
    """Who acts without a request, such as by a command, and how."""

    who: str
    what: str


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
_noters: list[Callable[[str], None]] = []


def note_by(noter: Callable[[str], None]) -> None:
    """Name the function that notes an action itself. The audit trail does so at the start; no app need know it."""
    _noters[:] = [noter]


def action_id() -> str:
    """The id for what is written now, noted first; empty where neither a request nor a command acts."""
    action = request_id()
    if action:
        for noter in _noters:
            noter(action)
    return action


def origin() -> Origin | None:
    """Who acts without a request."""
    return _origin.get()


@contextmanager
def acting(who: str, what: str) -> Iterator[None]:
    """What is written inside is one action of `who`, as if it were one request."""
    token = _origin.set(Origin(who, what))
    try:
        with under_an_id():
            yield
    finally:
        _origin.reset(token)
