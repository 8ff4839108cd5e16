from django.apps import AppConfig


class ResearchConfig(AppConfig):
    name = "heliograph.research"
    default_auto_field = "django.db.models.BigAutoField"
