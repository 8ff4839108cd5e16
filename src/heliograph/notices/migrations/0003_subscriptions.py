import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_leases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=48)),
                ("subject", models.CharField(max_length=96)),
                ("payload", models.JSONField()),
                ("since", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=48)),
                ("topic", models.CharField(max_length=48)),
                ("subject", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Single"),
                            ("many", "Many"),
                            ("digest", "Digest"),
                            ("quiet", "Quiet"),
                            ("test", "Test"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("notices", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("sent", "Sent"), ("failed", "Failed")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("epoch", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audience", models.CharField(blank=True, default="", max_length=64)),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48), blank=True, default=list, size=None
                    ),
                ),
                (
                    "strategies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=128), blank=True, default=list, size=None
                    ),
                ),
                (
                    "instruments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=128), blank=True, default=list, size=None
                    ),
                ),
                ("least_confidence", models.FloatField(blank=True, null=True)),
                (
                    "side",
                    models.CharField(
                        blank=True, choices=[("long", "Long"), ("short", "Short")], default="", max_length=5
                    ),
                ),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                (
                    "quiet_but",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48), blank=True, default=list, size=None
                    ),
                ),
                ("zone", models.CharField(default="UTC", max_length=64)),
                ("digest_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("digest_at", models.TimeField(blank=True, null=True)),
                ("per_minute", models.PositiveIntegerField(blank=True, null=True)),
                ("paused", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Try",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("unreached", "Unreached"),
                            ("gone", "Gone"),
                        ],
                        max_length=9,
                    ),
                ),
                ("error", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_due",
        ),
        migrations.AddField(
            model_name="channel",
            name="audience",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="delivery",
            name="held",
            field=models.CharField(
                blank=True,
                choices=[("", "Not"), ("many", "Many"), ("digest", "Digest"), ("quiet", "Quiet")],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="episode",
            constraint=models.UniqueConstraint(fields=("topic", "subject"), name="one_episode_at_a_time"),
        ),
        migrations.AddField(
            model_name="sending",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sendings",
                to="notices.channel",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="sending",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notices.sending",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="notices.channel",
            ),
        ),
        migrations.AddField(
            model_name="sending",
            name="subscription",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sendings",
                to="notices.subscription",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="subscription",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deliveries",
                to="notices.subscription",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("sending", None), ("state", "pending")),
                fields=["channel", "notice"],
                name="delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["-id"], name="delivery_failed"
            ),
        ),
        migrations.AddField(
            model_name="try",
            name="sending",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="log", to="notices.sending"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_until", None)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="quiet_has_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_minutes", None), ("digest_at", None), _connector="OR"),
                name="one_kind_of_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="sending",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["channel", "id"], name="sending_due"
            ),
        ),
        migrations.AddIndex(
            model_name="sending",
            index=models.Index(fields=["channel", "-made_at"], name="sending_of_channel"),
        ),
        migrations.AddIndex(
            model_name="sending",
            index=models.Index(fields=["state", "-made_at"], name="sending_by_state"),
        ),
        migrations.AddConstraint(
            model_name="sending",
            constraint=models.UniqueConstraint(fields=("channel", "key"), name="one_sending"),
        ),
    ]
