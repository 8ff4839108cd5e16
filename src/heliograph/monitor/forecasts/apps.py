from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    name = "heliograph.monitor.forecasts"
    label = "forecasts"
