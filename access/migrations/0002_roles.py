"""The roles that every installation starts with, as groups."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

from access.roles import ROLES, holds


def make_roles(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for app_config in apps.get_app_configs():
        # Permissions are made after the last migration as a rule; the roles need them now.
        app_config.models_module = True
        create_permissions(app_config, apps=apps, using=using, verbosity=0)
        app_config.models_module = None
    permissions = list(Permission.objects.using(using).select_related("content_type"))
    for role, grants in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(
            *(
                permission
                for permission in permissions
                if any(holds(grant, permission.content_type.app_label, permission.codename) for grant in grants)
            )
        )


def drop_roles(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("appservers", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("failover", "0001_initial"),
        ("updatelinks", "0001_initial"),
        ("versioncontrol", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, drop_roles)]
