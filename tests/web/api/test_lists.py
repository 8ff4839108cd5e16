import pytest

from heliograph.market.models import Candle
from heliograph.signals.models import Signal
from heliograph.signals.queries import list_signals
from tests.web.world import BARS, HISTORY


def pages(client, address):
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        answer = client.get(f"{address}&cursor={cursor}" if cursor else address).json()
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return items


def test_signals_are_the_items_of_the_room(client, world):
    item = client.get("/api/v1/signals", {"state": "settled", "limit": 1}).json()["items"][0]
    known = next(one for one in list_signals(limit=500).items if one.id == item["id"]).to_dict()

    assert {key: item[key] for key in known if key != "parts"} == {
        key: value for key, value in known.items() if key != "parts"
    }
    assert [part["price"] for part in item["parts"]] == [part["price"] for part in known["parts"]]


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_join_to_the_whole_list(client, world, limit):
    found = pages(client, f"/api/v1/signals?state=all&limit={limit}&symbol=BTC/USDT")

    whole = Signal.objects.filter(instrument__symbol="BTC/USDT").order_by("-bar_time", "-pk")
    assert [item["id"] for item in found] == list(whole.values_list("pk", flat=True))


def test_published_signals_are_listed_unless_asked_otherwise(client, world):
    states = {item["state"] for item in pages(client, "/api/v1/signals?limit=500")}

    assert "rejected" not in states
    assert {item["state"] for item in pages(client, "/api/v1/signals?limit=500&state=rejected")} == {
        "rejected"
    }


def test_candles_come_newest_first_with_every_digit(client, world):
    found = pages(client, "/api/v1/candles?symbol=BTC/USDT&timeframe=1h&limit=77")

    rows = Candle.objects.filter(instrument=world.instruments[0]).order_by("-open_time")
    assert len(found) == HISTORY < BARS
    assert [(item["open"], item["close"]) for item in found] == list(rows.values_list("open", "close"))
    assert found[0]["open_time"] == "2024-01-13T11:00:00Z"


def test_candles_of_a_span_are_cut_at_its_ends(client, world):
    span = {"symbol": "BTC/USDT", "since": "2024-01-05T00:00:00Z", "until": "2024-01-05T03:00:00Z"}
    found = client.get("/api/v1/candles", span).json()["items"]

    assert [item["open_time"][11:13] for item in found] == ["02", "01", "00"]


def test_instruments_and_strategies_are_listed(client, world):
    instruments = pages(client, "/api/v1/instruments?limit=2")
    assert sorted(item["symbol"] for item in instruments) == ["BTC/USDT", "ETH/USDT", "PEPE/USDT"]
    assert {(item["venue"], item["replay"], item["bars"]) for item in instruments} == {
        ("replay-made-up", True, HISTORY)
    }
    [strategy] = pages(client, "/api/v1/strategies?limit=9")
    assert (strategy["strategy"], strategy["number"], strategy["stage"]) == ("Busy", 1, "shadow")
    assert strategy["mean_r"]["n"] > 10
    assert "crosses_above" in strategy["text"]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("signals?cursor=what", 422, "cursor"),
        ("instruments?cursor=%F0", 422, "cursor"),
        ("candles?symbol=BTC/USDT&cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ", 422, "cursor"),
        ("signals?limit=0", 422, "limit"),
        ("signals?limit=501", 422, "limit"),
        ("signals?state=great", 422, "state"),
        ("signals?since=yesterday", 422, "since"),
        ("candles", 422, "`symbol`: it is missing"),
        ("candles?symbol=NOPE", 422, "NOPE"),
        ("signals?colour=red", 422, "There is no parameter `colour` here; there are cursor, "),
        ("instruments?limit=many", 422, "`limit`: it must be a valid integer"),
        ("nowhere", 404, "There is no `/api/v1/nowhere`"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_of_one_sentence(client, world, address, status, said):
    answer = client.get(f"/api/v1/{address}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]
    assert answer.json()["status"] == status


@pytest.mark.parametrize("name", ["symbol", "strategy", "venue"])
def test_a_name_with_nul_is_refused(client, world, name):
    assert client.get("/api/v1/signals", {name: "a\x00b"}).status_code == 422
