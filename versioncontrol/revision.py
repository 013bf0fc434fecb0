"""The number that grows with every change that can change an answer, in the transaction of the change.

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
COUNT = "UPDATE versioncontrol_revision SET number = number + 1"

# table -> the columns whose change counts; all when none is named. A switch of the active server changes no answer.
WATCHED: dict[str, tuple[str, ...]] = {
    "appservers_domain": ("name", "name_key", "slug", "outsource"),
    "versioncontrol_component": (),
    "versioncontrol_versionrule": (),
    "versioncontrol_versionpolicy": (),
    "versioncontrol_componentmode": (),
}


def current() -> int:
    """The number now; 0 on a database that has none yet."""
    return Revision.objects.order_by("pk").values_list("number", flat=True).first() or 0


def watch(table: str) -> None:
    """Let changes of another app's table count too."""
    WATCHED[table] = ()


def install(*, using: str, **_: Any) -> None:
    """Put the triggers in place; a receiver of post_migrate."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if TABLE not in present:
            return  # versioncontrol was migrated back to before it
        for table, columns in WATCHED.items():
            if table in present:
                for statement in STATEMENTS[connection.vendor](table, columns):
                    cursor.execute(statement)
        cursor.execute(f"INSERT INTO {TABLE} (id, number) VALUES (1, 1) ON CONFLICT (id) DO NOTHING")  # noqa: S608


def _sqlite(table: str, columns: tuple[str, ...]) -> list[str]:
    statements = []
    for event in ("INSERT", "UPDATE", "DELETE"):
        name, of = (
            f"{table}_versions_{event.lower()}",
            f"OF {', '.join(columns)}" if columns and event == "UPDATE" else "",
        )
        statements += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER {event} {of} ON {table} FOR EACH ROW BEGIN {COUNT}; END",
        ]
    return statements


def _postgresql(table: str, columns: tuple[str, ...]) -> list[str]:
    of = f"OF {', '.join(columns)}" if columns else ""
    function = f"{TABLE}_count"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {COUNT}; {NOTIFY}; RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {table}_versions ON {table}",
        f"CREATE TRIGGER {table}_versions AFTER INSERT OR DELETE OR UPDATE {of} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]


STATEMENTS = {"sqlite": _sqlite, "postgresql": _postgresql}
