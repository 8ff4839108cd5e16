"""The commands of stored backtests and of jobs."""

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from heliograph.fleet.jobs import enqueue
from heliograph.fleet.models import Job
from heliograph.research.models import StoredBacktest
from heliograph.signals.generate import generate
from heliograph.signals.strategies import add_strategy
from tests.cli.conftest import heliograph, refused
from tests.research.world import market, work
from tests.signals.world import BUSY, NOW

__all__ = ["heliograph"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def strategy(tmp_path):
    path = tmp_path / "busy.toml"
    path.write_text(BUSY)
    return path


def read(answer):
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_a_stored_backtest_shows_what_one_over_files_does(heliograph, strategy, tmp_path):
    _, instruments = market(missing=0.0)
    file = tmp_path / "candles.csv"
    write_csv(file, instruments)
    over_files = heliograph("backtest", strategy, "--data", file)
    stored = heliograph("backtest", strategy, "--store")
    assert (stored.code, stored.out) == (0, over_files.out)
    assert stored.err.startswith("Backtest ")
    assert "It was not run before." in stored.err
    again = heliograph("backtest", strategy, "--venue", "paper", "--json")
    assert "The same was run before, and neither candles nor release changed since." in again.err
    told = read(again)
    over_files = read(heliograph("backtest", strategy, "--data", file, "--json"))
    assert {name: told[name] for name in over_files} == over_files


def write_csv(path, instruments):
    from heliograph.market.bars import load_bars

    bars = load_bars(instruments=[one.pk for one in instruments], timeframe="1h")
    lines = ["open_time,symbol,open,high,low,close,volume"]
    for row, instrument in enumerate(instruments):
        for at, time in enumerate(bars.time.tolist()):
            values = (float(getattr(bars, n)[row, at]) for n in ("open", "high", "low", "close", "volume"))
            lines.append(",".join([str(time), instrument.symbol, *map(repr, values)]))
    path.write_text("\n".join(lines))


def test_one_in_the_background_is_followed_listed_shown_and_deleted(heliograph, strategy):
    market()
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    asked = read(heliograph("backtest", "Busy", "--background", "--json"))
    number, job = asked["id"], asked["job"]
    assert (asked["known"], asked["why"]) == (False, "It was not run before.")
    assert "queued" in heliograph("jobs", "list").out
    said = refused(heliograph("backtests", "show", number))
    assert said == f"Backtest {number} is queued and has no result yet: `heliograph jobs wait {job}`."
    work()

    assert heliograph("jobs", "wait", job).code == 0
    assert read(heliograph("jobs", "show", job, "--json"))["result"] == {"backtest": number}
    (listed,) = read(heliograph("backtests", "list", "--json"))
    assert (listed["id"], listed["version"], listed["state"]) == (number, version.number, "done")
    assert "Busy v1" in heliograph("backtests", "list").out
    shown = heliograph("backtests", "show", number)
    count = StoredBacktest.objects.get().summary["published"]
    assert f"Live equals the backtest: {count} signals of 8 instruments are the same." in shown.out
    assert "95 % intervals: won " in shown.out
    assert read(heliograph("backtests", "show", number, "--json"))["live"]["equal"] is True
    assert heliograph("backtests", "delete", number).out == f"Backtest {number} is deleted.\n"
    assert heliograph("backtests", "list").err.startswith("No stored backtests;")


def test_a_run_whose_process_was_killed_is_taken_over_by_asking_again(heliograph, strategy):
    market()
    job = read(heliograph("backtest", strategy, "--background", "--json"))["job"]
    died = Now() + timedelta(milliseconds=300)
    Job.objects.filter(pk=job).update(state="running", holder="gone", leased_until=died)
    answer = heliograph("backtest", strategy, "--store")
    assert (answer.code, "It is under way already." in answer.err) == (0, True)
    assert Job.objects.get(pk=job).state == "done"


def test_two_are_compared(heliograph, strategy):
    market()
    first = read(heliograph("backtest", strategy, "--store", "--json"))["id"]
    second = read(heliograph("backtest", strategy, "--store", "--set", "filters.cooldown=9", "--json"))["id"]
    told = read(heliograph("backtests", "compare", first, second, "--json"))
    assert told["same_candles"] is True
    assert told["trades"]["both"] > 0
    shown = heliograph("backtests", "compare", first, second).out
    assert "Both read the same candles." in shown


def test_a_job_is_cancelled_and_resumed(heliograph):
    job = enqueue("backfill", title="Candles of BTC/USDT", arguments={}, at=NOW).pk
    assert heliograph("jobs", "cancel", job).out == f"Job {job} is cancelled.\n"
    waited = heliograph("jobs", "wait", job)
    assert (waited.code, "cancelled" in waited.out) == (1, True)
    assert heliograph("jobs", "resume", job).code == 0
    assert read(heliograph("jobs", "list", "--unfinished", "--json"))[0]["state"] == "queued"
    assert refused(heliograph("jobs", "resume", job)).startswith(f"Job {job} is queued; only failed")
    assert refused(heliograph("jobs", "show", 0)) == "There is no job 0; `heliograph jobs list` shows them."


def test_what_is_wrong_is_said_in_a_sentence(heliograph, strategy):
    market()
    assert refused(heliograph("backtest", strategy)) == (
        "Name candles: --data FILE, or --venue or --store for stored ones."
    )
    said = refused(heliograph("backtest", strategy, "--data", "x.csv", "--store"))
    assert said == "--data reads files; leave it out for stored candles."
    said = refused(heliograph("backtest", strategy, "--venue", "nowhere"))
    assert said == "There is no venue 'nowhere'; there are paper."
    assert "There is no strategy 'Nothing'" in refused(heliograph("backtest", "Nothing", "--store"))
    assert "no.toml cannot be read" in refused(heliograph("backtest", "no.toml", "--store"))
    assert refused(heliograph("backtests", "show", 9)) == (
        "There is no backtest 9; `heliograph backtests list` shows those there are."
    )
