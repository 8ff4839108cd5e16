from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "heliograph.notices"
    default_auto_field = "django.db.models.BigAutoField"
