"""How complete and how sound the candles of the period are."""

from heliograph.reports.document import Section
from heliograph.reports.periods import Period


def quality_section(period: Period) -> Section:
    """By venue, and the series that are worst."""
    return Section("Data quality", reason="the quality of that time was not kept")
