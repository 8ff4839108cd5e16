from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "heliograph.web"

    def ready(self) -> None:
        """Let the audit trail hear who comes in."""
        from heliograph.web.accounts.trail import listen

        listen()
