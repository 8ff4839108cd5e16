from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "heliograph.web"

    def ready(self) -> None:
        """Let the audit trail hear who comes in, and messages carry the pictures that the pages show."""
        from heliograph.notices.pictures import draw_with
        from heliograph.web.accounts.trail import listen
        from heliograph.web.pictured import pictured

        listen()
        draw_with(pictured)
