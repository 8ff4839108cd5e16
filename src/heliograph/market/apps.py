from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "heliograph.market"
    default_auto_field = "django.db.models.BigAutoField"
