from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "heliograph.inbound"
    default_auto_field = "django.db.models.BigAutoField"
