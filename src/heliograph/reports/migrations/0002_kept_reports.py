"""Reports that are kept, and their schedules."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0005_work_taken_at"),
        ("notices", "0005_topics_of_subscriptions"),
        ("reports", "0001_sums"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audience", models.CharField(blank=True, default="", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hourly", "Hourly"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("monthly", "Monthly"),
                        ],
                        max_length=7,
                    ),
                ),
                ("zone", models.CharField(default="UTC", max_length=64)),
                (
                    "form",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("html", "Html"),
                            ("pdf", "Pdf"),
                            ("json", "Json"),
                            ("csv", "Csv"),
                            ("xlsx", "Xlsx"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                ("paused", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("done_until", models.DateTimeField()),
                (
                    "channel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_schedules",
                        to="notices.channel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoredReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hourly", "Hourly"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("monthly", "Monthly"),
                            ("custom", "Custom"),
                        ],
                        max_length=7,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("before", models.DateTimeField()),
                ("zone", models.CharField(default="UTC", max_length=64)),
                (
                    "strategies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "hidden",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("content", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="fleet.job",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="reports.reportschedule",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="report_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "until"), name="one_report_of_a_period"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("before__lt", models.F("since")), ("since__lt", models.F("until"))
                        ),
                        name="a_report_has_a_period",
                    ),
                ],
            },
        ),
    ]
