"""Administrators and Support may read the trail; whoever changed those roles since can take it from them."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = ("Administrators", "Support")
PERMISSION = {"content_type__app_label": "audit", "codename": "view_trail"}


def grant(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    app_config = apps.get_app_config("audit")
    # Permissions are made after the last migration as a rule; the roles need this one now.
    app_config.models_module = True
    create_permissions(app_config, apps=apps, using=using, verbosity=0)
    app_config.models_module = None
    permission = Permission.objects.using(using).get(**PERMISSION)
    for group in Group.objects.using(using).filter(name__in=ROLES):
        group.permissions.add(permission)


def revoke(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias).filter(**PERMISSION).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("access", "0002_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
