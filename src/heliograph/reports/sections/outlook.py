"""Where measures are heading, and what to do: what the monitor says of it."""

from heliograph.reports.document import Section


def trends_section() -> Section:
    """Forecasts of what is measured."""
    return Section("Trends", reason="this version makes no forecasts")


def recommendations_section() -> Section:
    """Advice that stands."""
    return Section("Recommendations", reason="this version gives no advice")
