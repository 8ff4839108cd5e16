"""Deliveries that are taken back."""

from datetime import timedelta

import pytest

from heliograph.market.bars import load_series
from heliograph.market.coverage import coverage
from heliograph.market.ingest import import_files
from heliograph.market.models import Amendment, Batch, CandleRevision, Instrument, Series
from heliograph.market.rows import rows_of
from heliograph.market.sources.exchange.deliver import deliver as deliver_rows
from heliograph.market.sources.files import Reading
from heliograph.market.undo import CannotUndo, Undone, undo_import
from heliograph.market.wire import to_datetime
from tests.market.candles import hours
from tests.market.conftest import NOW

HEADER = "time,open,high,low,close,volume\n"
FIRST = 1_706_731_200_000
HOUR = 3_600_000

pytestmark = pytest.mark.django_db


def hour(number):
    return NOW + timedelta(hours=number)


@pytest.fixture
def deliver(tmp_path):
    """Writes a file of closes by hour and imports it; the number of the import."""

    def call(closes, *, at, name="BTCUSDT"):
        file = tmp_path / f"{name}.csv"
        rows = [
            f"{to_datetime(FIRST + number * HOUR):%Y-%m-%d %H:%M},{close},{close + 1},{close - 1},{close},5\n"
            for number, close in closes.items()
        ]
        file.write_text(HEADER + "".join(rows))
        [result] = import_files([file], at=at, reading=Reading(timeframe="1h"))
        assert result.refused is None
        return Batch.objects.latest("pk").pk

    return call


