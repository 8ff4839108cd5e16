from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "heliograph.accounts"
    default_auto_field = "django.db.models.BigAutoField"
