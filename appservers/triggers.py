"""The rules that span two rows, kept by the database itself.

1. A server of an outsourced domain has a public web FQDN.
2. The active server exists: it cannot be removed, and a server that is not there cannot become active.

They are put in place after every migrate, because SQLite loses triggers when a migration rebuilds a table.
"""

from typing import Any

from django.db import connections, transaction

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
TABLES = {"appservers_domain", "appservers_applicationserver"}


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
