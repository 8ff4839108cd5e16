from django.apps import AppConfig


class TuningConfig(AppConfig):
    name = "heliograph.monitor.tuning"
    label = "tuning"
