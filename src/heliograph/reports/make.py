"""Makes a report: all sections of one period, from rows alone, so that the same rows give the same report."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from heliograph.kit.replica import from_replica
from heliograph.reports.document import Section, iso
from heliograph.reports.periods import Kind, Period
from heliograph.reports.sections.data_quality import quality_section
from heliograph.reports.sections.details import details_section
from heliograph.reports.sections.health import health_section
from heliograph.reports.sections.outlook import recommendations_section, trends_section
from heliograph.reports.sections.performance import performance_section
from heliograph.reports.sections.signals import signals_section
from heliograph.reports.summary import summary
from heliograph.signals.queries import Hidden

Said = Callable[[int, int], None]
TITLES = {
    Kind.HOURLY: "Hourly report",
    Kind.DAILY: "Daily report",
    Kind.WEEKLY: "Weekly report",
    Kind.MONTHLY: "Monthly report",
    Kind.CUSTOM: "Report",
}


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said of a period. `summary` are sentences; `sections` have names."""

    period: Period
    summary: tuple[str, ...]
    sections: Mapping[str, Section]

    @property
    def title(self) -> str:
        """What kind of report it is."""
        return TITLES[self.period.kind]

    def to_dict(self) -> dict[str, object]:
        """The same as plain values; see the reference of reports."""
        period = self.period
        told = {"kind": period.kind.value, "since": iso(period.since), "until": iso(period.until)}
        return {
            "title": self.title,
            "period": told | {"before": iso(period.before), "zone": period.zone},
            "summary": list(self.summary),
            **{name: asdict(section) for name, section in self.sections.items()},
        }


def make_report(period: Period, *, hidden: Hidden = (), said: Said = lambda done, total: None) -> Report:
    """The report of a period without what is hidden; `said` hears how many sections are done."""
    makers: Mapping[str, Callable[[], Section]] = {
        "signals": lambda: signals_section(period, hidden),
        "performance": lambda: performance_section(period, hidden),
        "data_quality": lambda: quality_section(period),
        "health": lambda: health_section(period),
        "trends": lambda: trends_section(period, hidden),
        "recommendations": lambda: recommendations_section(period, hidden),
        "details": lambda: details_section(period, hidden),
    }
    sections: dict[str, Section] = {}
    for name, make in makers.items():
        said(len(sections), len(makers))
        sections[name] = from_replica(make)
    return Report(period, summary(sections), sections)
