"""The one row of the lease, in place before the first monitor starts."""

from typing import Any

from django.db import migrations


def make_row(apps: Any, schema_editor: Any) -> None:
    apps.get_model("failover", "Lease").objects.using(schema_editor.connection.alias).get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("failover", "0001_initial")]

    operations = [migrations.RunPython(make_row, migrations.RunPython.noop)]
