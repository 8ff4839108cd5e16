import json
import re
from datetime import datetime, timedelta
from math import isclose
from statistics import fmean, stdev

import pytest

from heliograph.fleet.models import Job
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.research.queries import find_backtest
from heliograph.signals.generate import generate
from heliograph.signals.strategies import add_strategy
from tests.research.world import BUSY, NOW, ask, market, straight, work
from tests.signals.world import feed, make_venue, walk

# The session, the person, and what a person may see.
WHO_ASKS = 4
OTHER_STOP = BUSY.replace("close - 1.5 * atr(5)", "close - 0.7 * atr(5)")


@pytest.fixture
def instruments(db):
    """Eight instruments with candles of an hour."""
    return market()[1]


@pytest.fixture
def run(instruments):
    """A finished backtest over them."""
    asked = ask().backtest
    work()
    return find_backtest(asked.pk)


def body(client, address, status=200, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def form(**fields):
    return {"act": "run", "text": BUSY, **fields}


@pytest.mark.django_db
def test_an_empty_house_offers_the_first_run(client):
    assert "No backtests yet." in body(client, "/backtests/")
    assert "No finished backtests yet." in body(client, "/backtests/compare")


def test_the_list_shows_state_figures_and_interval(client, run):
    page = body(client, "/backtests/")
    figures, mean_r = run.summary["figures"], run.summary["estimates"]["mean_r"]

    assert f'/backtests/{run.pk}/">Busy</a>' in page
    assert f"{figures['trades']:,}" in page
    assert f"{mean_r['low']:+.2f}".replace("-", "−") in page
    assert "No backtest fits." in body(client, "/backtests/?state=failed")
    assert "Busy" in body(client, "/backtests/?strategy=Busy&venue=paper&state=done")


def test_what_is_not_finished_has_dashes_and_no_zero(client, instruments):
    ask()
    page = body(client, "/backtests/")

    assert "queued" in page
    assert 'number drop-phone">–<span class="phone-word"> trades' in page
    assert 'name="run"' not in page


def test_the_list_goes_on_where_it_ended(client, run):
    copies = [StoredBacktest.objects.get(pk=run.pk) for _ in range(52)]
    for copy in copies:
        copy.pk = None
        copy.job = Job.objects.create(kind="backtest", title="again", state="done", created_at=NOW)
        copy.save()
    newest = max(copy.pk for copy in copies)

    first = body(client, "/backtests/")
    following = re.search(r'href="\?(before=\d+)" rel="next"', first)[1]
    second = body(client, f"/backtests/?{following}")

    listed = [
        int(number) for page in (first, second) for number in re.findall(r'name="run" value="(\d+)"', page)
    ]
    assert listed == [*range(newest, newest - 52, -1), run.pk]


def test_lists_and_pages_ask_the_database_so_often_and_no_more(client, run, django_assert_max_num_queries):
    for address, most in (
        ("/backtests/", 7),
        (f"/backtests/{run.pk}/", 9),
        (f"/backtests/{run.pk}/trades/", 10),
        (f"/backtests/{run.pk}/candles/", 11),
        (f"/backtests/compare?a={run.pk}&b={run.pk}", 17),
        ("/backtests/new", 12),
    ):
        client.get(address)
        with django_assert_max_num_queries(most + WHO_ASKS):
            body(client, address)


@pytest.mark.parametrize("where", ["", "trades/", "candles/", "live"])
def test_a_run_that_is_not_there_is_not_found(client, run, where):
    for number in ("99999", "9" * 30):
        body(client, f"/backtests/{number}/{where}", status=404)
    assert client.post("/backtests/99999/act", {"act": "delete"}).status_code == 404
    assert client.post(f"/backtests/{run.pk}/act", {"act": "burn"}).status_code == 404
    assert client.get(f"/backtests/{run.pk}/act").status_code == 405


def test_the_page_of_a_run_shows_what_the_engine_says(client, run, instruments):
    done = straight(instruments)
    page = body(client, f"/backtests/{run.pk}/")

    assert f'<dd class="value">{done.summary.trades}</dd>' in page
    assert f"{done.summary.max_drawdown_pct:.1f}" in page
    assert run.data_digest[:12] in page
    for symbol, summary in done.by_symbol.items():
        row = page[page.index(f">{symbol}</a>") :]
        assert f"{summary.trades}<" in row[:300]


def test_the_curve_ends_at_the_sum_of_all_results(client, run):
    page = body(client, f"/backtests/{run.pk}/")
    equity = json.loads(re.search(r'"equity": (\[[^\]]*\])', page)[1])
    results = StoredTrade.objects.filter(backtest=run, state="closed").values_list("return_pct", flat=True)

    assert isclose(equity[-1], sum(results), abs_tol=1e-3)
    deepest = highest = 0.0
    for value in equity:
        highest = max(highest, value)
        deepest = max(deepest, highest - value)
    # By day: inside a day it may have been deeper.
    assert deepest <= run.summary["figures"]["max_drawdown_pct"] + 1e-3


def test_a_version_that_runs_says_whether_live_equals(client, instruments):
    add_strategy(text=BUSY, stage="shadow", at=NOW)
    generate(at=NOW)
    asked = ask().backtest
    work()

    page = body(client, f"/backtests/{asked.pk}/live")

    told = re.search(r"Parity: (\d+) of (\d+) equal", page)
    assert told[1] == told[2] != "0"


def test_the_page_of_a_stored_version_leads_back_to_its_strategy(client, instruments):
    """What one does after a good run, to promote it, stands there."""
    add_strategy(text=BUSY, stage="draft", at=NOW)
    asked = ask().backtest
    work()

    page = body(client, f"/backtests/{asked.pk}/")

    assert 'href="/strategies/Busy/?version=1">Show its strategy</a>' in page


def test_without_a_version_there_is_nothing_live(client, run):
    part = body(client, f"/backtests/{run.pk}/live", **{"HX-Request": "true"})

    assert "nothing live to compare" in part
    assert "<html" not in part


def test_trades_are_filtered_and_sorted(client, run):
    page = body(client, f"/backtests/{run.pk}/trades/?side=short&state=closed&sort=r")
    best = StoredTrade.objects.filter(backtest=run, side="short", state="closed").order_by("-r").first()

    assert page.index(f"?trade={best.number}") == page.index("?trade=")
    assert "Long</span>" not in page
    assert "No trade fits." in body(client, f"/backtests/{run.pk}/trades/?reason=nothing")
    assert "No trade fits." in body(client, f"/backtests/{run.pk}/trades/?from=99999999999")


def test_every_trade_stands_once_over_all_pages(client, run):
    total = StoredTrade.objects.filter(backtest=run).count()
    seen = []
    for start in range(0, total, 50):
        page = body(client, f"/backtests/{run.pk}/trades/?from={start}")
        seen += re.findall(r"\?trade=(\d+)\"", page)

    assert sorted(map(int, seen)) == list(range(total))


def test_the_whole_list_is_a_file_away(client, run):
    page = body(client, f"/backtests/{run.pk}/trades/?side=short")
    address = re.search(r'href="([^"]*format=csv)"', page)[1].replace("&amp;", "&")
    answer = client.get(address)
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert len(lines) - 1 == StoredTrade.objects.filter(backtest=run, side="short").count()


def test_a_trade_stands_on_its_candles(client, run):
    trade = StoredTrade.objects.filter(backtest=run, state="closed").order_by("number")[3]
    page = body(client, f"/backtests/{run.pk}/candles/?trade={trade.number}")

    assert f'"time": {int(trade.entry_time.timestamp())}, "price": {trade.entry_price}' in page
    assert trade.exit_reason in page
    body(client, f"/backtests/{run.pk}/candles/?trade=99999", status=404)
    body(client, f"/backtests/{run.pk}/candles/?instrument=99999", status=404)


def test_missing_bars_are_gaps_of_the_chart(client, run):
    page = body(client, f"/backtests/{run.pk}/candles/")
    gaps = json.loads(re.search(r'"gaps": (\[[^\]]*\])', page)[1])

    assert len(gaps) > 3


def test_the_form_asks_for_a_run_and_shows_it(client, instruments):
    answer = client.post(
        "/backtests/new", form(venue="paper", symbol=["A/USDT", "B/USDT"], start="2024-01-02")
    )
    stored = StoredBacktest.objects.get()

    assert answer.headers["Location"] == f"/backtests/{stored.pk}/"
    assert stored.instruments == [one.pk for one in instruments[:2]]
    assert stored.origins == [1_704_153_600_000] * 2
    assert "waits for a worker" in body(client, f"/backtests/{stored.pk}/")


def test_a_last_day_belongs_to_the_run_as_a_whole(client, instruments):
    client.post("/backtests/new", form(end="2024-01-03"))

    stored = StoredBacktest.objects.get()
    # 2024-01-03 23:00 is its last hour.
    assert all(1_704_322_800_000 <= until < 1_704_326_400_000 for until in stored.untils)
    assert 'to <time datetime="2024-01-03T23:00:00Z"' in body(client, f"/backtests/{stored.pk}/")


def test_the_form_overrides_costs_fill_and_other_keys(client, instruments):
    client.post(
        "/backtests/new",
        form(**{"execution.fee_pct": "0.2", "execution.fill": "close", "others": "filters.cooldown = 7\n"}),
    )

    told = {"execution.fee_pct": "0.2", "execution.fill": "close", "filters.cooldown": "7"}
    assert StoredBacktest.objects.get().overrides == told


def test_the_page_of_a_strategy_leads_to_the_form_with_its_version(client, instruments):
    add_strategy(text=BUSY, stage="draft", at=NOW)
    second = add_strategy(text=OTHER_STOP, stage="draft", at=NOW)
    add_strategy(text=BUSY.replace("Busy", "Another"), stage="draft", at=NOW)

    page = body(client, "/backtests/new?strategy=Busy&version=2")

    assert f'<option value="{second.pk}" selected>' in page
    assert " selected>Another" in body(client, "/backtests/new?strategy=Another&version=9")


def test_the_form_runs_a_stored_version_as_it_stands(client, instruments):
    version = add_strategy(text=BUSY, stage="draft", at=NOW)
    client.post("/backtests/new", {"act": "run", "version": version.pk})

    assert StoredBacktest.objects.get().version == version


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": ""}, "choose a version, or paste the text"),
        ({"text": BUSY.replace("ema(close, 3)", "emaa(close, 3)", 1)}, "emaa"),
        ({"execution.fee_pct": "many"}, "Fee, % of the stake: `many` is no number."),
        ({"execution.fee_pct": "nan"}, "is no number"),
        ({"execution.fill": "yesterday"}, "there is no `yesterday`"),
        ({"start": "soon"}, "From: `soon` is no day"),
        ({"start": "2024-02-01", "end": "2024-01-01"}, "lies before"),
        ({"venue": "nowhere"}, "There is no venue"),
        ({"more_symbols": "NOPE/USDT"}, "No 1h candles"),
        ({"others": "cooldown"}, "Other keys, line 1: write KEY=VALUE"),
        ({"others": "filters.warmth=3"}, "warmth"),
        ({"param.slow": "9"}, "slow"),
        ({"start": "2030-01-01"}, "in that period"),
    ],
)
def test_what_the_form_cannot_take_is_said_and_what_was_typed_is_kept(client, instruments, fields, says):
    answer = client.post("/backtests/new", form(find="kept as typed", **fields) | fields)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert says in page.replace("&#x27;", "'")
    # Without a strategy there are no instruments to find among.
    assert "kept as typed" in page or "text" in fields
    assert not StoredBacktest.objects.exists()


