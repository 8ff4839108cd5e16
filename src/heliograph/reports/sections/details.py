"""The signals of the period one by one, as far as there is room."""

from heliograph.market.models import Instrument
from heliograph.reports.document import Column, Section, Table, iso
from heliograph.reports.periods import Period
from heliograph.reports.sections.signals import version_names
from heliograph.signals.models import Outcome
from heliograph.signals.queries import Hidden, seen

MOST = 200
PATHS = (
    "exit_time", "signal_id", "signal__version_id", "instrument_id", "signal__side", "bar_time",
    "exit_reason", "entry_price", "exit_price", "r", "return_pct", "signal__confidence",
)  # fmt: skip
COLUMNS = (
    Column("exit_time", "Left at (UTC)", "time"),
    Column("signal", "Signal", "count"),
    Column("version", "Version", "text"),
    Column("instrument", "Instrument", "text"),
    Column("side", "Side", "text"),
    Column("bar_time", "Bar (UTC)", "time"),
    Column("exit", "Left by", "text"),
    Column("entry_price", "Entry", "price"),
    Column("exit_price", "Exit", "price"),
    Column("r", "R", "r"),
    Column("pct", "Return", "pct"),
    Column("confidence", "Confidence", "ratio"),
)


def details_section(period: Period, hidden: Hidden) -> Section:
    """The newest of those that ended."""
    rows = Outcome.objects.filter(
        seen(hidden, "signal__version__strategy"),
        state=Outcome.State.SETTLED,
        exit_time__gte=period.since,
        exit_time__lt=period.until,
    )
    found = list(rows.order_by("-exit_time", "-signal").values_list(*PATHS)[:MOST])
    left = rows.count() - len(found) if len(found) == MOST else 0
    versions = version_names({row[2]: None for row in found})
    instruments = {
        one.pk: f"{one.venue.name}:{one.symbol}"
        for one in Instrument.objects.select_related("venue").filter(pk__in={row[3] for row in found})
    }
    lines = [
        (iso(row[0]), row[1], versions[row[2]], instruments[row[3]], row[4], iso(row[5]), *row[6:])
        for row in found
    ]
    note = f"The newest {MOST}; {left:,} more settled." if left else None if lines else "None settled."
    return Section("Details", tables={"settled": Table("Settled signals", COLUMNS, lines, note=note)})
