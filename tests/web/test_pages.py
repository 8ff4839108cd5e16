import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.engine.bars import INPUTS, Bars
from heliograph.market.models import Instrument, Replay
from heliograph.market.sources.replay.samples import find_sample
from heliograph.market.sources.replay.venue import load_sample
from heliograph.signals.models import Outcome, Signal
from tests.signals.world import NOW, feed, walk
from tests.web.world import make_world

EMPTY = {
    "/": "No candles yet.",
    "/signals/": "No signals yet.",
    "/instruments/": "No candles yet.",
    "/strategies/": "No strategies yet.",
    "/why-not/": "Nothing to explain yet.",
    "/replays/": "No replay runs.",
    "/about/": "It places no orders",
}


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def why_not(world):
    """The address of the form, filled in but for the bar."""
    return f"/why-not/?version={world.version.pk}&instrument={world.instruments[0].pk}"


def settled():
    """A settled long, half of which left at its first target."""
    return Outcome.objects.filter(state="settled", signal__side="long").exclude(parts=[]).latest("pk").signal


@pytest.mark.django_db
@pytest.mark.parametrize("address", EMPTY)
def test_an_empty_house_says_the_next_step(client, address):
    assert EMPTY[address] in body(client, address)


def test_the_overview_shows_what_is_open_what_ran_and_how_fresh_the_data_is(client, world):
    page = body(client, "/")

    still_open = Outcome.objects.filter(state__in=("pending", "open")).count()
    assert f'<dd class="value">{still_open}</dd>' in page
    assert page.count("data-signal=") == still_open + 10
    assert "3 instruments" in page
    assert "3 of 3 current" in page
    assert "Replay made-up" in page


def test_signals_found_after_the_page_was_loaded_are_marked_as_new(client, world):
    newest = Signal.objects.latest("pk").pk
    world.play(300, 340)

    lists = body(client, f"/overview/lists?seen={newest}")

    fresh = Signal.objects.filter(pk__gt=newest, outcome__state__in=("pending", "open")).count()
    assert fresh > 0
    assert lists.split("Settled last")[0].count("is-new") == fresh
    assert f'data-newest="{Signal.objects.latest("pk").pk}"' in lists


def test_the_list_of_signals_goes_on_where_a_page_ended(client, world):
    seen, address = [], "/signals/"
    while address:
        page = body(client, address)
        seen += [int(pk) for pk in re.findall(r'data-signal="(\d+)"', page)]
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        address = following and "/signals/" + following[1].replace("&amp;", "&")

    in_order = Signal.objects.order_by("-bar_time", "-pk").values_list("pk", flat=True)
    assert seen == list(in_order)


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("state=rejected", {"state": "rejected"}),
        ("state=open", {"outcome__state__in": ("pending", "open")}),
        ("side=short&state=published", {"side": "short", "state": "published"}),
        ("symbol=PEPE/USDT", {"instrument__symbol": "PEPE/USDT"}),
        ("strategy=Busy&history=no", {"historical": False}),
        ("since=2024-01-10&order=found", {"bar_time__gte": "2024-01-10T00:00Z"}),
    ],
)
def test_filters_stand_in_the_address(client, world, query, condition):
    world.play(300, 320)
    page = body(client, f"/signals/?{query}")

    wanted = set(Signal.objects.filter(**condition).values_list("pk", flat=True))
    shown = {int(pk) for pk in re.findall(r'data-signal="(\d+)"', page)}
    assert shown <= wanted
    assert len(shown) == min(len(wanted), 50) > 0


def test_the_bar_above_the_list_counts_what_arrived(client, world):
    newest = Signal.objects.latest("pk").pk
    assert "new signal" not in body(client, f"/signals/arrivals?seen={newest}")

    world.play(300, 340)

    arrived = Signal.objects.filter(pk__gt=newest, side="long").count()
    assert f"{arrived} new signal" in body(client, f"/signals/arrivals?side=long&seen={newest}")


def test_a_signal_shows_its_levels_its_outcome_its_life_and_why(client, world):
    signal = settled()
    page = body(client, f"/signals/{signal.pk}/")

    assert "Levels" in page
    assert f"{abs(signal.outcome.r):.2f}" in page
    assert "Half left at target 1" in page
    assert "Why it fired" in page
    assert '<script id="chart-data" type="application/json">' in page
    assert "ema(close, 3)" in page
    assert "Charts by TradingView" in page


def test_a_rejected_candidate_says_its_reason(client, world):
    signal = Signal.objects.filter(reason="min_confidence").latest("pk")

    page = body(client, f"/signals/{signal.pk}/")

    assert signal.detail.replace("<", "&lt;") in page
    assert "refused" in page


def test_an_open_signal_is_marked_to_the_newest_close(client, world):
    signal = Signal.objects.filter(outcome__state="open").latest("pk")

    assert re.search(
        r'aria-label="[+−]?\d\.\d\d R, worst [^"]+, open"', body(client, f"/signals/{signal.pk}/")
    )


def test_why_not_explains_a_bar_without_a_signal(client, world):
    bar = "2024-01-09T05:30"
    page = body(client, f"{why_not(world)}&bar={bar}")

    assert "9 Jan 2024 05:00" in page
    assert "Long: why not" in page
    assert "decides" in page


def test_why_not_takes_the_newest_bar_where_none_is_named(client, world):
    page = body(client, why_not(world))

    assert "13 Jan 2024 11:00" in page