def test_looking_ahead_stores_nothing_and_says_what_is_there(client, instruments):
    part = client.post("/backtests/new", {"text": BUSY}, headers={"HX-Request": "true"}).content.decode()

    assert "<dd>8</dd>" in part
    assert "1 Jan 2024" in part
    assert "No worker is alive" in part
    assert not StoredBacktest.objects.exists()


def test_what_several_venues_have_is_asked_for_in_the_words_of_the_form(client, instruments):
    batch, others = make_venue("other", symbols=("BTC/USDT",))
    feed(batch, others, walk(7, 40))
    part = client.post("/backtests/new", {"text": BUSY}, headers={"HX-Request": "true"}).content.decode()
    said = client.post("/backtests/new", form())

    assert "choose one under “Venue”." in part
    assert said.status_code == 422
    assert "choose one under “Venue”." in said.content.decode()
    assert "--venue" not in part + said.content.decode()


def test_the_same_again_leads_to_the_run_there_is(client, run):
    answer = client.post("/backtests/new", form())

    assert answer.headers["Location"] == f"/backtests/{run.pk}/"
    assert StoredBacktest.objects.count() == 1


def test_again_fills_the_form_with_what_was_asked(client, instruments):
    client.post("/backtests/new", form(**{"execution.fee_pct": "0.2", "others": "filters.cooldown=7"}))
    stored = StoredBacktest.objects.get()

    page = body(client, f"/backtests/new?again={stored.pk}")

    assert 'value="0.2"' in page
    assert "filters.cooldown=7" in page
    assert "name = &quot;Busy&quot;" in page
    body(client, "/backtests/new?again=99999", status=404)


