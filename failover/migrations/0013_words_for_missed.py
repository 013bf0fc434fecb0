from django.db import migrations, models


class Migration(migrations.Migration):
    """A scheduled switch may be missed for more than one reason; the sentence says which."""

    dependencies = [
        ('failover', '0012_uptime_of_counts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scheduledswitch',
            name='outcome',
            field=models.CharField(
                blank=True,
                choices=[
                    ('made', 'Made'),
                    ('needless', 'The server was active already'),
                    ('missed', 'Not made in time'),
                    ('cancelled', 'Cancelled'),
                ],
                max_length=16,
            ),
        ),
    ]
