from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "heliograph.web"

    def ready(self) -> None:
        """Let messages carry the pictures that the pages show."""
        from heliograph.notices.pictures import draw_with
        from heliograph.web.pictured import pictured

        draw_with(pictured)