@pytest.mark.parametrize("bar", ["yesterday", "2024-13-01", "%00"])
def test_a_malformed_bar_is_said_at_its_field(client, world, bar):
    page = body(client, f"{why_not(world)}&bar={bar}")

    assert ("that is not a moment" in page) == (bar != "%00")


def test_a_bar_before_the_first_one_has_a_sentence(client, world):
    assert "1 Jan 1999" in body(client, f"{why_not(world)}&bar=1999-01-01T00:00")


def test_an_instrument_shows_its_coverage_and_its_signals(client, world):
    instrument = world.instruments[1]
    page = body(client, f"/instruments/{instrument.pk}/?timeframe=1h")

    assert "every bar that the calendar expects is stored" in page
    assert page.count("data-signal=") == 20


def test_an_instrument_that_is_behind_the_others_is_named(client, world):
    bars = world.bars.slice(300, 301)
    for row, instrument in enumerate(world.instruments[:2]):
        own = {name: getattr(bars, name)[[row]] for name in INPUTS}
        feed(world.batch, [instrument], Bars(bars.time, **own))

    page = body(client, "/instruments/?find=pepe")

    assert page.count("behind, ") == 1
    assert "BTC/USDT" not in page


def test_a_strategy_shows_its_text_its_versions_and_its_scores(client, world):
    page = body(client, "/strategies/Busy/")

    assert '<span class="table-name">[filters]</span>' in page
    assert "v1" in page
    assert "95 % interval" in page
    assert "confidence below its minimum" in page.lower()


def test_the_scoreboard_has_an_n_and_an_interval_for_every_average(client, world):
    page = body(client, "/strategies/")

    assert re.search(r"\d\.\d\d <span class=\"faint\">[+−]\d\.\d\d to [+−]\d\.\d\d", page)


@pytest.mark.parametrize(
    "address",
    [
        "/signals/999/",
        "/instruments/999/",
        "/strategies/Nothing/",
        "/strategies/Busy/?version=9",
        "/nowhere",
        "/signals/?cursor=what",
        "/signals/?order=found&cursor=x",
    ],
)
def test_what_is_not_there_is_a_page_with_a_way_on(client, world, address):
    assert "Go to the overview" in body(client, address, status=404)


def test_a_replay_that_ended_offers_a_new_run(client, world):
    assert "Start a new run" not in body(client, "/replays/")
    Replay.objects.update(finished_at=NOW)

    assert "Start a new run" in body(client, "/replays/")
    for address in ("/", "/notices/", "/notices/log/"):
        assert "nothing new comes of it. What it published stays." in body(client, address)


@pytest.mark.django_db
def test_a_new_run_begins_in_a_venue_of_its_own(client):
    replay = load_sample(find_sample("eurusd"), at=NOW)
    address = f"/replays/{replay.pk}/again"
    assert client.post(address).status_code == 404
    Replay.objects.update(finished_at=NOW)

    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    assert "Start a new run" not in client.get("/replays/").content.decode()
    assert [row.venue.name for row in Replay.objects.order_by("pk")] == ["replay-eurusd", "replay-eurusd-2"]


@pytest.mark.django_db
def test_days_are_said_to_be_those_of_utc_wherever_one_looks_from(client):
    """A bar of a day is named by its day in UTC; the page called that day one of Berlin."""
    client.cookies["zone"] = "Europe/Berlin"
    load_sample(find_sample("us-shares"), at=NOW)
    days = body(client, "/replays/")
    Replay.objects.update(timeframe="1h")
    hours = body(client, "/replays/")

    assert days.count("</time> UTC</dd>") == 2
    assert days.count("</time> Berlin</dd>") == 1
    assert hours.count("</time> Berlin</dd>") == 3


ADDRESSES = (
    "/signals/{signal}/",
    "/signals/{signal}/panel",
    "/signals/?open={signal}",
    "/instruments/{instrument}/",
    "/why-not/?version={version}&instrument={instrument}&bar=2024-01-05T00:00",
    "/find/?q=t",
    "/replays/",
    "/replays/frame",
    "/about/",
    "/signals/arrivals?seen=1",
    "/api/v1/candles?symbol=A/USDT&limit=20",
    "/",
    "/overview/lists",
    "/overview/aside",
    "/signals/",
    "/signals/?state=settled&order=found",
    "/instruments/",
    "/strategies/",
    "/strategies/Busy/",
    "/api/v1/signals?limit=500",
    "/api/v1/instruments",
    "/api/v1/strategies",
)


def statements(client, address):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def play_until_one_is_open(world, end):
    """The bar behind the last one that was played."""
    while not Outcome.objects.filter(state="open").exists():
        world.play(end, end + 1)
        end += 1
    return end


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(client, address):
    world = make_world(symbols=("A/USDT",), history=200)
    end = play_until_one_is_open(world, 200)
    address = address.format(
        signal=Outcome.objects.filter(state="settled").latest("pk").signal_id,
        instrument=world.instruments[0].pk,
        version=world.version.pk,
    )
    few = statements(client, address)
    for number in range(8):
        Instrument.objects.create(venue=world.batch.venue, symbol=f"{number}/USDT")
    more = list(Instrument.objects.exclude(symbol="A/USDT"))
    feed(world.batch, more, walk(3, 300, instruments=len(more)))
    world.play(end, 300)

    assert Signal.objects.count() > 100
    # Where nothing is open any more, nothing is marked to the newest close.
    assert few - 1 <= statements(client, address) <= few <= 25
