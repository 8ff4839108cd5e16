from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "heliograph.monitor.advice"
    label = "advice"
