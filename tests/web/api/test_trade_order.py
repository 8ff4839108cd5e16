"""The trades of a backtest in the orders of its page, read part by part."""

import pytest

from heliograph.fleet.jobs import run_next
from heliograph.research.models import StoredTrade
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.research.run import run_backtest
from heliograph.web.reads.trades import SORTS, TradeFilter, trade_lines
from tests.signals.world import BUSY, NOW
from tests.web.api.test_writes import send

pytestmark = pytest.mark.django_db
ORDERS = sorted(SORTS)


@pytest.fixture
def run(world):
    """A finished backtest. Some of its trades have the same R, and some have none."""
    asked = request_backtest(Text(BUSY), Scope(venue="replay-made-up"), at=NOW).backtest
    run_next({"backtest": run_backtest}, holder="a test", only=asked.job_id)
    numbers = list(asked.trades.order_by("number").values_list("number", flat=True))
    StoredTrade.objects.filter(backtest=asked, number__in=numbers[2:9]).update(r=0.1 + 0.2, bars_held=4)
    StoredTrade.objects.filter(backtest=asked, number__in=numbers[9:14]).update(r=None, bars_held=None)
    asked.refresh_from_db()
    return asked


def address(run, order, rest):
    chosen = f"&order={order}" if order else ""
    return f"backtests/{run.pk}/trades?{rest}{chosen}"


def numbers_read(client, run, order, *, limit):
    """The numbers of all pages, one after the other."""
    found, cursor = [], ""
    while cursor is not None:
        after = f"&cursor={cursor}" if cursor else ""
        status, page = send(client, "get", address(run, order, f"limit={limit}{after}"))
        assert status == 200, page
        found += [one["number"] for one in page["items"]]
        cursor = page["next"]
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_they_come_as_on_the_page_whatever_is_read_at_once(as_role, run, order):
    lines, count = trade_lines(run, TradeFilter(sort=order), start=0, limit=1_000)
    shown = [line.trade.number for line in lines]
    assert len(shown) == count > 15
    assert numbers_read(as_role("viewer"), run, order, limit=4) == shown
    assert numbers_read(as_role("viewer"), run, order, limit=1) == shown


@pytest.mark.parametrize("order", ORDERS)
def test_a_file_has_the_same_order(as_role, run, order):
    answer = as_role("viewer").get(f"/api/v1/{address(run, order, 'format=csv&fields=number')}")
    told = b"".join(answer).decode().split()[1:]
    lines, _ = trade_lines(run, TradeFilter(sort=order), start=0, limit=1_000)
    assert [int(number) for number in told] == [line.trade.number for line in lines]


def test_a_cursor_of_another_order_is_refused(as_role, run):
    client = as_role("viewer")
    cursor = send(client, "get", address(run, "r", "limit=1"))[1]["next"]
    status, told = send(client, "get", address(run, "worst", f"limit=1&cursor={cursor}"))
    assert (status, told["errors"][0]["name"]) == (422, "cursor")
    assert send(client, "get", address(run, "best", "limit=1"))[0] == 422


def test_the_page_offers_the_file_in_its_order(as_role, run):
    page = as_role("viewer").get(f"/backtests/{run.pk}/trades/?sort=worst").content.decode()
    assert f"/api/v1/backtests/{run.pk}/trades?order=worst&amp;format=csv" in page
