from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "heliograph.fleet"
    default_auto_field = "django.db.models.BigAutoField"