def test_a_run_is_cancelled_goes_on_and_is_forgotten(client, instruments):
    stored = ask().backtest

    assert client.post(f"/backtests/{stored.pk}/act", {"act": "cancel"}).status_code == 302
    assert Job.objects.get().state == "cancelled"
    assert "can go on from there" in body(client, f"/backtests/{stored.pk}/")
    assert client.post(f"/backtests/{stored.pk}/act", {"act": "resume"}).status_code == 302
    work()
    assert client.post(f"/backtests/{stored.pk}/act", {"act": "cancel"}).status_code == 409
    assert client.post(f"/backtests/{stored.pk}/act", {"act": "delete"}).headers["Location"] == "/backtests/"
    assert not StoredTrade.objects.exists()


def test_a_run_that_is_under_way_is_not_deleted(client, instruments):
    stored = ask().backtest
    Job.objects.update(state="running")

    answer = client.post(f"/backtests/{stored.pk}/act", {"act": "delete"})

    assert answer.status_code == 409
    assert "is running" in answer.content.decode()
    assert StoredBacktest.objects.exists()


def test_a_failure_says_its_sentence_and_where_it_stood(client, instruments):
    stored = ask().backtest
    Job.objects.update(state="failed", error="The disk is full.", done=120, total=2400, unit="bars")

    page = body(client, f"/backtests/{stored.pk}/")

    assert "The disk is full. It stood at 120 of 2,400 bars" in page
    assert "Let it go on" in page


