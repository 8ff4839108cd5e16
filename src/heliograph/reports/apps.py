"""What signals were worth: sums that the database keeps, the answers that rest on them, and reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "heliograph.reports"
    label = "reports"

    def ready(self) -> None:
        """Let letters carry the reports that they tell of."""
        from heliograph.notices.attachments import attach_with
        from heliograph.reports.deliver import attached

        attach_with(attached)
