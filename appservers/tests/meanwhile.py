"""What somebody else does at the worst moment: after a page has read, before it writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def meanwhile(act: Callable[[], object], *, before: str = "SAVEPOINT", skip: int = 0) -> Iterator[None]:
    """Run `act` once, before the first statement after `skip` that starts with `before`; SAVEPOINT opens a write."""
    waiting: list[Callable[[], object]] = [act, *(lambda: None for _ in range(skip))]

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and sql.startswith(before):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not waiting
