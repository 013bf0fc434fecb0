"""Whoever sees what the monitor knows also sees pauses, holds, scheduled switches and findings."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

from access.roles import ROLES, holds

NEW = ("pause", "hold", "scheduledswitch", "finding")


def grant(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    app_config = apps.get_app_config("failover")
    # Permissions are made after the last migration as a rule; the roles need them now.
    app_config.models_module = True
    create_permissions(app_config, apps=apps, using=using, verbosity=0)
    app_config.models_module = None
    permissions = Permission.objects.using(using).filter(
        content_type__app_label="failover", content_type__model__in=NEW
    )
    for role, grants in ROLES.items():
        for group in Group.objects.using(using).filter(name=role):  # it may have been removed since
            group.permissions.add(
                *(one for one in permissions if any(holds(wide, "failover", one.codename) for wide in grants))
            )


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_history_of_people"),
        ("failover", "0003_pauses_holds_schedules_votes"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
