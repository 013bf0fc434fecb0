from django.db import migrations, models


class Migration(migrations.Migration):
    """How much a published count has grown by its monitor's own clock."""

    dependencies = [
        ('failover', '0011_refusal_inputs'),
    ]

    operations = [
        migrations.AddField(
            model_name='monitor',
            name='uptime',
            field=models.FloatField(db_default=0, default=0, verbose_name='seconds since it started'),
        ),
        migrations.AddField(
            model_name='finding',
            name='uptime',
            field=models.FloatField(
                db_default=0, default=0, verbose_name='that of the monitor when it was published'
            ),
        ),
    ]
