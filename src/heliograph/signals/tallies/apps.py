from django.apps import AppConfig


class TalliesConfig(AppConfig):
    name = "heliograph.signals.tallies"
    label = "tallies"
