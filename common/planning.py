"""How PostgreSQL plans the long queries of a page: the tables lie in memory, and the joins stand in a good order.

To find the best order of ten tables takes it longer than to read a page of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

IN_MEMORY = "SET LOCAL random_page_cost = 1.1; "
AS_WRITTEN = f"{IN_MEMORY}SET LOCAL join_collapse_limit = 1; "


@contextmanager
def planned(words: str) -> Iterator[None]:
    """Plan the queries so that run inside.

    Statements that are sent together are one transaction, and SET LOCAL ends with it; where one is open already, it
    would outlast the query, and is left out.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return

    def execute(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        return execute(words + sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
