from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "heliograph.monitor.alerts"
    label = "alerts"
