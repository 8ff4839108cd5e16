"""What pages show and do beside the great nouns: days, gaps, corrections, plots, previews, one's own."""

import io
from datetime import timedelta
from math import isnan

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from matplotlib.image import imread

from heliograph.accounts.models import AuditEntry, Person
from heliograph.fleet.jobs import run_next
from heliograph.kit.clock import utc_now
from heliograph.market.models import Amendment, Candle, CandleRevision, Listing, Series, Watch
from heliograph.market.uploaded import run_import
from heliograph.notices.channel import add_channel, try_channel
from heliograph.notices.models import Notice
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.research.run import run_backtest
from heliograph.signals.models import Signal
from tests.signals.world import BUSY, NOW
from tests.web.api.test_writes import CSV, send
from tests.web.people import person_with, with_token
from tests.web.test_data_pages import market
from tests.web.workshop import make_workshop

__all__ = ["market"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def program(as_token):
    """A program of an admin."""
    return as_token("admin")


def read(client, path):
    status, told = send(client, "get", path)
    assert status == 200, told
    return told


def test_days_of_a_series_are_counted_as_on_the_map(program, market):
    (found,) = read(program, "coverage/days?symbol=A/USDT&first=2023-12-31&last=2024-01-05")["items"]
    days = [(one["day"], one["stored"], one["expected"], one["kind"]) for one in found["days"]]
    # A hundred hours from 1 January on, of which 30 to 32 lack.
    assert days == [
        ("2023-12-31", 0, 0, "before"),
        ("2024-01-01", 24, 24, "complete"),
        ("2024-01-02", 21, 24, "partial"),
        ("2024-01-03", 24, 24, "complete"),
        ("2024-01-04", 24, 24, "complete"),
        ("2024-01-05", 4, 4, "complete"),
    ]
    assert found["series_id"] == Series.objects.get(instrument=market[0]).pk
    pages = [read(program, "coverage/days?limit=5")]
    pages.append(read(program, f"coverage/days?limit=5&cursor={pages[0]['next']}"))
    assert [len(page["items"]) for page in pages] == [5, 3]


@pytest.mark.parametrize("query", ["first=2024-01-02&last=2024-01-01", "first=2020-01-01", "last=0001-01-01"])
def test_strange_days_are_refused(program, market, query):
    assert send(program, "get", f"coverage/days?{query}")[0] == 422


def test_gaps_are_told_with_what_becomes_of_them(program, market):
    items = read(program, "gaps")["items"]
    gaps = {one["symbol"]: one["gaps"] for one in items}
    assert [symbol for symbol, found in gaps.items() if found] == ["A/USDT"]
    (gap,) = gaps["A/USDT"]
    assert (gap["first"], gap["last"], gap["bars"]) == ("2024-01-02T06:00:00Z", "2024-01-02T08:00:00Z", 3)
    assert (gap["tries"], gap["asked_at"], items[0]["watch_id"]) == (0, None, None)

    watch = Watch.objects.create(instrument=market[0], timeframe="1h", since=NOW, created_at=NOW)
    at = Series.objects.get(instrument=market[0]).first_open + timedelta(hours=30)
    span = {"first_open": at, "last_open": at + timedelta(hours=2), "bars": 3}
    watch.unserved.create(**span, venue=market[0].venue, tries=3, asked_at=NOW, not_before=NOW)
    (found,) = read(program, "gaps?symbol=A/USDT")["items"]
    assert (found["watch_id"], found["gaps"][0]["tries"]) == (watch.pk, 3)
    assert read(program, "gaps?symbol=A/USDT&since=2024-01-03")["items"][0]["gaps"] == []


def test_a_correction_says_what_a_bar_said_before_and_since(program, market):
    (found,) = read(program, "corrections")["items"]
    row, bar = CandleRevision.objects.get(), Candle.objects.get(instrument=market[0], volume=123.45)
    assert (found["symbol"], found["open_time"]) == ("A/USDT", "2024-01-01T05:00:00Z")
    assert (found["before"]["volume"], found["after"]["volume"]) == (row.volume, 123.45)
    assert (found["before"]["close"], found["after"]["close"], isnan(bar.close)) == (
        row.close,
        bar.close,
        False,
    )
    assert (found["source"], found["replaced_by"], found["undone"]) == (
        row.source_id,
        row.replaced_by_id,
        False,
    )
    assert read(program, "corrections?venue=nowhere")["items"] == []
    stored = Amendment.objects.order_by("-pk").values_list("pk", "revised")
    told = [(one["id"], one["revised"]) for one in read(program, "amendments?symbol=A/USDT")["items"]]
    assert told == list(stored)


def test_what_was_listed_and_delisted_is_told_by_its_last_change(program, market):
    Listing.objects.create(instrument=market[0], listed_at=NOW, delisted_at=NOW + timedelta(days=3))
    Listing.objects.create(instrument=market[1], listed_at=NOW + timedelta(days=1))
    spans = read(program, "listings")["items"]
    assert [(one["symbol"], one["delisted_at"] is None) for one in spans] == [
        ("A/USDT", False),
        ("B/USDT", True),
    ]
    first = read(program, "listings?limit=1")
    again = read(program, f"listings?limit=1&cursor={first['next']}")
    assert [one["symbol"] for one in first["items"] + again["items"]] == ["A/USDT", "B/USDT"]


def test_expressions_have_their_values_at_the_bars(program, market):
    closes = list(
        Candle.objects.filter(instrument=market[1]).order_by("open_time").values_list("close", flat=True)
    )
    query = "symbol=B/USDT&bars=5&plot=sma(close,3)&plot=close>open&plot=emma(close,3)"
    told = read(program, f"plots?{query.replace('>', '%3E')}")
    mean, rose = told["lines"]
    by_hand = [sum(closes[place - 2 : place + 1]) / 3 for place in range(len(closes) - 5, len(closes))]
    assert mean["values"] == pytest.approx(by_hand)
    assert set(rose["values"]) <= {0, 1}
    assert [(one["text"], one["column"], one["suggestion"]) for one in told["faults"]] == [
        ("emma(close,3)", 1, "ema")
    ]
    assert len(told["opens"]) == 5


def test_the_chart_of_a_signal_is_a_picture_of_the_size_that_is_asked_for(program, world):
    row = Signal.objects.filter(outcome__state="settled").first()
    address = f"/api/v1/signals/{row.pk}/chart.png"
    answer = program.get(f"{address}?width=640&height=400&theme=dark")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    picture = imread(io.BytesIO(answer.content), format="png")
    assert picture.shape[:2] == (400, 640)
    again = program.get(
        f"{address}?width=640&height=400&theme=dark", headers={"If-None-Match": answer["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert imread(io.BytesIO(program.get(address).content), format="png").shape[:2] == (600, 960)
    for query in ("width=1921", "height=399", "theme=loud", "colour=red"):
        assert program.get(f"{address}?{query}").status_code == 422
    assert program.get("/api/v1/signals/999999/chart.png").status_code == 404


def test_a_watch_list_is_ones_own(program, world):
    first, second = (one.pk for one in world.instruments[:2])
    assert send(program, "put", f"watchlist/{second}")[1]["symbol"] == "ETH/USDT"
    assert send(program, "put", f"watchlist/{first}")[0] == 200
    assert send(program, "put", f"watchlist/{first}")[0] == 200
    assert [one["instrument_id"] for one in read(program, "watchlist")["items"]] == [second, first]
    assert read(with_token("read", role="viewer"), "watchlist")["items"] == []
    assert send(program, "delete", f"watchlist/{second}") == (204, None)
    status, told = send(program, "delete", f"watchlist/{second}")
    assert (status, told["detail"]) == (404, "ETH/USDT is not on your watch-list.")
    assert send(program, "put", "watchlist/999999")[0] == 404


def test_a_filter_is_counted(program, world):
    made = send(program, "post", "filters", {"name": "longs", "query": "side=long&state=rejected"})[1]
    longs = Signal.objects.filter(side="long", state="rejected").count()
    assert read(program, f"filters/{made['id']}/count") == {"count": longs}
    other = with_token("read", role="viewer")
    assert send(other, "get", f"filters/{made['id']}/count")[0] == 404


def test_a_subscription_is_tried_on_what_came_lately(program):
    add_channel("desk", kind="log", options={}, at=NOW)
    for number in range(3):
        payload = {"strategy": "Busy", "side": "long" if number else "short", "symbol": "BTC/USDT"}
        Notice.objects.create(
            topic="signal.published", subject=f"signal:{number}", payload=payload, created_at=utc_now()
        )
    told = send(program, "post", "subscription-preview", {"channel": "desk", "side": "long"})[1]
    assert (told["would_have"], told["of"], told["more"], len(told["examples"])) == (2, 3, False, 2)
    assert send(program, "post", "subscription-preview", {"channel": "nowhere"})[0] == 404
    assert not AuditEntry.objects.exists()


def test_messages_are_told_with_their_tries(program, as_token):
    add_channel("desk", kind="log", options={}, at=NOW)
    for _ in range(3):
        try_channel("desk", at=utc_now())
    first = read(program, "messages?limit=2")
    rest = read(program, f"messages?limit=2&cursor={first['next']}")
    assert ([len(first["items"]), len(rest["items"])], rest["next"]) == ([2, 1], None)
    assert {(one["channel"], one["state"], len(one["log"])) for one in first["items"]} == {
        ("desk", "sent", 1)
    }
    assert read(program, "messages?state=failed")["items"] == []
    number = first["items"][0]["id"]
    assert read(program, f"messages/{number}")["told"] == []
    # What is nobody's own is the installation's, which operators tend.
    assert send(as_token("read", role="viewer"), "get", f"messages/{number}")[0] == 404


def test_what_a_backtest_would_run_over_is_told_without_asking_for_it(program, world):
    asked = {"version_id": world.version.pk, "venue": "replay-made-up", "symbols": ["BTC/USDT"]}
    told = send(program, "post", "backtest-preview", asked)[1]
    series = Series.objects.get(instrument=world.instruments[0])
    assert (told["instruments"], told["bars"]) == (1, series.bars)
    assert send(program, "post", "backtest-preview", asked | {"venue": "nowhere"})[0] in (404, 422)
    assert read(program, "backtests")["items"] == []


def test_a_backtest_is_held_against_what_was_published(program, world):
    asked = request_backtest(Text(BUSY), Scope(venue="replay-made-up"), at=NOW).backtest
    assert send(program, "get", f"backtests/{asked.pk}/live")[0] == 409
    run_next({"backtest": run_backtest}, holder="a test", only=asked.job_id)
    told = read(program, f"backtests/{asked.pk}/live")
    published = Signal.objects.filter(version=world.version, state="published").count()
    assert (told["equal"], told["compared"], told["differing"]) == (True, published, 0)

    other = request_backtest(
        Text(BUSY.replace("cooldown = 3", "cooldown = 4")), Scope(venue="replay-made-up"), at=NOW
    ).backtest
    run_next({"backtest": run_backtest}, holder="a test", only=other.job_id)
    told = read(program, f"backtests/{other.pk}/live")
    assert (told["equal"], told["says"][:24]) == (None, "No stored version says t")
    stops = read(program, f"backtests/{asked.pk}/trades?limit=500&exit_reason=stop")["items"]
    assert {one["exit_reason"] for one in stops} == {"stop"}


def test_uploaded_files_are_read_again_without_being_sent_again(program, settings, tmp_path):
    settings.HELIOGRAPH_UPLOADS = str(tmp_path)
    analyst = with_token("write", role="analyst")
    form = {"files": [SimpleUploadedFile("BTC_USDT-1h.csv", CSV)], "look": "true"}
    job = analyst.post("/api/v1/imports", form).json()["id"]
    assert send(analyst, "post", f"imports/jobs/{job}/again", {})[0] == 409
    run_next({"import": run_import}, holder="a test")
    assert not Candle.objects.exists()
    status, again = send(
        analyst, "post", f"imports/jobs/{job}/again", {"symbol": "BTC/USDT", "timeframe": "1h"}
    )
    assert (status, again["kind"], again["id"] != job) == (201, "import", True)
    assert send(analyst, "post", f"imports/jobs/{again['id']}/cancel")[1]["state"] == "cancelled"
    assert send(analyst, "post", f"imports/jobs/{again['id']}/resume")[1]["state"] == "queued"
    run_next({"import": run_import}, holder="a test")
    assert Candle.objects.count() == 1
    assert send(analyst, "post", "imports/jobs/999999/cancel")[0] == 404


def test_one_sees_and_changes_ones_own_settings(program):
    me = read(program, "me")
    assert (me["name"], me["role"], me["token"]["scope"]) == ("the admin", "admin", "admin")
    status, changed = send(program, "patch", "me", {"time_zone": "Europe/Helsinki", "candles": "teal-red"})
    assert (status, changed["time_zone"], changed["candles"]) == (200, "Europe/Helsinki", "teal-red")
    assert Person.objects.get(name="the admin").time_zone == "Europe/Helsinki"
    assert AuditEntry.objects.latest("pk").details["changed"] == ["time_zone", "candles"]
    for body in ({"time_zone": "Mars"}, {"email": "x"}, {"name": ""}, {"role": "admin"}):
        assert send(program, "patch", "me", body)[0] == 422
    status, told = send(with_token("write"), "patch", "me", {"candles": "ink"})
    assert (status, told["detail"]) == (403, "To change one's own settings a token needs the scope admin.")


def test_a_session_is_ended_from_elsewhere(program, client):
    client.get("/")
    person = person_with("admin")
    UserSession.objects.create(
        user=person, ip="10.0.0.7", user_agent="Firefox/120 Linux", session_key=client.session.session_key
    )
    (one,) = read(program, "me/sessions")["items"]
    assert (one["what"], one["address"]) == ("Firefox on Linux", "10.0.0.7")
    assert send(program, "delete", f"me/sessions/{one['id']}") == (204, None)
    assert read(program, "me/sessions")["items"] == []
    assert client.get("/").status_code == 302


def test_what_has_a_name_is_found(program, world):
    found = read(program, "found?q=btc")["items"]
    assert [(one["kind"], one["name"]) for one in found] == [("Instruments", "BTC/USDT")]
    assert send(program, "get", "found")[0] == 422


def test_figures_and_reasons_are_those_of_the_rows(program, world):
    told = read(program, "overview")
    still_open = Signal.objects.filter(outcome__state__in=("pending", "open")).count()
    assert (told["live"], told["shadow"]) == (0, still_open)
    reasons = read(program, f"versions/{world.version.pk}/reasons")["items"]
    assert sum(one["count"] for one in reasons) == Signal.objects.filter(state="rejected").count()
    examples = read(program, "strategies/examples")["items"]
    assert all(one["name"] in one["text"] for one in examples)


def test_a_node_is_weighed_and_a_place_explained(program, world):
    make_workshop()
    status, node = send(program, "post", "nodes/desk:worker-1/weight", {"weight": 0.5})
    assert (status, node["weight"]) == (200, 0.5)
    for weight in (0, 1e9, "1"):
        assert send(program, "post", "nodes/desk:worker-1/weight", {"weight": weight})[0] == 422
    assert send(program, "post", "nodes/nobody/weight", {"weight": 1})[0] == 404
    told = read(program, "placement/explanation?key=shard:3")
    assert (told["node"], [one["after"] for one in told["decisions"]]) == ("desk:worker-2", ["desk:worker-2"])
    assert send(program, "get", "placement/explanation?key=shard:999")[0] == 404
    assert send(program, "post", "cache/clear", {}) == (204, None)
    assert [one.action for one in AuditEntry.objects.order_by("pk")] == ["node.weigh", "cache.clear"]
