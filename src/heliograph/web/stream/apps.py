from django.apps import AppConfig


class StreamConfig(AppConfig):
    name = "heliograph.web.stream"
    label = "stream"
