"""A stored backtest says what the engine says, however it was cut, interrupted, killed or asked for again."""

import os
import select
import subprocess
import sys
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.db import connection
from django.db.models.functions import Now

from heliograph.errors import UserError
from heliograph.fleet.jobs import cancel
from heliograph.fleet.models import Job
from heliograph.market.wire import to_datetime, to_ms
from heliograph.research import candles
from heliograph.research.errors import NoSuchBacktest, NotFinished, NothingToRun, StillRunning
from heliograph.research.live import Difference, check_live
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.research.queries import compare, delete_backtest, find_backtest
from heliograph.research.result import finished_result
from heliograph.signals.generate import generate
from heliograph.signals.strategies import add_strategy
from tests.research.world import RUNNERS, SYMBOLS, ask, market, stored_story, straight, work
from tests.signals.world import BUSY, HOUR, NOW, START, feed, feed_one, make_venue, walk

pytestmark = pytest.mark.django_db(transaction=True)


def same_as_the_engine(stored, done):
    """Trades, open ones and figures to the last bit."""
    result = finished_result(stored)
    assert [asdict(trade) for trade in result.trades] == [asdict(trade) for trade in done.trades]
    assert [asdict(trade) for trade in result.open] == [asdict(trade) for trade in done.open]
    assert (result.summary, result.by_symbol) == (done.summary, done.by_symbol)
    assert (result.published, result.rejected) == (
        done.published,
        {reason.value: count for reason, count in done.rejected.items()},
    )
    assert (result.missed, result.undecided) == (len(done.missed), int(done.undecided.sum()))
    for ours, theirs in zip(result.closed.daily, done.daily, strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("piece", [1, 700, 1_000_000])
@pytest.mark.parametrize("close_at_end", [False, True])
def test_it_says_what_the_engine_says_however_it_is_cut(monkeypatch, piece, close_at_end):
    monkeypatch.setattr(candles, "PIECE_BARS", piece)
    _, instruments = market()
    # So near that some opens lie beyond it already.
    text = BUSY.replace("close + 1 * atr(5)", "close + 0.1 * atr(5)")
    asked = ask(text, close_at_end=close_at_end)
    assert work().state == Job.State.DONE

    stored = find_backtest(asked.backtest.pk)
    same_as_the_engine(stored, straight(instruments, text, close_at_end=close_at_end))
    assert stored.summary["bars"] == sum(stored.bars)
    states = set(StoredTrade.objects.filter(backtest=stored).values_list("state", flat=True))
    assert states == {"closed", "missed", "waiting"} | (set() if close_at_end else {"open"})


def test_the_digest_of_the_data_does_not_depend_on_the_cut_and_changes_with_the_data(monkeypatch):
    batch, (first, *_) = market()
    digests = []
    for piece in (1, 700, 1_000_000):
        monkeypatch.setattr(candles, "PIECE_BARS", piece)
        StoredBacktest.objects.update(stamp="another")
        ask()
        work()
        digests.append(StoredBacktest.objects.latest("id").data_digest)
    assert (len(digests), len(set(digests))) == (3, 1)

    other = walk(99, 3, start=START + 10 * HOUR)
    feed_one(batch, first, other)
    assert ask().known is False
    work()
    assert StoredBacktest.objects.latest("id").data_digest not in digests


def test_figures_have_their_number_and_interval():
    market()
    asked = ask()
    work()
    stored = find_backtest(asked.backtest.pk)
    figures, estimates = stored.summary["figures"], stored.summary["estimates"]
    assert estimates["hit_rate"]["n"] == figures["trades"]
    assert estimates["hit_rate"]["value"] == figures["win_rate"]
    for one in estimates.values():
        assert one["low"] < one["value"] < one["high"]


def test_progress_rises_to_the_whole(monkeypatch):
    monkeypatch.setattr(candles, "PIECE_BARS", 700)
    market()
    job, seen = ask().backtest.job, []
    while job.state in Job.UNFINISHED:
        job = work(stop=lambda: True)
        seen.append(job.done)
    assert all(before <= after for before, after in pairwise(seen))
    assert (job.state, job.done, job.unit) == ("done", job.total, "bars")
    assert job.done == sum(StoredBacktest.objects.get().bars)
    assert len(seen) > 4


def test_a_run_that_is_handed_on_after_each_piece_brings_the_same(monkeypatch):
    monkeypatch.setattr(candles, "PIECE_BARS", 300)
    _, instruments = market()
    asked = ask()
    while work(stop=lambda: True).state in Job.UNFINISHED:
        pass
    same_as_the_engine(find_backtest(asked.backtest.pk), straight(instruments))


def kill_after(pieces, seconds):
    """Kills a runner a moment after so many pieces; True if it was killed before its end."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    named = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
    program = [sys.executable, "-m", "tests.research.running"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(program, **pipes, text=True, env=os.environ | named)
    with process:
        for line in process.stdout:
            process.stdin.write("heard\n")
            process.stdin.flush()
            if int(line) >= pieces:
                break
        select.select([], [], [], seconds)
        process.kill()
    return process.returncode != 0


def test_a_runner_that_is_killed_again_and_again_brings_what_an_undisturbed_one_does(monkeypatch):
    _, instruments = market()
    monkeypatch.setattr(candles, "PIECE_BARS", 300)
    undisturbed = ask().backtest
    work()
    StoredBacktest.objects.update(stamp="another")
    job = ask().backtest.job

    for pieces, seconds in ((2, 0.0), (1, 0.01), (1, 0.003)):
        assert kill_after(pieces, seconds)
        job.refresh_from_db()
        assert job.state == Job.State.RUNNING
        assert work() is None
        Job.objects.filter(pk=job.pk).update(leased_until=Now() - timedelta(seconds=1))
    work()

    killed = StoredBacktest.objects.get(job=job)
    assert stored_story(killed) == stored_story(undisturbed)
    same_as_the_engine(killed, straight(instruments))


def test_a_cancelled_run_stops_between_pieces_and_goes_on_when_asked_again(monkeypatch):
    monkeypatch.setattr(candles, "PIECE_BARS", 300)
    _, instruments = market()
    asked = ask()
    job = asked.backtest.job
    work(stop=lambda: True)
    work(stop=lambda: bool(cancel(job.pk)))
    job = work() or Job.objects.get(pk=job.pk)
    assert (job.state, 0 < job.done < job.total) == ("cancelled", True)
    with pytest.raises(
        NotFinished, match=rf"is cancelled and has no result yet: `heliograph jobs resume {job.pk}`"
    ):
        finished_result(find_backtest(asked.backtest.pk))

    again = ask()
    assert (again.backtest.pk, again.known, again.why) == (
        asked.backtest.pk,
        True,
        "It was cancelled and goes on.",
    )
    work()
    same_as_the_engine(find_backtest(asked.backtest.pk), straight(instruments))


def test_of_two_runners_only_one_writes(monkeypatch):
    """The first is paused in the middle of a piece until another has taken the job and finished it."""
    monkeypatch.setattr(candles, "PIECE_BARS", 300)
    _, instruments = market()
    asked = ask()
    job, taken = asked.backtest.job, []

    def paused_while_reading(piece, strategy):
        if piece.start == 2 and not taken:
            taken.append(piece)
            Job.objects.filter(pk=job.pk).update(leased_until=Now() - timedelta(seconds=1))
            assert work().state == Job.State.DONE
        return candles.read_piece(piece, strategy)

    from heliograph.research import run

    monkeypatch.setattr(run, "read_piece", paused_while_reading)
    work()
    assert len(taken) == 1
    same_as_the_engine(find_backtest(asked.backtest.pk), straight(instruments))


def test_the_same_request_is_recognised_until_the_candles_change():
    batch, instruments = market()
    first = ask()
    assert (first.known, first.why) == (False, "It was not run before.")
    assert ask().why == "It is under way already."
    work()
    assert ask().why == "The same was run before, and neither candles nor release changed since."
    # Comments do not count, other candles, parameters and periods do.
    assert ask(f"# a comment\n{BUSY}").backtest.pk == first.backtest.pk
    assert ask(end=to_datetime(START + 200 * HOUR)).known is False
    assert ask(BUSY.replace("expires = 20", "expires = 21")).known is False

    feed(batch, instruments, walk(5, 2, instruments=len(instruments), start=START + 300 * HOUR))
    again = ask()
    assert (again.known, again.why) == (
        False,
        f"Candles or release changed since backtest {first.backtest.pk}.",
    )


def test_bars_behind_the_end_of_a_period_do_not_make_it_another():
    batch, instruments = market()
    end = to_datetime(START + 200 * HOUR)
    first = ask(end=end)
    work()
    feed(batch, instruments, walk(5, 2, instruments=len(instruments), start=START + 300 * HOUR))
    assert ask(end=end).backtest.pk == first.backtest.pk


def test_a_period_begins_and_ends_where_it_was_asked_to():
    market()
    start, end = START + 50 * HOUR, START + 200 * HOUR
    asked = ask(start=to_datetime(start), end=to_datetime(end))
    work()
    told = find_backtest(asked.backtest.pk).summary
    assert (told["first"], told["last"]) == (start, end)


def test_new_bars_do_not_join_a_run_that_has_begun(monkeypatch):
    monkeypatch.setattr(candles, "PIECE_BARS", 300)
    batch, instruments = market()
    asked = ask()
    done = straight(instruments)
    work(stop=lambda: True)
    feed(batch, instruments, walk(5, 2, instruments=len(instruments), start=START + 300 * HOUR))
    work()
    same_as_the_engine(find_backtest(asked.backtest.pk), done)


FINER = BUSY.replace('timeframe = "1h"', 'timeframe = "4h"').replace("on('4h'", "on('1d'")


def test_finer_candles_decide_where_the_strategy_names_them(monkeypatch):
    monkeypatch.setattr(candles, "PIECE_BARS", 2_000)
    text = FINER.replace("[execution]", '[execution]\nintrabar = "1h"')
    batch, instruments = make_venue("paper", symbols=SYMBOLS)
    fine = walk(11, 1200, instruments=len(SYMBOLS))
    feed(batch, instruments, fine)
    from heliograph.engine.backtest import backtest_bars
    from heliograph.engine.strategy import Strategy
    from tests.research.coarser import coarser

    coarse = coarser(fine, 4)
    feed(batch, instruments, coarse, timeframe="4h")
    asked = ask(text)
    work()
    done = backtest_bars(Strategy.parse(text), list(SYMBOLS), coarse, finer=fine)
    same_as_the_engine(find_backtest(asked.backtest.pk), done)


def test_live_equals_the_backtest_of_the_same_version():
    market()
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    asked = ask()
    work()
    stored = find_backtest(asked.backtest.pk)
    assert stored.version == version
    check = check_live(stored)
    published = version.signals.filter(state="published").count()
    assert (check.equal, check.instruments, check.compared, check.first) == (True, 8, published, None)
    assert published > 50


def test_the_first_difference_between_live_and_backtest_is_named():
    market()
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    asked = ask()
    work()
    stored = find_backtest(asked.backtest.pk)
    closed = StoredTrade.objects.filter(backtest=stored, state="closed")
    changed = closed.order_by("signal_time", "instrument").first()
    StoredTrade.objects.filter(pk=changed.pk).update(exit_price=1.0)
    check = check_live(stored)
    assert (check.equal, check.differing) == (False, 1)
    assert check.first == Difference(
        symbol=changed.instrument.symbol,
        side=changed.side,
        signal_time=to_ms(changed.signal_time),
        says=f"exit_price {changed.exit_price} live, 1.0 in the backtest",
    )


def test_live_that_stands_earlier_is_compared_as_far_as_it_goes():
    batch, instruments = market()
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    feed(batch, instruments, walk(5, 100, instruments=len(instruments), start=START + 300 * HOUR))
    asked = ask()
    work()
    check = check_live(find_backtest(asked.backtest.pk))
    assert check.equal is True
    assert check.compared < find_backtest(asked.backtest.pk).summary["published"]


def test_without_a_version_there_is_no_live_to_compare():
    market()
    asked = ask()
    work()
    assert check_live(find_backtest(asked.backtest.pk)) is None


def test_instruments_that_began_elsewhere_are_not_compared():
    market()
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    asked = ask(start=to_datetime(START + 50 * HOUR))
    work()
    check = check_live(find_backtest(asked.backtest.pk))
    assert (check.equal, check.instruments, check.began_elsewhere) == (None, 0, 8)


def test_two_backtests_are_compared_and_one_deleted():
    market()
    first, second = ask().backtest, ask(BUSY.replace("expires = 20", "expires = 5")).backtest
    work()
    work()
    pair = compare(find_backtest(first.pk), find_backtest(second.pk))
    assert pair.both > 0
    assert pair.both + pair.only_first == find_backtest(first.pk).summary["figures"]["trades"]

    Job.objects.filter(pk=first.job.pk).update(state="running")
    with pytest.raises(StillRunning, match=rf"Backtest {first.pk} is running"):
        delete_backtest(first.pk)
    Job.objects.filter(pk=first.job.pk).update(state="done")
    delete_backtest(first.pk)
    assert (StoredBacktest.objects.count(), Job.objects.count()) == (1, 1)
    with pytest.raises(NoSuchBacktest, match=rf"There is no backtest {first.pk}"):
        find_backtest(first.pk)


def test_what_cannot_be_run_is_said():
    market()
    make_venue("empty", symbols=("X/USDT",))
    with pytest.raises(UserError, match=r"There is no venue 'nowhere'; there are empty, paper."):
        ask(venue="nowhere")
    with pytest.raises(NothingToRun, match="No 1h candles at empty are in the universe of Busy"):
        ask(venue="empty")
    with pytest.raises(NothingToRun, match=r"There are no 1h candles of 'Z/USDT' at paper; `heliograph"):
        ask(venue="paper", symbols=("A/USDT", "Z/USDT"))
    with pytest.raises(NothingToRun, match=r"paper has no 1h candles for Busy in that period."):
        ask(start=to_datetime(START + 10_000 * HOUR))
    batch, instruments = make_venue("second", symbols=("A/USDT",))
    feed(batch, instruments, walk(1, 5))
    with pytest.raises(UserError, match=r"Several venues have candles for Busy \(paper, second\)"):
        ask()
    assert ask(venue="second").known is False
    assert Job.objects.count() == 1
    assert set(RUNNERS) == {"backtest"}
