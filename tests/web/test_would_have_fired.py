"""What a text that is not saved would have done: beside it, by the engine, for who may write."""

from datetime import UTC, date, datetime, timedelta
from statistics import fmean

import numpy as np
import pytest

from heliograph.engine.backtest import backtest
from heliograph.engine.strategy import Strategy as Checked
from heliograph.market.models import Instrument, Series
from heliograph.signals.models import Signal, StrategyVersion
from heliograph.web.reads.strategies import would
from tests.signals.world import BUSY, START, feed, make_venue, walk

pytestmark = pytest.mark.django_db
BARS = walk(7, 400)
SINCE = date(2024, 1, 9)
FROM = int(datetime(2024, 1, 9, tzinfo=UTC).timestamp() * 1000)
QUIET = BUSY.replace("Busy", "Quiet")


@pytest.fixture(scope="module", autouse=True)
def kernels():
    """They are compiled before anybody asks: compiling takes longer than an answer may."""
    backtest(Checked.parse(QUIET), {"BTC/USDT": BARS})


@pytest.fixture
def series():
    """Four hundred hours of one instrument."""
    batch, instruments = make_venue(symbols=("BTC/USDT",))
    feed(batch, instruments, BARS)
    return Series.objects.select_related("instrument__venue").get()


def ask(client, text=QUIET, **fields):
    return client.post("/strategies/would", {"text": text, **fields}, headers={"HX-Request": "true"})


def test_it_is_what_the_engine_says_of_the_bars_from_that_day_on(series):
    found = would.would_have(Checked.parse(QUIET), series, since=SINCE)

    whole = backtest(Checked.parse(QUIET), {"BTC/USDT": BARS})
    told = [trade.signal_time for trade in whole.trades] + [trade.signal_time for trade in whole.open]
    told += whole.missed["signal_time"].tolist() + whole.waiting["signal_time"].tolist()
    after = sorted((at for at in told if at >= FROM), reverse=True)
    assert [int(fire.at.timestamp() * 1000) for fire in found.fires] == after
    assert len(after) > 5
    assert found.bars == 400 - (FROM - START) // 3_600_000
    results = {trade.signal_time: trade.r for trade in whole.trades}
    shown = {int(fire.at.timestamp() * 1000): fire.r for fire in found.fires if fire.state == "closed"}
    assert shown == {at: results[at] for at in shown}


def test_rejected_candidates_are_those_of_the_same_bars(series):
    """Before and from that day on together they are all; each part is counted by itself."""
    strategy = Checked.parse(QUIET)
    whole = backtest(strategy, {"BTC/USDT": BARS})
    earlier = backtest(strategy, {"BTC/USDT": BARS.upto(int(np.searchsorted(BARS.time, FROM)))})
    found = would.would_have(strategy, series, since=SINCE)
    all_of_them = {reason.value: count for reason, count in whole.rejected.items()}
    for reason, count in earlier.rejected.items():
        all_of_them[reason.value] -= count
    assert found.rejected == {reason: count for reason, count in all_of_them.items() if count}
    assert found.candidates - len(found.fires) > 0


def test_the_mean_is_that_of_the_trades_that_ended(series):
    found = would.would_have(Checked.parse(QUIET), series, since=date(2024, 1, 1))
    results = [trade.r for trade in backtest(Checked.parse(QUIET), {"BTC/USDT": BARS}).trades]
    assert found.mean_r.n == len(results)
    assert found.mean_r.value == pytest.approx(fmean(results))


def test_each_signal_among_the_newest_closes_has_its_triangle(series):
    found = would.would_have(Checked.parse(QUIET), series, since=date(2024, 1, 1))
    drawn = found.picture()
    first = found.drawn_from
    assert len(found.closes) == would.DRAWN
    assert len(drawn.triangles) == sum(fire.at >= first for fire in found.fires)
    assert drawn.path.count("L") == would.DRAWN - 1


