"""Who may look at version rules may look at what came with them; who may change those may change these."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

MODELS = ("versionpolicy", "componentmode", "acknowledgement", "sighting")
ACTIONS = ("view", "add", "change", "delete")


def grant(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    app_config = apps.get_app_config("versioncontrol")
    # Permissions are made after the last migration as a rule; the roles need them now.
    app_config.models_module = True
    create_permissions(app_config, apps=apps, using=using, verbosity=0)
    app_config.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    permissions = Permission.objects.using(using).filter(content_type__app_label="versioncontrol")
    for action in ACTIONS:
        for group in Group.objects.using(using).filter(permissions__codename=f"{action}_versionrule"):
            group.permissions.add(*permissions.filter(codename__in=[f"{action}_{model}" for model in MODELS]))


class Migration(migrations.Migration):
    dependencies = [
        ("versioncontrol", "0004_revision_row"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
