"""The one row of the revision."""

from typing import Any

from django.db import migrations


def make_row(apps: Any, schema_editor: Any) -> None:
    apps.get_model("versioncontrol", "Revision").objects.using(schema_editor.connection.alias).get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("versioncontrol", "0003_policies_and_sightings")]

    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]
