"""Queries that are compiled once: over ten tables that takes Django as long as all else that a page asks for.

PostgreSQL keeps them, too: to plan such a query takes it longer than to answer it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.models import QuerySet
from psycopg2.errorcodes import DUPLICATE_PREPARED_STATEMENT, FEATURE_NOT_SUPPORTED, INVALID_SQL_STATEMENT_NAME
from psycopg2.extensions import AsIs

# The names of the statements that each connection is known to keep.
_KEPT: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Statement(NamedTuple):
    """What PostgreSQL is told once, and what it is told each time; with the stand-ins as they are numbered there."""

    name: str
    prepare: str
    execute: str
    order: list[Any]


class Prepared:
    """A query in which values are put later.

    It is made with stand-ins where they belong: values that are equal to no other parameter of it, and that the fields
    can hold; Django leaves out what is true of every value.
    """

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self._query = query.query
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._parameters = compiler.as_sql()
        self._columns = [column for column, _, _ in compiler.select]
        self._statement: Statement | None = None

    def rows(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """What the database answers, with each stand-in replaced by its value."""
        with connection.cursor() as cursor:
            # In a transaction the second try of what the database does not keep would come too late.
            if connection.vendor == "postgresql" and not connection.in_atomic_block:
                self._execute(cursor, values)
            else:
                cursor.execute(self._sql, [values.get(parameter, parameter) for parameter in self._parameters])
            found: Iterable[Any] = cursor.fetchall()
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)  # what turns values into ours belongs to a connection
        if converters := compiler.get_converters(self._columns):
            found = compiler.apply_converters(found, converters)
        return [tuple(row) for row in found]

    def _execute(self, cursor: Any, values: Mapping[Any, Any]) -> None:
        """By the plan that PostgreSQL keeps. Behind a pooler a connection may lack what it had, or have what is new."""
        if self._statement is None:
            self._statement = _statement(cursor, self._sql, self._parameters, values)
        name, prepare, execute, order = self._statement
        kept = _KEPT.setdefault(connection.connection, set())
        given = [values[stand_in] for stand_in in order]
        first, otherwise = prepare + execute, {DUPLICATE_PREPARED_STATEMENT: execute}
        if name in kept:
            anew = f"DEALLOCATE {name}; {prepare}{execute}"  # a migration changed the type of a column
            first, otherwise = execute, {INVALID_SQL_STATEMENT_NAME: prepare + execute, FEATURE_NOT_SUPPORTED: anew}
        try:
            cursor.execute(first, given)
        except DatabaseError as error:
            remedy = otherwise.get(getattr(error.__cause__, "pgcode", ""))
            if remedy is None:
                raise
            cursor.execute(remedy, given)
        kept.add(name)


def _statement(cursor: Any, sql: str, parameters: Sequence[Any], values: Mapping[Any, Any]) -> Statement:
    order = [stand_in for stand_in in values if stand_in in parameters]
    numbered = {stand_in: AsIs(f"${number}") for number, stand_in in enumerate(order, start=1)}
    text = cursor.mogrify(sql, [numbered.get(parameter, parameter) for parameter in parameters]).decode()
    name = f"p_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    given = f" ({', '.join(['%s'] * len(order))})" if order else ""
    return Statement(name, f"PREPARE {name} AS {text.replace('%', '%%')}; ", f"EXECUTE {name}{given}", order)