def closes(*, known=None):
    instrument = Instrument.objects.get()
    bars = load_series(instrument=instrument.pk, timeframe="1h", as_known_at=known)
    numbers = ((bars.time - FIRST) // HOUR).tolist()
    return dict(zip(numbers, bars.close[0].tolist(), strict=True))


def figures():
    series = Series.objects.get()
    bounds = [
        (moment - to_datetime(FIRST)) // timedelta(hours=1)
        for moment in (series.first_open, series.last_open)
    ]
    return (*bounds, series.bars, series.amendments)


def amendments():
    return list(
        Amendment.objects.order_by("number").values_list("number", "inserted", "revised", "removed", "batch")
    )


def test_what_was_added_goes_and_what_was_corrected_comes_back(deliver):
    right = deliver({0: 10, 1: 11, 2: 12, 3: 13}, at=hour(0))
    wrong = deliver({2: 12, 3: 99, 4: 98, 5: 97}, at=hour(1))

    undone = undo_import(wrong, at=hour(2))

    assert undone == Undone(wrong, undone.name, removed=2, restored=1, kept=0, series=1)
    assert closes() == {0: 10, 1: 11, 2: 12, 3: 13}
    assert figures() == (0, 3, 4, 2)
    assert amendments() == [(1, 0, 1, 0, wrong), (2, 0, 1, 2, wrong)]
    assert Batch.objects.get(pk=wrong).undone_at == hour(2)
    assert coverage()[0].bars == 4
    assert Batch.objects.get(pk=right).undone_at is None


def test_any_moment_can_be_read_as_it_was_known(deliver):
    deliver({0: 10, 1: 11, 2: 12}, at=hour(0))
    wrong = deliver({2: 99, 3: 98}, at=hour(1))
    undo_import(wrong, at=hour(2))
    deliver({3: 13}, at=hour(3))

    assert [closes(known=hour(h)) for h in (0, 1, 2, 3)] == [
        {0: 10, 1: 11, 2: 12},
        {0: 10, 1: 11, 2: 99, 3: 98},
        {0: 10, 1: 11, 2: 12},
        {0: 10, 1: 11, 2: 12, 3: 13},
    ]
    assert CandleRevision.objects.filter(source=wrong, replaced_by=wrong).count() == 2


def test_what_a_later_delivery_corrected_again_stays_and_is_counted(deliver):
    deliver({0: 10, 1: 11, 2: 12}, at=hour(0))
    wrong = deliver({1: 91, 2: 92, 3: 93}, at=hour(1))
    deliver({2: 22, 3: 23}, at=hour(2))

    undone = undo_import(wrong, at=hour(3))

    assert (undone.removed, undone.restored, undone.kept) == (0, 1, 2)
    assert closes() == {0: 10, 1: 11, 2: 22, 3: 23}


def test_undoing_in_any_order_leaves_the_newest_value_that_stands(deliver):
    deliver({0: 10}, at=hour(0))
    second = deliver({0: 20, 1: 21}, at=hour(1))
    third = deliver({0: 30, 1: 31}, at=hour(2))
    undo_import(second, at=hour(3))
    assert closes() == {0: 30, 1: 31}

    undo_import(third, at=hour(4))

    assert closes() == {0: 10}
    assert figures() == (0, 0, 1, 3)


def test_the_same_file_can_be_imported_again(deliver):
    deliver({0: 10, 1: 11}, at=hour(0))
    wrong = deliver({1: 99, 2: 98}, at=hour(1))
    undo_import(wrong, at=hour(2))

    again = deliver({1: 99, 2: 98}, at=hour(3))

    assert again != wrong
    assert closes() == {0: 10, 1: 99, 2: 98}
    # The bar behind the last one had been there before: who had gone past it has to hear of it.
    assert amendments()[-1] == (3, 1, 1, 0, again)
    undo_import(again, at=hour(4))
    assert closes() == {0: 10, 1: 11}


def test_a_file_that_found_the_bars_of_an_undone_one_stored_brings_them_again(deliver):
    wrong = deliver({0: 10, 1: 11, 2: 92}, at=hour(0), name="BTCUSDT_wrong")
    deliver({0: 10, 1: 11}, at=hour(1))
    undo_import(wrong, at=hour(2))
    assert closes() == {}

    deliver({0: 10, 1: 11}, at=hour(3))

    assert closes() == {0: 10, 1: 11}


def test_a_series_without_bars_is_shown_nowhere_and_begins_anew(deliver):
    wrong = deliver({5: 95, 6: 96, 7: 97}, at=hour(0))
    undo_import(wrong, at=hour(1))
    assert (coverage(), closes(), figures()[2:]) == ([], {}, (0, 1))

    deliver({6: 16, 9: 19}, at=hour(2))

    assert closes() == {6: 16, 9: 19}
    assert figures() == (6, 9, 2, 2)
    assert amendments()[-1][1:4] == (1, 0, 0)


def test_it_is_one_step_or_none(deliver, monkeypatch):
    wrong = deliver({0: 10, 1: 11}, at=hour(0))

    def fail(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo_import(wrong, at=hour(1), progress=fail)

    assert (closes(), Batch.objects.get().undone_at) == ({0: 10, 1: 11}, None)


def test_what_cannot_be_undone_is_said_in_a_sentence(deliver, batch):
    wrong = deliver({0: 10}, at=hour(0))
    undo_import(wrong, at=hour(1))

    with pytest.raises(CannotUndo, match=rf"Import {wrong} .* was undone on 2026-01-02 01:00 UTC"):
        undo_import(wrong, at=hour(2))
    with pytest.raises(CannotUndo, match="There is no import 12345; `heliograph imports list` shows"):
        undo_import(12345, at=hour(2))
    with pytest.raises(CannotUndo, match="is not finished: it is running or was interrupted"):
        undo_import(batch.pk, at=hour(2))
    assert undo_import(batch.pk, at=hour(2), unfinished=True).removed == 0


def test_what_an_exchange_delivers_after_an_undo_is_another_delivery(venue, btc):
    batch = Batch.objects.create(venue=venue, kind="exchange", name="live 2026-01-02", started_at=NOW)
    rows = rows_of([btc.pk], hours(10, 11))
    deliver_rows({"1h": rows}, batch=batch, at=hour(0), findings={})
    undo_import(batch.pk, at=hour(1))

    assert deliver_rows({"1h": rows}, batch=batch, at=hour(2), findings={}) == 2

    assert closes() == {0: 10, 1: 11}
    sources = Batch.objects.order_by("pk").values_list("name", "inserted", "undone_at")
    assert list(sources) == [("live 2026-01-02", 2, hour(1)), ("live 2026-01-02", 2, None)]