def test_progress_asks_again_until_the_run_ended_and_then_shows_all(client, instruments):
    stored = ask().backtest
    Job.objects.update(
        state="running",
        done=600,
        total=2400,
        unit="bars",
        started_at=datetime.now().astimezone() - timedelta(minutes=2),
    )
    part = body(client, f"/backtests/{stored.pk}/", **{"HX-Request": "true"})
    Job.objects.update(state="done")
    ended = client.get(f"/backtests/{stored.pk}/", headers={"HX-Request": "true"})

    assert "600 of 2,400 bars" in part
    assert "time left: 6 min" in part
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (204, "true")


def test_two_runs_side_by_side_pair_their_trades(client, run):
    other = ask(OTHER_STOP).backtest
    work()
    page = body(client, f"/backtests/compare?a={run.pk}&b={other.pk}")

    one, two = (
        {
            (trade.instrument_id, trade.side, trade.signal_time): trade.r
            for trade in StoredTrade.objects.filter(backtest=stored, state="closed")
        }
        for stored in (run, other)
    )
    apart = [two[key] - one[key] for key in one.keys() & two.keys()]
    mean = f"{fmean(apart):+.2f}".replace("-", "−")
    assert f"<dd>{len(one.keys() - two.keys())}</dd>" in page
    assert f"<dd>{len(two.keys() - one.keys())}</dd>" in page
    assert mean in page
    # 1.96 deviations of the mean: Student's quantile is a little more for so many trades.
    half = 1.96 * stdev(apart) / len(apart) ** 0.5
    low = float(re.search(rf"{re.escape(mean)} <span class=\"faint\">(\S+) to", page)[1].replace("−", "-"))
    assert isclose(low, fmean(apart) - half, abs_tol=0.02)
    assert "long.stop" in page
    assert "<code>close - 0.7 * atr(5)</code>" in page


def test_equal_runs_differ_in_nothing(client, run):
    page = body(client, f"/backtests/compare?a={run.pk}&b={run.pk}")

    assert "Nothing: strategy, candles and engine are the same." in page
    assert "both read the same candles" in page


def test_ticks_of_the_list_lead_to_the_comparison(client, run):
    other = ask(OTHER_STOP).backtest
    work()

    answer = client.get(f"/backtests/compare?run={run.pk}&run={other.pk}")

    assert answer.headers["Location"] == f"/backtests/compare?a={run.pk}&b={other.pk}"
    body(client, "/backtests/compare?a=99999&b=1", status=404)
    assert "Choose the other one." in body(client, f"/backtests/compare?a={run.pk}")


def test_a_run_that_has_no_other_beside_it_leads_to_a_second_one(client, run):
    page = body(client, f"/backtests/compare?a={run.pk}")

    assert "There is one finished backtest." in page
    assert f'href="/backtests/new?again={run.pk}"' in page
    assert "Choose the other one." not in page


def test_a_run_without_trades_says_why_and_has_no_averages(client, instruments):
    asked = ask(
        BUSY.replace("crosses_above(ema", "close > 1e12 and crosses_above(ema").replace(
            "crosses_below(ema(close, 3)", "close > 1e12 and crosses_below(ema(close, 3)"
        )
    ).backtest
    work()

    page = body(client, f"/backtests/{asked.pk}/")

    assert "No trade ended." in page
    assert "unknown: 0 trades, 10 needed" in page
