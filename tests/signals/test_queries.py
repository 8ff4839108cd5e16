import pytest

from heliograph.signals.errors import BadCursor, NoSuchSignal, NoSuchStrategy, NoSuchVersion
from heliograph.signals.generate import generate
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.queries import (
    ROW,
    SignalFilter,
    find_version,
    list_signals,
    newest_version,
    running_versions,
    signal_item,
)
from heliograph.signals.scores import scoreboard
from heliograph.signals.strategies import add_strategy, promote
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

TRADE_KEYS = {
    *("id", "symbol", "side", "signal_time", "entry_time", "entry_price", "exit_time", "exit_price"),
    *("exit_reason", "r", "return_pct", "mfe_r", "mae_r", "bars_held"),
}


@pytest.fixture
def busy(db):
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT"))
    feed(batch, instruments, walk(31, 500, instruments=2))
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    return version


def pages(filters, limit):
    """All items of a list, page by page."""
    found, cursor = [], None
    while True:
        page = list_signals(filters, limit=limit, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_pages_hold_every_signal_once_newest_first(busy, limit):
    found = pages(SignalFilter(), limit)

    rows = Signal.objects.order_by("-bar_time", "-pk").values_list("pk", flat=True)
    assert [item.id for item in found] == list(rows)


def test_settled_signals_come_in_the_order_of_their_exits(busy):
    found = pages(SignalFilter(state="settled"), 9)

    rows = Outcome.objects.filter(state="settled").order_by("-exit_time", "-pk").values_list("pk", flat=True)
    assert [item.id for item in found] == list(rows)
    assert {item.state for item in found} == {"settled"}


def test_a_page_is_two_statements_beside_those_for_its_names(busy, django_assert_num_queries):
    with django_assert_num_queries(4):
        page = list_signals(SignalFilter(strategy="Busy", symbol="A/USDT"), limit=20)
    assert {(item.strategy, item.symbol) for item in page.items} == {("Busy", "A/USDT")}
    assert len(page.items) == 20


@pytest.mark.parametrize("state", ["published", "open", "settled", "missed", "unresolved", "rejected"])
def test_lists_by_state_are_what_the_rows_say(busy, state):
    found = pages(SignalFilter(state=state), 50)

    expected = {
        "published": Signal.objects.filter(state="published"),
        "open": Signal.objects.filter(outcome__state__in=["pending", "open"]),
        "rejected": Signal.objects.filter(state="rejected"),
    }
    rows = expected.get(state, Signal.objects.filter(outcome__state=state))
    assert sorted(item.id for item in found) == sorted(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("state", ["open", "settled", "missed"])
def test_lists_by_state_of_one_instrument_and_some_bars_are_what_the_rows_say(busy, state):
    every = pages(SignalFilter(state=state), 50)
    since = sorted(item.signal_time for item in every)[len(every) // 3] if every else None

    found = pages(SignalFilter(state=state, symbol="A/USDT", since=since), 3)

    expected = [item.id for item in every if item.symbol == "A/USDT" and item.signal_time >= since]
    assert [item.id for item in found] == expected
    assert found or state != "settled"


def test_an_outcome_has_the_instrument_and_the_bar_of_its_signal(busy):
    rows = Outcome.objects.order_by("pk")
    of_signals = rows.values_list("signal__instrument", "signal__bar_time")
    assert list(rows.values_list("instrument", "bar_time")) == list(of_signals)
    assert len(of_signals) > 0


def test_an_item_has_the_keys_of_a_trade(busy):
    item = list_signals(SignalFilter(state="settled")).items[0].to_dict()

    assert item.keys() >= TRADE_KEYS
    assert item["signal_time"].endswith("Z")
    assert signal_item(item["id"]).to_dict() == item


@pytest.mark.parametrize("cursor", ["x", "MTIz", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ", "", "MTox" * 99])
def test_a_strange_cursor_is_refused(busy, cursor):
    if cursor:
        with pytest.raises(BadCursor):
            list_signals(cursor=cursor)
    else:
        assert list_signals(cursor=cursor).items


def test_versions_are_found_by_name_and_number(busy):
    second = promote(add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 5"), at=NOW), at=NOW)
    third = add_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 6"), stage="draft", at=NOW)

    assert (find_version("Busy"), find_version("Busy", 1), newest_version("Busy")) == (second, busy, third)
    assert list(running_versions()) == [busy, second]
    with pytest.raises(NoSuchVersion, match="'Busy' has no version 9"):
        find_version("Busy", 9)
    with pytest.raises(NoSuchStrategy, match="There is no strategy 'Bizzy'; stored are Busy"):
        find_version("Bizzy")
    with pytest.raises(NoSuchSignal):
        signal_item(0)


def test_the_scoreboard_counts_what_the_rows_say(busy, django_assert_num_queries):
    with django_assert_num_queries(2):
        [score] = scoreboard()

    ended = list(Outcome.objects.filter(state="settled").values_list("r", "return_pct"))
    assert (score.published, score.rejected) == tuple(
        Signal.objects.filter(state=state).count() for state in ("published", "rejected")
    )
    assert (score.settled, score.hit_rate.n) == (len(ended), len(ended))
    assert score.hit_rate.value == sum(pct > 0 for _, pct in ended) / len(ended)
    assert score.mean_r.value == pytest.approx(sum(r for r, _ in ended) / len(ended), rel=1e-12)
    assert score.mean_r.low < score.mean_r.value < score.mean_r.high


def test_an_item_read_by_columns_is_the_item_of_the_row(busy):
    rows = {row.pk: row for row in Signal.objects.select_related(*ROW)}

    assert {item.id: item for item in pages(SignalFilter(), 500)} == {
        key: SignalItem.of(row) for key, row in rows.items()
    }


def test_filters_of_confidence_timeframe_and_exit_hold_what_the_rows_say(busy):
    rows = list(Signal.objects.select_related("outcome"))
    exits = sorted(row.outcome.exit_time for row in rows if hasattr(row, "outcome") and row.outcome.exit_time)
    first, last = exits[len(exits) // 4], exits[len(exits) // 2]

    found = pages(SignalFilter(state="settled", settled_since=first, settled_until=last), 50)
    assert sorted(item.exit_time for item in found) == [one for one in exits if first <= one < last]
    assert pages(SignalFilter(timeframe="5m"), 50) == []
    assert len(pages(SignalFilter(timeframe="1h"), 500)) == len(rows)
    known = [row.confidence for row in rows if row.confidence is not None]
    assert len(pages(SignalFilter(min_confidence=0.0, max_confidence=1.0), 500)) == len(known)


def test_signals_of_hidden_strategies_are_in_no_list(busy):
    assert pages(SignalFilter(hidden=(busy.strategy_id,)), 50) == []
    assert pages(SignalFilter(hidden=(busy.strategy_id + 1,)), 500) == pages(SignalFilter(), 500)
