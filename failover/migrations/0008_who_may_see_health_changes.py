"""Everybody who may look at the monitors may look at the changes of health."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

NEW = {"content_type__app_label": "failover", "content_type__model": "healthchange"}
VIEW = {"codename": "view_healthchange"}
ROLES = {"Administrators": NEW, "Operators": NEW | VIEW, "Support": NEW | VIEW}


def grant(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    app_config = apps.get_app_config("failover")
    # Permissions are made after the last migration as a rule; the roles need these now.
    app_config.models_module = True
    create_permissions(app_config, apps=apps, using=using, verbosity=0)
    app_config.models_module = None
    for role, wanted in ROLES.items():
        for group in Group.objects.using(using).filter(name=role):
            group.permissions.add(*Permission.objects.using(using).filter(**wanted))


class Migration(migrations.Migration):
    dependencies = [
        ("failover", "0007_request_ids"),
        ("access", "0002_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
