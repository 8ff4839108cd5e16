"""What moved to subscriptions and to sendings is no longer kept with channels and deliveries."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_fill_subscriptions")]

    operations = [
        migrations.RemoveField(
            model_name="channel",
            name="topics",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="epoch",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="sent_at",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="tries",
        ),
    ]
