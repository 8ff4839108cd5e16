import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("market", "0002_candle_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="Signal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bar_time", models.DateTimeField()),
                ("side", models.CharField(choices=[("long", "Long"), ("short", "Short")], max_length=5)),
                (
                    "state",
                    models.CharField(
                        choices=[("published", "Published"), ("rejected", "Rejected")], max_length=9
                    ),
                ),
                ("reason", models.CharField(default="", max_length=24)),
                ("detail", models.TextField(default="")),
                ("close", models.FloatField()),
                ("stop", models.FloatField(null=True)),
                (
                    "targets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), default=list, size=None
                    ),
                ),
                ("confidence", models.FloatField(null=True)),
                ("reward_risk", models.FloatField(null=True)),
                ("historical", models.BooleanField()),
                ("late", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                (
                    "instrument",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals",
                        to="market.instrument",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Strategy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OutcomeRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("open", "Open"),
                            ("missed", "Missed"),
                            ("settled", "Settled"),
                            ("unresolved", "Unresolved"),
                            ("unscored", "Unscored"),
                        ],
                        max_length=10,
                    ),
                ),
                ("entry_time", models.DateTimeField(null=True)),
                ("entry_price", models.FloatField(null=True)),
                ("exit_time", models.DateTimeField(null=True)),
                ("exit_price", models.FloatField(null=True)),
                ("exit_reason", models.CharField(default="", max_length=10)),
                ("r", models.FloatField(null=True)),
                ("return_pct", models.FloatField(null=True)),
                ("cause", models.TextField()),
                ("found_at", models.DateTimeField()),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="signals.signal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StrategyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("timeframe", models.CharField(max_length=3)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("shadow", "Shadow"),
                            ("live", "Live"),
                            ("retired", "Retired"),
                        ],
                        default="shadow",
                        max_length=8,
                    ),
                ),
                ("origin", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "strategy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="signals.strategy",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="signal",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signals",
                to="signals.strategyversion",
            ),
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shard", models.PositiveIntegerField()),
                ("epoch", models.BigIntegerField(default=0)),
                (
                    "instruments",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "watermarks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "historical_until",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "amendments",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("slots", models.BinaryField(default=b"")),
                ("updated_at", models.DateTimeField()),
                ("venue", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="market.venue")),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="signals.strategyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
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
                        choices=[("advance", "Advance"), ("correction", "Correction")],
                        default="advance",
                        max_length=10,
                    ),
                ),
                ("first_bar", models.DateTimeField()),
                ("last_bar", models.DateTimeField()),
                ("instruments", models.PositiveIntegerField()),
                ("bars", models.PositiveBigIntegerField()),
                ("published", models.PositiveIntegerField()),
                ("rejected", models.PositiveIntegerField()),
                ("settled", models.PositiveIntegerField()),
                ("passed_over", models.PositiveIntegerField(default=0)),
                ("inputs_digest", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("duration_ms", models.FloatField()),
                (
                    "progress",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="signals.progress",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="signals.strategyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "signal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="outcome",
                        serialize=False,
                        to="signals.signal",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("open", "Open"),
                            ("missed", "Missed"),
                            ("settled", "Settled"),
                            ("unresolved", "Unresolved"),
                            ("unscored", "Unscored"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("entry_time", models.DateTimeField(null=True)),
                ("entry_price", models.FloatField(null=True)),
                ("exit_time", models.DateTimeField(null=True)),
                ("exit_price", models.FloatField(null=True)),
                ("exit_reason", models.CharField(default="", max_length=10)),
                ("r", models.FloatField(null=True)),
                ("return_pct", models.FloatField(null=True)),
                ("fees_pct", models.FloatField(null=True)),
                ("mfe_r", models.FloatField(null=True)),
                ("mae_r", models.FloatField(null=True)),
                ("bars_held", models.PositiveIntegerField(null=True)),
                ("parts", models.JSONField(default=list)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "-exit_time", "-signal"], name="outcome_by_state")],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "instruments",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "watermarks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("digest", models.CharField(max_length=64)),
                ("plan_digest", models.CharField(max_length=64)),
                ("state", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                (
                    "progress",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkpoints",
                        to="signals.progress",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["progress", "-id"], name="checkpoint_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="strategyversion",
            constraint=models.UniqueConstraint(fields=("strategy", "number"), name="one_version_number"),
        ),
        migrations.AddConstraint(
            model_name="strategyversion",
            constraint=models.UniqueConstraint(
                fields=("strategy", "digest", "origin"), name="one_version_per_text", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="strategyversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stage", "live")), fields=("strategy",), name="one_live_version"
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["-bar_time", "-id"], name="signal_newest"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["version", "-bar_time", "-id"], name="signal_of_version"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["instrument", "-bar_time", "-id"], name="signal_of_instrument"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(
                fields=("version", "instrument", "bar_time", "side"), name="one_signal_per_bar"
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("state", "published")),
                    models.Q(("state", "rejected"), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="rejected_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="progress",
            constraint=models.UniqueConstraint(
                fields=("version", "venue", "shard"), name="one_progress_per_shard"
            ),
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["progress", "-last_bar"], name="evaluation_of_bar"),
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["-started_at"], name="evaluation_newest"),
        ),
    ]
