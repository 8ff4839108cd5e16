"""What signals were worth: sums that the database keeps, and the answers that rest on them."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "heliograph.reports"
    label = "reports"