def test_the_panel_lists_what_fired_and_stores_nothing(as_role, series):
    page = ask(as_role("analyst"), would_since="2024-01-09").content.decode()
    found = would.would_have(Checked.parse(QUIET), series, since=SINCE)
    assert f"<dt>Published</dt><dd>{len(found.fires)}</dd>" in page
    assert f"<dt>Candidates</dt><dd>{found.candidates}</dd>" in page
    assert page.count('<li><div class="line">') == min(len(found.fires), would.SHOWN)
    assert not StrategyVersion.objects.exists()
    assert not Signal.objects.exists()


def test_only_who_may_write_asks_for_it(as_role, nobody, series):
    assert ask(as_role("viewer")).status_code == 403
    assert ask(nobody).status_code == 401


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("ema(close, 3)", "emaa(close, 3)"), "It is known as soon as the text has no errors."),
        (('timeframe = "1h"', 'timeframe = "2h"'), "No stored instrument with 2h bars is in its universe."),
    ],
)
def test_what_cannot_be_run_is_said(client, series, change, says):
    answer = ask(client, QUIET.replace(*change))
    assert answer.status_code == 200
    assert says in answer.content.decode()


@pytest.mark.parametrize("since", ["soon", "9999-12-31", "", "2024-13-01"])
def test_a_day_that_is_none_is_the_usual_one(client, series, since):
    # The newest 500 bars are more than there are.
    assert 'value="2024-01-01"' in ask(client, would_since=since).content.decode()


def test_an_instrument_that_the_text_does_not_watch_is_not_run(client, series):
    batch, others = make_venue("other", symbols=("ETH/USDT",))
    feed(batch, others, BARS)
    text = QUIET + '\n[universe]\ninclude = ["BTC/*"]\n'
    page = ask(client, text, would_instrument=Instrument.objects.get(symbol="ETH/USDT").pk).content.decode()
    assert "Bars of BTC/USDT" in page
    assert "ETH/USDT" not in page


def test_a_day_chosen_for_another_instrument_is_not_kept_for_the_one_run_in_its_place(client, series):
    """A text that changes its timeframe watches others, whose bars may all be older than that day."""
    batch, others = make_venue("other", symbols=("ETH/USDT",))
    feed(batch, others, BARS)
    text = QUIET + '\n[universe]\ninclude = ["BTC/*"]\n'
    eth = Instrument.objects.get(symbol="ETH/USDT").pk
    page = ask(client, text, would_instrument=eth, would_since="2024-03-01").content.decode()
    assert 'value="2024-01-01"' in page
    assert f"<dd>{len(BARS)} " in page


def test_a_day_after_the_newest_bar_is_said_to_be_one(client, series):
    page = ask(client, would_instrument=series.instrument_id, would_since="2024-03-01").content.decode()
    assert "No bar of BTC/USDT is stored from that day on; the newest is of <time" in page
    assert "Nothing was published" not in page


def test_no_more_than_the_newest_bars_are_looked_at_and_that_is_said(series):
    newest = would.MOST_BARS
    long = walk(3, newest + 400, start=START - (newest + 400) * 3_600_000)
    batch, instruments = make_venue("long", symbols=("LONG/USDT",))
    feed(batch, instruments, long)
    row = Series.objects.select_related("instrument__venue").get(instrument=instruments[0])
    found = would.would_have(Checked.parse(QUIET), row, since=date(2021, 1, 1))
    assert (found.bars, found.is_cut) == (newest, True)
    assert found.since == row.last_open - timedelta(hours=newest - 1)


def test_who_asks_too_often_is_told_when_to_ask_again(client, series, settings, servers):
    settings.REDIS_URL = servers["redis_url"]
    # While they are answered some are granted anew, one in two seconds.
    answers = [ask(client) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    refused = next(answer for answer in (ask(client) for _ in range(90)) if answer.status_code != 200)
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "30 a minute are answered; ask again in" in page
    assert 'name="would_instrument"' in page


def test_the_editor_offers_it_before_anything_was_asked(client, series):
    page = client.get("/strategies/new").content.decode()
    assert "Would have fired" in page
    assert 'hx-post="/strategies/would"' in page
