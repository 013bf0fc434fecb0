"""What the roles hold of dial rules, of emergencies and of the API's tokens."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

from access.roles import ROLES, holds

NEW = {"api": None, "dialrules": None, "appservers": ("declare_emergency", "view_emergency")}


def is_new(permission: Any) -> bool:
    """Whether this version brought the permission; what administrators did about older ones stays as it is."""
    app = permission.content_type.app_label
    return app in NEW and (NEW[app] is None or permission.codename in NEW[app])


def grant(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for app_config in apps.get_app_configs():
        app_config.models_module = True
        create_permissions(app_config, apps=apps, using=using, verbosity=0)
        app_config.models_module = None
    permissions = [one for one in Permission.objects.using(using).select_related("content_type") if is_new(one)]
    for group in Group.objects.using(using).filter(name__in=ROLES):
        group.permissions.add(
            *(
                one
                for one in permissions
                if any(holds(grant, one.content_type.app_label, one.codename) for grant in ROLES[group.name])
            )
        )


def take_back(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    permissions = [one for one in Permission.objects.using(using).select_related("content_type") if is_new(one)]
    for group in Group.objects.using(using).filter(name__in=ROLES):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_roles_see_orders"),
        ("api", "0001_tokens"),
        ("appservers", "0005_emergencies"),
        ("dialrules", "0001_initial"),
    ]

    operations = [migrations.RunPython(grant, take_back)]
