"""Two hours at an exchange at its worst; `make drill NAME=exchange-day` is a whole day of 500 instruments."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.drills.exchange_day import HISTORY, START, Day, missing, never_final
from heliograph.engine.bars import Bars
from heliograph.market.models import Batch, Instrument, Venue
from heliograph.market.store import store_candles
from tests.emulated_exchange import running


def test_all_final_candles_are_stored_and_no_forming_one_is_evaluated():
    command = [sys.executable, "-m", "benchmarks.drills.exchange_day"]
    small = ["--instruments", "20", "--hours", "2", "--seconds", "8", "--worse", "4"]
    done = subprocess.run([*command, *small], capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["drill"], report["instruments"], report["wrong"]) == ("exchange-day", 20, [])
    assert (report["final_candles_missing"], report["forming_evaluated"]) == (0, 0)
    assert report["evaluated"] >= 20 * (HISTORY + 20)
    # Of the rare ones a short day need not meet each.
    assert {"late", "missing", "revised", "duplicated"} <= set(report["by_kind"])
    assert {"future", "zero", "contradictory"} & set(report["by_kind"])
    assert report["faults"] > 50


@pytest.mark.django_db
def test_the_judge_sees_a_forming_candle_an_early_one_and_one_that_is_missing():
    day = Day(instruments=1, hours=0.25, seconds=1)
    batch, instrument = _place()
    with running(day.market(), at=day.ends, speed=0) as exchange:
        truth = exchange.truth("M000/USDT")[HISTORY:]
        _store(batch, instrument, truth[:1], at=day.ends)
        assert (len(missing(exchange, day)) - HISTORY, never_final(exchange, day)) == (2, [])

        forming = truth[1:2].copy()
        forming[0, 5] /= 2
        _store(batch, instrument, forming, at=day.ends)
        _store(batch, instrument, truth[2:], at=day.ends)
        [said] = never_final(exchange, day)
        assert (len(missing(exchange, day)) - HISTORY, said.startswith("M000/USDT 05:05 as of")) == (1, True)


def _place():
    venue = Venue.objects.create(name="binance", kind=Venue.Kind.EXCHANGE)
    batch = Batch.objects.create(venue=venue, kind=venue.kind, name="live", started_at=datetime.now(UTC))
    return batch, Instrument.objects.create(venue=venue, symbol="M000/USDT")


def _store(batch, instrument, rows, *, at):
    names = ("open", "high", "low", "close", "volume")
    columns = {name: rows[:, number] for number, name in enumerate(names, 1)}
    bars = Bars.single(rows[:, 0].astype(np.int64), **columns)
    store_candles(instrument=instrument.pk, timeframe="5m", candles=bars, batch=batch, at=at)


def test_the_day_begins_behind_its_history():
    assert Day(instruments=1, hours=24, seconds=150).begins == START + timedelta(hours=5)
