from django.apps import AppConfig


class MonitorConfig(AppConfig):
    name = "heliograph.monitor"
    default_auto_field = "django.db.models.AutoField"
