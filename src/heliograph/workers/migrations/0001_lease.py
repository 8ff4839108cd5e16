from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = ()

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("epoch", models.BigIntegerField(default=0)),
                ("holder", models.CharField(max_length=128)),
                ("taken_at", models.DateTimeField()),
            ],
        ),
    ]
