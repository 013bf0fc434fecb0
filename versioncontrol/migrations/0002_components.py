"""The components that every installation starts with."""

from typing import Any

from django.db import migrations

from appservers.fields import fold

COMPONENTS = (
    "Agent Application",
    "Supervisor Application",
    "Administrator Portal",
    "Contact Manager",
    "Recorder",
    "IVR Connector",
)


def add_components(apps: Any, schema_editor: Any) -> None:
    components = apps.get_model("versioncontrol", "Component").objects.using(schema_editor.connection.alias)
    for name in COMPONENTS:
        components.get_or_create(name_key=fold(name), defaults={"name": name})


def remove_components(apps: Any, schema_editor: Any) -> None:
    """Those that rules stand on stay; adding them again finds them."""
    components = apps.get_model("versioncontrol", "Component").objects.using(schema_editor.connection.alias)
    components.filter(name_key__in=[fold(name) for name in COMPONENTS], version_rules=None).delete()


class Migration(migrations.Migration):
    dependencies = [("versioncontrol", "0001_initial")]

    operations = [migrations.RunPython(add_components, remove_components)]
