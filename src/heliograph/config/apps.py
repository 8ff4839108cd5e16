from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "heliograph.config"

    def ready(self) -> None:
        """Register the checks that run when web, worker and beat start."""
        from heliograph.config import checks

        checks.register_all()
