from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Measured over a million signals: a list of which few fit read them all."""

    # Signals are written while they are built.
    atomic = False

    dependencies = [("signals", "0007_external_versions")]

    operations = [
        AddIndexConcurrently(
            model_name="signal",
            index=models.Index(fields=["historical", "-bar_time", "-id"], name="signal_by_history"),
        ),
        AddIndexConcurrently(
            model_name="signal", index=models.Index(fields=["-confidence"], name="signal_by_confidence")
        ),
    ]
