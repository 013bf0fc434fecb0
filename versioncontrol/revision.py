"""The numbers that grow with every change that can change an answer, in the transaction of the change.

Answers about versions have one, answers about calls another: who edits a dial rule makes nobody compile version rules.

The database itself counts, so that no way of writing can forget to: the services, the Django admin, a cascade, SQL.
Like those of appservers the triggers are put in place after every migrate. Whoever holds answers in memory reads the
number first and then what it stands for: what changes in between is found at the next look. PostgreSQL also tells
whoever listens (common/news.py).

On PostgreSQL a count locks its row until the transaction ends, as the count of appservers does. Who writes a domain
takes that one first and this one second, in every transaction: the triggers of a statement fire in the order of their
names, and ours come later.
"""

from typing import Any

from django.db import connections, transaction

from common.news import NOTIFY
from versioncontrol.models import Revision

TABLE = Revision._meta.db_table
COUNT = "UPDATE versioncontrol_revision SET number = number + 1 WHERE id = "
VERSIONS, CALLS = 1, 2  # the rows

# table -> the row in which its changes count, and the columns whose change does; all when none is named. A switch of
# the active server changes no answer.
WATCHED: dict[str, tuple[int, tuple[str, ...]]] = {
    "appservers_domain": (VERSIONS, ("name", "name_key", "slug", "outsource")),
    "versioncontrol_component": (VERSIONS, ()),
    "versioncontrol_versionrule": (VERSIONS, ()),
    "versioncontrol_versionpolicy": (VERSIONS, ()),
    "versioncontrol_componentmode": (VERSIONS, ()),
}


def current(row: int = VERSIONS) -> int:
    """The number now; 0 on a database that has none yet."""
    return Revision.objects.filter(pk=row).values_list("number", flat=True).first() or 0


def watch(table: str, row: int = VERSIONS) -> None:
    """Let changes of another app's table count too."""
    WATCHED[table] = row, ()


def install(*, using: str, **_: Any) -> None:
    """Put the triggers in place; a receiver of post_migrate."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if TABLE not in present:
            return  # versioncontrol was migrated back to before it
        for table, (row, columns) in WATCHED.items():
            if table in present:
                for statement in STATEMENTS[connection.vendor](table, row, columns):
                    cursor.execute(statement)
        for row in (VERSIONS, CALLS):
            cursor.execute(f"INSERT INTO {TABLE} (id, number) VALUES ({row}, 1) ON CONFLICT (id) DO NOTHING")  # noqa: S608


def _sqlite(table: str, row: int, columns: tuple[str, ...]) -> list[str]:
    statements = []
    for event in ("INSERT", "UPDATE", "DELETE"):
        name, of = (
            f"{table}_versions_{event.lower()}",
            f"OF {', '.join(columns)}" if columns and event == "UPDATE" else "",
        )
        statements += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER {event} {of} ON {table} FOR EACH ROW BEGIN {COUNT}{row}; END",
        ]
    return statements


def _postgresql(table: str, row: int, columns: tuple[str, ...]) -> list[str]:
    of = f"OF {', '.join(columns)}" if columns else ""
    function = f"{TABLE}_count"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {COUNT}TG_ARGV[0]::int; {NOTIFY}; RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {table}_versions ON {table}",
        f"CREATE TRIGGER {table}_versions AFTER INSERT OR DELETE OR UPDATE {of} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}({row})",
    ]


STATEMENTS = {"sqlite": _sqlite, "postgresql": _postgresql}
