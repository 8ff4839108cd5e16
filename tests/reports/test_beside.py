"""Live beside backtests, correlations and decay: recomputed from the rows, and told by all doors."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from heliograph.engine.performance.regimes import regimes
from heliograph.fleet.jobs import run_next
from heliograph.market.models import Candle
from heliograph.market.wire import to_ms
from heliograph.reports.asked import Asked
from heliograph.reports.correlation import correlation
from heliograph.reports.decay import decay
from heliograph.reports.expectation import expectations
from heliograph.reports.find_regimes import find_regimes
from heliograph.reports.regime import NAMES, by_regime
from heliograph.research.models import StoredTrade
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.research.run import run_backtest
from heliograph.signals.models import Outcome, Signal, Strategy
from tests.cli.conftest import heliograph
from tests.reports.ledger import BEGAN, end, fill, make_ledger, table
from tests.signals.world import NOW
from tests.web.people import with_token
from tests.web.world import make_world

__all__ = ["heliograph"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A market with signals, all of history, and a finished backtest of the same version."""
    made = make_world(symbols=("BTC/USDT", "ETH/USDT"))
    asked = request_backtest(Text(made.version.text, version=made.version), Scope(), at=NOW)
    run_next({"backtest": run_backtest}, holder="a test", only=asked.backtest.job.pk)
    return made


def test_live_is_set_beside_the_newest_backtest_of_the_version(world):
    (none,) = expectations(Asked())
    assert (none.live_r.n, none.verdict) == (0, "too few signals")

    world.play(300, 400)

    (found,) = expectations(Asked())
    live = Outcome.objects.filter(state="settled", signal__historical=False).values_list("r", flat=True)
    tested = StoredTrade.objects.filter(state="closed").values_list("r", flat=True)
    difference = np.mean(live) - np.mean(tested)
    assert (found.live_r.n, found.expected_r.n) == (len(live), len(tested))
    assert found.difference_r.value == pytest.approx(difference)
    inside = found.difference_r.low <= 0 <= found.difference_r.high
    assert found.verdict == ("as expected" if inside and len(live) >= 10 else found.verdict)
    assert expectations(Asked(hidden=(world.version.strategy_id,))) == []


@pytest.mark.parametrize(("shift", "verdict"), [(-3.0, "below expectation"), (3.0, "above expectation")])
def test_what_chance_hardly_explains_is_told(world, shift, verdict):
    world.play(300, 400)
    StoredTrade.objects.update(r=0.1)
    StoredTrade.objects.filter(number__lt=9).update(r=-0.1)
    live = Outcome.objects.filter(state="settled", signal__historical=True)[:40].values_list("pk", flat=True)
    version = world.version
    made = make_more(version, world.instruments[0], 15, shift)

    (found,) = expectations(Asked())

    assert len(live) > 10
    assert made == 15
    assert found.verdict == verdict


def make_more(version, instrument, count, r):
    """Live signals that settled with about so much."""
    for place in range(count):
        signal = Signal.objects.create(
            version=version,
            instrument=instrument,
            bar_time=NOW + timedelta(hours=place),
            side="long",
            state="published",
            close=1.0,
            historical=False,
            created_at=NOW,
        )
        outcome = Outcome.objects.create(signal=signal, instrument=instrument, bar_time=signal.bar_time)
        end([outcome], r=r * 10 + place / 10, pct=r, after_hours=5)
    return count


def test_the_correlation_is_that_of_daily_results():
    fill(make_ledger(), 200)
    rows = table()

    found = correlation(Asked())

    by_day = rows[rows.return_pct.notna()].groupby(["strategy_id", "day"]).return_pct.sum().unstack(0)
    by_day = by_day.reindex(pd.date_range(min(by_day.index), max(by_day.index)).date)
    for name in by_day:
        known = by_day[name].dropna().index
        by_day.loc[known[0] : known[-1], name] = by_day.loc[known[0] : known[-1], name].fillna(0.0)
    wanted = by_day.corr().to_numpy()
    assert found.names == ("Busy", "Slow")
    np.testing.assert_allclose(np.array(found.values, dtype=float), wanted, rtol=1e-9)
    assert found.low[0][1] < found.values[0][1] < found.high[0][1]
    assert correlation(Asked(hidden=(Strategy.objects.get(name="Slow").pk,))).names == ("Busy",)


def test_decay_is_that_of_the_candles_after_each_entry(world):
    found = decay(Asked(), bars=6)

    paths = []
    for outcome in Outcome.objects.filter(state="settled").select_related("signal"):
        bars = Candle.objects.filter(instrument=outcome.instrument, open_time__gte=outcome.entry_time)
        closes = np.full(6, np.nan)
        known = list(bars.order_by("open_time").values_list("close", flat=True)[:6])
        closes[: len(known)] = known
        paths.append((closes - outcome.entry_price) / (outcome.entry_price - outcome.signal.stop))
    assert found.signals == len(paths) > 20
    assert [one.value for one in found.curve] == pytest.approx(np.nanmean(paths, axis=0).tolist())
    assert found.best_bar == 1 + int(np.argmax(np.nanmean(paths, axis=0)))
    assert found.held[0].n >= found.held[5].n
    assert decay(Asked(side="long"), bars=6).signals < found.signals
    assert decay(Asked(since=BEGAN.date())).signals == 0


def test_regimes_are_those_at_the_bars_of_the_signals(world):
    world.play(300, 400)
    before = by_regime(Asked())
    assert [one.regime for one in before.regimes] == ["not looked at yet"]

    assert find_regimes(most=50) == Signal.objects.count()

    found = by_regime(Asked())
    assert found.signals == before.signals

    wanted = {}
    for outcome in Outcome.objects.filter(state="settled").select_related("signal"):
        place = world.instruments.index(outcome.instrument)
        until = int(np.searchsorted(world.bars.time, to_ms(outcome.bar_time))) + 1
        # From the closes until then alone.
        code = regimes(world.bars.close[place : place + 1, :until]).codes[0, -1]
        wanted.setdefault(NAMES[code], []).append(outcome.r)
    told = {one.regime: (one.signals, one.mean_r.value) for one in found.regimes}
    assert told == {name: (len(r), pytest.approx(np.mean(r))) for name, r in wanted.items()}
    assert len(told) > 2
    assert found.signals == sum(map(len, wanted.values()))
    assert by_regime(Asked(side="long")).signals < found.signals


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("expectation", lambda: {"versions": [one.to_dict() for one in expectations(Asked())]}),
        ("correlation", lambda: correlation(Asked()).to_dict()),
        ("decay", lambda: decay(Asked()).to_dict()),
        ("regime", lambda: by_regime(Asked()).to_dict()),
    ],
)
def test_the_command_and_the_api_tell_what_the_room_knows(world, heliograph, name, answer):
    wanted = json.loads(json.dumps(answer()))

    assert json.loads(heliograph("analytics", "--show", name, "--json").out) == wanted
    address = "regimes" if name == "regime" else name
    told = with_token("read", role="viewer").get(f"/api/v1/analytics/{address}")
    assert (told.status_code, told.json()) == (200, wanted)
    assert "Busy" in heliograph("analytics", "--show", name).out or name in ("decay", "regime")
