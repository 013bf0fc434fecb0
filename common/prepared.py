"""Queries that are compiled once: over ten tables that takes Django as long as all else that a page asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet


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

    def rows(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """What the database answers, with each stand-in replaced by its value."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [values.get(parameter, parameter) for parameter in self._parameters])
            found: Iterable[Any] = cursor.fetchall()
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)  # what turns values into ours belongs to a connection
        if converters := compiler.get_converters(self._columns):
            found = compiler.apply_converters(found, converters)
        return [tuple(row) for row in found]
