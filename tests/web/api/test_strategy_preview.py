"""What a text that is not saved would have fired, as the editor shows it, told to programs."""

from datetime import date

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.engine.backtest import backtest
from heliograph.engine.strategy import Strategy as Checked
from heliograph.market.models import Instrument
from heliograph.signals.models import StrategyVersion
from heliograph.web.reads.strategies import would
from tests.signals.world import feed, make_venue, walk
from tests.web.api.test_writes import send
from tests.web.test_would_have_fired import BARS, QUIET, SINCE, ask, kernels, series

__all__ = ["kernels", "series"]
pytestmark = pytest.mark.django_db
PREVIEW = "strategy-preview"


@pytest.fixture
def program(as_token):
    """A program of an analyst."""
    return as_token("write", role="analyst")


def preview(client, text=QUIET, **asked):
    return send(client, "post", PREVIEW, {"text": text, **asked})


def test_it_tells_what_the_panel_of_the_editor_shows(program, series):
    status, told = preview(program, since=SINCE.isoformat())
    found = would.would_have(Checked.parse(QUIET), series, since=SINCE)

    assert status == 200
    assert (told["instrument_id"], told["symbol"], told["timeframe"]) == (
        series.instrument_id,
        "BTC/USDT",
        "1h",
    )
    assert (told["bars"], told["is_cut"], told["candidates"]) == (found.bars, False, found.candidates)
    assert told["published"] == len(found.fires) == len(told["fires"])
    assert {one["reason"]: one["count"] for one in told["rejected"]} == found.rejected
    assert told["mean_r"]["value"] == found.mean_r.value
    assert [(one["side"], one["state"], one["r"]) for one in told["fires"]] == [
        (fire.side, fire.state, fire.r) for fire in found.fires
    ]
    assert not StrategyVersion.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="strateg").exists()


def test_without_a_day_it_is_of_the_newest_five_hundred_bars(program, series):
    assert preview(program)[1]["bars"] == len(BARS)


def test_any_instrument_that_the_text_watches_can_be_asked_for(program, series):
    batch, _ = make_venue("other", symbols=("ETH/USDT",))
    feed(batch, Instrument.objects.filter(symbol="ETH/USDT"), walk(9, 100))
    other = Instrument.objects.get(symbol="ETH/USDT").pk
    assert preview(program, instrument_id=other)[1]["symbol"] == "ETH/USDT"


@pytest.mark.parametrize(
    ("text", "asked", "name", "says"),
    [
        (QUIET.replace("ema(", "emaa("), {}, "text", "emaa"),
        (QUIET.replace('"1h"', '"2h"'), {}, "text", "No stored instrument with 2h bars is in its universe."),
        (
            QUIET,
            {"instrument_id": 10**12},
            "instrument_id",
            "watches no instrument 1000000000000 with 1h bars",
        ),
        (QUIET, {"since": "soon"}, "since", "it is a day such as"),
        (QUIET, {"until": "2024-01-01"}, "until", "there is no such field"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(program, series, text, asked, name, says):
    status, told = preview(program, text, **asked)
    assert (status, [one["name"] for one in told["errors"]]) == (422, [name])
    assert says in told["detail"]


def test_only_who_may_write_asks(as_token, series):
    assert preview(as_token("read", role="analyst"))[0] == 403
    assert preview(as_token("write", role="viewer"))[0] == 403


def test_what_takes_too_long_is_left_to_a_backtest(program, series, monkeypatch):
    monkeypatch.setattr(would, "MOST_SECONDS", 0.0)
    status, told = preview(program)
    assert (status, "a backtest has the time" in told["detail"]) == (422, True)


def test_page_and_api_answer_so_many_a_minute(program, series, settings, servers, as_role):
    settings.REDIS_URL = servers["redis_url"]
    answers = (preview(program) for _ in range(120))
    status, told = next(answer for answer in answers if answer[0] != 200)
    assert status == 429
    assert "30 a minute are answered; ask again in" in told["detail"]
    # Whoever else asks has a number of their own.
    assert ask(as_role("analyst")).status_code == 200


def test_a_day_before_the_first_bar_is_answered_from_that_on(program, series):
    assert preview(program, since=date(2001, 1, 1).isoformat())[1]["since"] == "2024-01-01T00:00:00Z"


def test_many_are_told_of_by_their_number_and_the_newest(program, series, monkeypatch):
    monkeypatch.setattr("heliograph.web.api.operations.strategy_preview.MOST", 3)
    told = preview(program)[1]
    done = backtest(Checked.parse(QUIET), {"BTC/USDT": BARS})
    assert (len(told["fires"]), told["published"] > len(done.trades)) == (3, True)
    assert told["fires"] == sorted(told["fires"], key=lambda one: one["at"], reverse=True)
