from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('appservers', '0003_automatic_failover'),
    ]

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='revision_only_one_row')],
            },
        ),
    ]
