from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "heliograph.config"

    def ready(self) -> None:
        """Register the checks that run when web, worker and beat start, and tell who is to be told."""
        from heliograph.config import checks, tracing

        checks.register_all()
        tracing.begin()
