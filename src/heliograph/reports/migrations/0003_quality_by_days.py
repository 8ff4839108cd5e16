"""The quality of data by days."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0006_undo"),
        ("reports", "0002_kept_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="QualityDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("expected", models.PositiveIntegerField()),
                ("stored", models.PositiveIntegerField()),
                ("gaps", models.PositiveIntegerField()),
                ("timed", models.PositiveIntegerField()),
                ("timely", models.PositiveIntegerField()),
                ("revised", models.PositiveIntegerField()),
                ("judged", models.PositiveIntegerField()),
                ("implausible", models.PositiveIntegerField()),
                ("duplicates", models.FloatField()),
                ("measured_at", models.DateTimeField()),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_days",
                        to="market.series",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "series"), name="one_quality_of_a_day")
                ],
            },
        ),
    ]
