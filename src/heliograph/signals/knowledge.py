"""When a bar was evaluated, and what has been corrected since."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.market.models import Amendment, Candle, CandleRevision, Instrument
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Evaluation, Progress, Signal, StrategyVersion


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instrument stands in a version; None where it never joined. Times in UTC milliseconds."""

    progress_id: int | None
    origin: int | None
    watermark: int | None
    dropped_until: datetime | None = None

    def has_passed(self, time: int) -> bool:
        """True if the bar at `time` lies at or before the newest evaluated one."""
        return self.watermark is not None and time <= self.watermark


def place_of(version: StrategyVersion, instrument: Instrument) -> Place:
    """The place of an instrument in a version."""
    row = Progress.objects.filter(version=version, instruments__contains=[instrument.pk]).first()
    if row is None:
        return Place(None, to_ms(version.origin) if version.origin else None, None)
    at = row.instruments.index(instrument.pk)
    return Place(row.pk, row.origins[at], row.watermarks[at], row.dropped_until)


def known_at(
    version: StrategyVersion, instrument: Instrument, place: Place, time: int, *, side: str | None
) -> datetime | None:
    """The moment at which the bar was evaluated; None if it was not, or came when it had been passed over.

    Where a candidate of that side (or of any) is stored, the moment at which it was seen.
    """
    if not place.has_passed(time):
        return None
    moment = to_datetime(time)
    signals = Signal.objects.filter(version=version, instrument=instrument, bar_time=moment).order_by("pk")
    seen = dict(signals.values_list("side", "created_at"))
    if seen and (side is None or side in seen):
        return seen[side] if side else min(seen.values())
    recorded = _first_recorded(instrument, version.timeframe, moment)
    if recorded is None:
        return None
    return (
        Evaluation.objects.filter(
            progress=place.progress_id,
            kind=Evaluation.Kind.ADVANCE,
            first_bar__lte=moment,
            last_bar__gte=moment,
            started_at__gte=recorded,
        )
        .order_by("last_bar", "pk")
        .values_list("started_at", flat=True)
        .first()
    )


def is_revised(
    instrument: Instrument, timeframe: str, *, origin: int | None, time: int, since: datetime
) -> bool:
    """True if a bar from the origin to `time` was added or corrected after that moment."""
    amended = Amendment.objects.filter(
        instrument=instrument, timeframe=timeframe, recorded_at__gt=since, first_open__lte=to_datetime(time)
    )
    if origin is not None:
        amended = amended.filter(last_open__gte=to_datetime(origin))
    return amended.exists()


def _first_recorded(instrument: Instrument, timeframe: str, moment: datetime) -> datetime | None:
    bar = {"instrument": instrument, "timeframe": timeframe, "open_time": moment}
    replaced = (
        CandleRevision.objects.filter(**bar).order_by("recorded_at").values_list("recorded_at", flat=True)
    )
    today = Candle.objects.filter(**bar).values_list("recorded_at", flat=True)
    return replaced.first() or today.first()
