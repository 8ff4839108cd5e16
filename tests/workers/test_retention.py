"""Candles go month by month into files, not before nobody needs them, and come back as they were."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from heliograph import read_candles
from heliograph.accounts.models import AuditEntry
from heliograph.cli import invoke
from heliograph.fleet.models import Job
from heliograph.market.models import Amendment, Candle, Dropped, Series
from heliograph.research.models import StoredBacktest
from heliograph.signals.errors import CandlesDropped, NotExplainable
from heliograph.signals.explain import explain
from heliograph.signals.generate import generate
from heliograph.signals.models import Checkpoint, Outcome, Progress, Signal
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from heliograph.workers.retention.back import bring_back
from heliograph.workers.retention.candles import drop, verdicts
from heliograph.workers.retention.chosen import BadRetention, parse
from heliograph.workers.retention.policies import POLICIES
from tests.signals.world import BUSY, DAY, HOUR, NOW, START, feed, make_venue, story, walk

pytestmark = pytest.mark.django_db
# January to May 2024, of which all but the last month may go.
BARS = 150 * 24
AT = datetime(2024, 6, 9, tzinfo=UTC)
KEPT = {"1h": 40.0}
SUM = """
SELECT count(*), sum(hashtextextended(candle::text, 0)) FROM candle
"""


@pytest.fixture
def market(settings, tmp_path):
    settings.HELIOGRAPH_RETENTION_FOLDER = str(tmp_path)
    MEMORY.clear()
    batch, instruments = make_venue(symbols=("BTC/USDT", "ETH/USDT"))
    bars = walk(7, BARS + 100, instruments=2)
    feed(batch, instruments, bars.slice(0, BARS))
    yield batch, instruments, bars
    MEMORY.clear()


def candles():
    with connection.cursor() as cursor:
        cursor.execute(SUM)
        return cursor.fetchone()


def months():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^candle_y[0-9m]+$' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def dropped(at=AT, days=KEPT):
    return [(one.month, one.rows) for one in drop(days, at=at) if not one.why]


def test_whole_months_go_into_files_that_can_be_imported_and_come_back_bit_for_bit(market, tmp_path):
    _, (btc, _), bars = market
    before, series = (
        candles(),
        list(Series.objects.order_by("pk").values_list("first_open", "last_open", "bars")),
    )

    assert dropped() == [("2024-01", 2 * 31 * 24), ("2024-02", 2 * 29 * 24), ("2024-03", 2 * 31 * 24)]

    assert months() == ["candle_y2024m04", "candle_y2024m05"]
    left = Series.objects.get(instrument=btc)
    assert (left.first_open, left.bars) == (datetime(2024, 4, 1, tzinfo=UTC), BARS - 91 * 24)
    assert Amendment.objects.count() == 0
    assert sorted(path.name for path in (tmp_path / "candles/1h").iterdir()) == [
        f"2024-0{month}.parquet" for month in (1, 2, 3)
    ]
    read = read_candles(tmp_path / "candles/1h/2024-02.parquet", symbol="BTC/USDT")
    assert read["close"].to_pylist() == bars.close[0, 31 * 24 : 60 * 24].tolist()
    assert dropped() == []

    assert bring_back("1h", at=NOW, say=lambda *_: None) == 2 * 91 * 24
    assert candles() == before
    assert list(Series.objects.order_by("pk").values_list("first_open", "last_open", "bars")) == series
    assert dropped()[0] == ("2024-01", 2 * 31 * 24)
    assert Dropped.objects.filter(file="candles/1h/2024-01-2.parquet").exists()


def test_where_another_timeframe_stays_only_the_rows_of_one_go(market):
    batch, instruments, _ = market
    feed(batch, instruments, walk(8, 150, instruments=2, step=DAY), timeframe="1d")

    assert len(dropped()) == 3

    assert len(months()) == 5
    assert Candle.objects.filter(timeframe="1h").order_by("open_time").first().open_time.month == 4
    assert Candle.objects.filter(timeframe="1d").count() == 300


def test_signals_go_on_as_if_nothing_had_been_dropped(market):
    batch, instruments, bars = market
    version = add_strategy(text=BUSY, at=NOW)
    # Nothing has been evaluated: all is needed.
    assert {one.hold.why for one in verdicts(KEPT, at=AT)} == {f"{version}, shard 0, has no checkpoint yet"}
    generate(at=NOW)
    assert Checkpoint.objects.exists()
    assert len(dropped()) == 3
    MEMORY.clear()

    feed(batch, instruments, bars.slice(BARS, BARS + 100))
    generate(at=NOW)
    after = story(version)
    assert bring_back("1h", at=NOW, say=lambda *_: None) > 0
    MEMORY.clear()
    whole = add_strategy(text=BUSY.replace('"Busy"', '"Beside"'), at=NOW)
    generate(at=NOW)
    # But for what says whether the version was there already.
    assert [row[:11] + row[12:] for row in after] == [row[:11] + row[12:] for row in story(whole)]
    assert len(after) > 50


def test_what_is_needed_stays_and_the_reason_is_told(market):
    batch, instruments, _ = market
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    signal = Signal.objects.filter(state="published", bar_time__lt=datetime(2024, 2, 20, tzinfo=UTC)).last()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Outcome.objects.filter(pk=signal.pk).update(state="open")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert [(str(one.month), one.hold and one.hold.why) for one in verdicts(KEPT, at=AT)] == [
        ("2024-01", None),
        ("2024-02", f"a signal of {version} is open"),
        ("2024-03", f"a signal of {version} is open"),
    ]
    job = Job.objects.create(kind="backtest", title="b", created_at=NOW)
    facts = {
        "timeframe": "1h",
        "text": "",
        "digest": "",
        "venue": batch.venue,
        "request_digest": "",
        "stamp": "",
    }
    arrays = {"instruments": [instruments[0].pk], "origins": [START], "untils": [START], "bars": [1]}
    StoredBacktest.objects.create(name="mine", job=job, created_at=NOW, engine_version="", **facts, **arrays)
    assert [one.hold.why for one in verdicts(KEPT, at=AT)] == [
        "backtest 1 (mine) is not finished".replace("1", str(StoredBacktest.objects.get().pk))
    ] * 3
    assert dropped() == []
    assert len(months()) == 5


def test_nothing_is_replayed_over_what_is_gone(market):
    batch, instruments, bars = market
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    before = story(version)
    assert len(dropped()) == 3

    # A correction behind which no checkpoint stands: what was known stays.
    fixed = walk(99, 3, instruments=2, start=START + (BARS - 200) * HOUR)
    feed(batch, instruments, fixed)
    generate(at=NOW)
    assert story(version) == before
    assert Progress.objects.get().amendments == [1, 1]
    with pytest.raises(NotExplainable, match="retention restore"):
        explain(version=version, instrument=instruments[0], bar_time=datetime(2024, 5, 3, tzinfo=UTC))

    Checkpoint.objects.all().delete()
    MEMORY.clear()
    feed(batch, instruments, bars.slice(BARS, BARS + 1))
    with pytest.raises(CandlesDropped, match="retention restore"):
        generate(at=NOW)
    bring_back("1h", at=NOW, say=lambda *_: None)
    assert generate(at=NOW).bars == 2


def test_a_file_that_cannot_be_written_drops_nothing(market, settings, tmp_path):
    settings.HELIOGRAPH_RETENTION_FOLDER = str(tmp_path / "file")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        dropped()
    assert len(months()) == 5
    assert Dropped.objects.count() == 0


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("audit=400", "the days of audit cannot be chosen: it is a chain"),
        ("signals=400", "what was published is final"),
        ("candles=400", "name the timeframe"),
        ("candles.1m=3", "must give candles.1m 30 days or more"),
        ("jobs=many", "must give jobs 1 days or more"),
        ("sales=3", "there is no 'sales'"),
    ],
)
def test_what_cannot_be_is_refused(word, why):
    with pytest.raises(BadRetention, match=why):
        parse([word])


def test_every_kind_is_declared_once_and_the_command_shows_it(market, settings, capsys):
    assert len({one.name for one in POLICIES}) == len(POLICIES)
    settings.HELIOGRAPH_RETENTION = ["candles.1h=40", "rings=2"]
    assert invoke(["retention", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    days = {one["name"]: one["days"] for one in told["kinds"]}
    assert (days["candles.1h"], days["rings"], days["audit"]) == (40, 2, None)
    assert {one["goes"] for one in told["candles"]} == {True}
    assert invoke(["retention", "run", "--json"]) == 0
    gone = json.loads(capsys.readouterr().out)["candles"]
    assert [one["month"] for one in gone] == [f"2024-0{month}" for month in (1, 2, 3, 4, 5)][: len(gone)]
    assert AuditEntry.objects.get().action == "retention.run"
    assert timedelta(0) < NOW - AT
