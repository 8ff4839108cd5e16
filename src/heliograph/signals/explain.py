"""Why a signal fired, or why none did: any instrument at any bar, re-evaluated."""

from collections.abc import Sequence
from datetime import datetime

from heliograph.engine.bars import Bars
from heliograph.market.bars import load_series
from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals import sentences
from heliograph.signals.clause_views import verdict_of
from heliograph.signals.compiled import compiled
from heliograph.signals.errors import CandlesDropped, NotExplainable
from heliograph.signals.evaluations import PostponedItem, evaluation_of, postponement_of
from heliograph.signals.explanation import BarView, Explanation, NearBar
from heliograph.signals.knowledge import Place, is_revised, known_at, place_of
from heliograph.signals.lives import known
from heliograph.signals.models import Signal, StrategyVersion
from heliograph.signals.scene import NEAR, Scene
from heliograph.signals.side_view import side_view

Rows = dict[tuple[int, str], Signal]


def explain(
    *,
    version: StrategyVersion,
    instrument: Instrument,
    bar_time: datetime,
    side: str | None = None,
    now: bool = False,
) -> Explanation:
    """Every clause of the version's expressions at the bar that opened at `bar_time`, and what came of it.

    With candles as they were known when the bar was evaluated, or with today's where `now`. `side` leaves out
    the other side. NotExplainable (one sentence) where there is no such bar or side.
    """
    scene = _scene(version, instrument, to_ms(bar_time), side=side, now=now)
    sides = [name for name in scene.compiled.checked.sides if side in {None, name}]
    if not sides:
        raise NotExplainable(sentences.no_side(str(version), side or ""))
    times = scene.bars.time[scene.columns.start : scene.columns.stop].tolist()
    rows = _rows(version, instrument, times)
    seen = scene.known_at if not now else known_at(version, instrument, scene.place, scene.time, side=side)
    evaluated = evaluation_of(version, instrument, bar_time, seen_at=seen)
    return Explanation(
        version_id=version.pk,
        strategy=version.strategy.name,
        number=version.number,
        stage=version.stage,
        timeframe=version.timeframe,
        instrument_id=instrument.pk,
        venue=instrument.venue.name,
        symbol=instrument.symbol,
        bar=_bar_view(scene),
        as_known_at=scene.known_at,
        revised=_is_revised(scene),
        sides=tuple(side_view(scene, name, rows.get((scene.time, name))) for name in sides),
        near=tuple(_near(scene, sides, times, rows)),
        evaluated=evaluated,
        postponed=None if evaluated else _postponed(scene),
    )


def _scene(
    version: StrategyVersion, instrument: Instrument, time: int, *, side: str | None, now: bool
) -> Scene:
    place = place_of(version, instrument)
    if place.origin is not None and time < place.origin:
        raise NotExplainable(sentences.before_origin(instrument.symbol, to_datetime(place.origin)))
    gone = place.dropped_until
    if gone and place.origin is not None and place.origin <= to_ms(gone):
        raise NotExplainable(str(CandlesDropped(gone)))
    moment = None if now else known_at(version, instrument, place, time, side=side)
    bars = _bars(version, instrument, place, time, moment)
    if time not in bars.time:
        raise NotExplainable(sentences.no_bar(instrument.symbol, version.timeframe, to_datetime(time)))
    return Scene(version, instrument, place, bars, int(bars.time.searchsorted(time)), moment)


def _bars(
    version: StrategyVersion, instrument: Instrument, place: Place, time: int, moment: datetime | None
) -> Bars:
    return load_series(
        instrument=instrument.pk,
        timeframe=version.timeframe,
        start=place.origin,
        end=time + NEAR * compiled(version).length + 1,
        as_known_at=moment,
    )


def _rows(version: StrategyVersion, instrument: Instrument, times: Sequence[int]) -> Rows:
    """The stored candidates around the bar."""
    rows = Signal.objects.filter(
        version=version,
        instrument=instrument,
        bar_time__gte=to_datetime(times[0]),
        bar_time__lte=to_datetime(times[-1]),
    )
    return {(to_ms(row.bar_time), row.side): row for row in rows}


def _near(scene: Scene, sides: Sequence[str], times: Sequence[int], rows: Rows) -> list[NearBar]:
    measured = scene.measured
    near = []
    for column, time in enumerate(times):
        for name in sides:
            row = rows.get((time, name))
            value = measured.values[measured.clauses.sides[name].enter.node.id][column]
            near.append(
                NearBar(
                    bar_time=to_datetime(time),
                    side=name,
                    verdict=verdict_of(known(float(value))),
                    signal_id=row.pk if row else None,
                    state=row.state if row else "",
                )
            )
    return [bar for bar in near if to_ms(bar.bar_time) != scene.time]


def _bar_view(scene: Scene) -> BarView:
    bars, at = scene.bars, scene.at
    prices = (float(getattr(bars, name)[0, at]) for name in ("open", "high", "low", "close"))
    return BarView(to_datetime(scene.time), *prices, volume=known(float(bars.volume[0, at])))


def _postponed(scene: Scene) -> PostponedItem | None:
    """Why the bar was not looked at yet, where gates hold it back."""
    if scene.place.has_passed(scene.time):
        return None
    return postponement_of(scene.version, scene.instrument)


def _is_revised(scene: Scene) -> bool:
    if scene.known_at is None:
        return False
    return is_revised(
        scene.instrument,
        scene.version.timeframe,
        origin=scene.place.origin,
        time=scene.time,
        since=scene.known_at,
    )
