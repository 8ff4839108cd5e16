"""What the pages say while the first start evaluates the stored history."""

from datetime import timedelta

import pytest

from heliograph.fleet.models import Node
from heliograph.kit.clock import utc_now
from heliograph.market.models import Venue
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Progress, Strategy
from heliograph.signals.strategies import add_strategy
from heliograph.web.reads.starting import Starting, starting
from tests.signals.world import BUSY, HOUR, NOW, feed, make_venue, walk

pytestmark = pytest.mark.django_db
SYMBOLS = ("A/USDT", "B/USDT")
BARS = 1_000


@pytest.fixture
def half():
    """Two instruments with a thousand bars each: one evaluated to its end, the other to its middle."""
    batch, instruments = make_venue("replay-made-up", kind=Venue.Kind.REPLAY, symbols=SYMBOLS)
    bars = walk(7, BARS, instruments=2)
    feed(batch, instruments, bars)
    add_strategy(text=BUSY, stage="live", at=utc_now())
    generate(at=NOW)
    row = Progress.objects.get()
    row.watermarks = [int(bars.time[-1]), int(bars.time[BARS // 2 - 1])]
    row.save()
    Evaluation.objects.update(started_at=utc_now())
    return row


def body(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_evaluated_bars_are_counted_from_the_rows_of_the_shards(half):
    assert starting(at=utc_now()) == Starting(1_500, 2_000)


@pytest.mark.parametrize("address", ["/", "/work/", "/work/jobs/"])
def test_overview_and_work_say_that_it_starts_and_how_far_it_is(client, half, address):
    page = body(client, address)
    assert "The stored history is being evaluated:" in page
    assert "1,500 of 2,000 bars, 75 %" in page
    assert "nobody reads it" not in page


def test_queues_that_nobody_reads_yet_are_not_called_a_fault(client, half):
    assert "read when the start is over" in body(client, "/work/queues/")
    assert "read when the start is over" in body(client, "/work/queues/", **{"HX-Request": "true"})


def test_when_it_is_done_the_page_is_asked_for_anew(client, half):
    assert "1,500 of 2,000" in body(client, "/overview/starting")
    half.watermarks = [half.watermarks[0]] * 2
    half.save()
    answer = client.get("/overview/starting")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert "being evaluated" not in body(client, "/")


def test_with_a_living_worker_nothing_starts(half):
    now = utc_now()
    Node.objects.create(name="desk:worker", host="desk", pid=1, queues=[], started_at=now, heartbeat_at=now)
    assert starting(at=now) is None


def test_where_nothing_was_evaluated_for_minutes_nobody_starts(client, half):
    Evaluation.objects.update(started_at=utc_now() - timedelta(minutes=3))
    assert starting(at=utc_now()) is None
    assert "nobody reads it" in body(client, "/work/queues/")


def test_before_the_first_step_none_of_the_bars_is_evaluated(client):
    batch, instruments = make_venue("file", symbols=SYMBOLS)
    feed(batch, instruments, walk(7, BARS, instruments=2))
    add_strategy(text=BUSY, stage="live", at=utc_now())
    assert "0 of 2,000 bars, 0 %" in body(client, "/")
    assert starting(at=utc_now() + timedelta(hours=1)) is None


def test_bars_of_hidden_strategies_are_not_counted(half):
    assert starting(at=utc_now(), hidden=(Strategy.objects.get().pk,)) is None


def test_a_few_bars_behind_are_no_start(half):
    half.watermarks = [half.watermarks[0], half.watermarks[0] - 400 * HOUR]
    half.save()
    assert starting(at=utc_now()) is None
