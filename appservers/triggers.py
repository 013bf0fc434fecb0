"""The rules that span two rows, kept by the database itself.

1. A server of an outsourced domain has a public web FQDN.
2. The active server exists: it cannot be removed, and a server that is not there cannot become active.
3. Every write of a domain or a server counts in the one row of Revision, at the end of its statement. The row stays
   locked until the transaction ends, so whoever writes several domains locks them all before the first write.

They are put in place after every migrate. SQLite loses triggers when a migration rebuilds their table, and refuses to
rebuild a table that another one's trigger speaks of. So there they are all taken away before a migrate that has
something to do; should that fail half way, they come back with the next one that succeeds.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from common.news import NOTIFY

PUBLIC_NEEDED = "an outsourced domain needs a public web FQDN on each server"
ACTIVE_STAYS = "the active server cannot be removed"
ACTIVE_EXISTS = "a server that does not exist cannot be active"

# name -> (event, the condition under which the rule is broken, the rule)
RULES = {
    "server_public_insert": (
        "INSERT ON appservers_applicationserver",
        "NEW.public_web_fqdn = '' AND EXISTS (SELECT 1 FROM appservers_domain WHERE id = NEW.domain_id AND outsource)",
        PUBLIC_NEEDED,
    ),
    "server_public_update": (
        "UPDATE ON appservers_applicationserver",
        "NEW.public_web_fqdn = '' AND EXISTS (SELECT 1 FROM appservers_domain WHERE id = NEW.domain_id AND outsource)",
        PUBLIC_NEEDED,
    ),
    "domain_outsource_update": (
        "UPDATE ON appservers_domain",
        "NEW.outsource AND EXISTS"
        " (SELECT 1 FROM appservers_applicationserver WHERE domain_id = NEW.id AND public_web_fqdn = '')",
        PUBLIC_NEEDED,
    ),
    "server_active_delete": (
        "DELETE ON appservers_applicationserver",
        "EXISTS (SELECT 1 FROM appservers_domain WHERE id = OLD.domain_id AND active_role = OLD.role)",
        ACTIVE_STAYS,
    ),
    "domain_active_update": (
        "UPDATE ON appservers_domain",
        "NEW.active_role <> OLD.active_role AND NEW.active_role <> '' AND NOT EXISTS"
        " (SELECT 1 FROM appservers_applicationserver WHERE domain_id = NEW.id AND role = NEW.active_role)",
        ACTIVE_EXISTS,
    ),
}

# vendor -> the statements that put one rule in place, in place of an older one of the same name
STATEMENTS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS {name}",
        "CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {broken} BEGIN SELECT RAISE(ABORT, '{rule}'); END",
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {broken} THEN RAISE EXCEPTION '{rule}' USING ERRCODE = 'check_violation'; END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END $$
        """,
        "DROP TRIGGER IF EXISTS {name} ON {table}",
        "CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ),
}
WATCHED = ("appservers_domain", "appservers_applicationserver")
COUNT = "UPDATE appservers_revision SET number = number + 1 WHERE id = 1"

# vendor -> the statements that count the writes of one table
COUNTING = {
    "sqlite": tuple(
        statement
        for event in ("insert", "update", "delete")
        for statement in (
            f"DROP TRIGGER IF EXISTS {{table}}_counts_{event}",
            f"CREATE TRIGGER {{table}}_counts_{event} AFTER {event.upper()} ON {{table}} BEGIN {COUNT}; END",
        )
    ),
    "postgresql": (
        f"""
        CREATE OR REPLACE FUNCTION {{table}}_counts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {COUNT}; {NOTIFY}; RETURN NULL; END $$
        """,
        "DROP TRIGGER IF EXISTS {table}_counts ON {table}",
        "CREATE TRIGGER {table}_counts AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION {table}_counts()",
    ),
}
TABLES = {*WATCHED, "appservers_revision"}


def take_away(*, using: str, plan: Sequence[Any], **_: Any) -> None:
    """Remove all triggers of SQLite, those of other apps too, which also come back; a receiver of pre_migrate."""
    connection = connections[using]
    if connection.vendor == "sqlite" and plan:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")


def install(*, using: str, **_: Any) -> None:
    """Put the rules in place; a receiver of post_migrate."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if not set(connection.introspection.table_names(cursor)) >= TABLES:
            return  # only some apps were migrated, or appservers was migrated back to nothing
        for name, (event, broken, rule) in RULES.items():
            table = event.rpartition(" ")[2]
            for statement in STATEMENTS[connection.vendor]:
                cursor.execute(statement.format(name=name, event=event, broken=broken, rule=rule, table=table))
        for table in WATCHED:
            for statement in COUNTING[connection.vendor]:
                cursor.execute(statement.format(table=table))
        cursor.execute("INSERT INTO appservers_revision (id, number) VALUES (1, 0) ON CONFLICT (id) DO NOTHING")
