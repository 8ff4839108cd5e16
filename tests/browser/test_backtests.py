"""Backtests in a browser: asked for, followed, looked at, compared."""

import re

import pytest
from playwright.sync_api import expect

from heliograph.fleet.models import Job
from heliograph.research.models import StoredBacktest
from tests.research.world import BUSY, ask, market, work

OTHER = BUSY.replace("close - 1.5 * atr(5)", "close - 0.7 * atr(5)")


@pytest.fixture
def instruments(transactional_db):
    """Eight instruments with candles of an hour."""
    return market()[1]


@pytest.fixture
def runs(instruments):
    """Two finished runs, one that failed, one that waits."""
    first, second = ask(), ask(OTHER)
    work()
    work()
    failed = ask(symbols=("A/USDT",)).backtest
    Job.objects.filter(pk=failed.job.pk).update(
        state="failed", error="The disk is full.", done=120, total=300, unit="bars"
    )
    waiting = ask(symbols=("B/USDT",)).backtest
    return [one.backtest.pk for one in (first, second)] + [failed.pk, waiting.pk]


def addresses(runs):
    first, second, failed, waiting = runs
    return {
        "backtests": "/backtests/",
        "backtest-new": "/backtests/new",
        "backtest": f"/backtests/{first}/",
        "backtest-failed": f"/backtests/{failed}/",
        "backtest-waiting": f"/backtests/{waiting}/",
        "backtest-trades": f"/backtests/{first}/trades/",
        "backtest-candles": f"/backtests/{first}/candles/?trade=3",
        "backtest-compare": f"/backtests/compare?a={first}&b={second}",
    }


def test_every_page_of_backtests_is_sound_in_both_themes_wide_and_narrow(runs, faults_of):
    assert faults_of(addresses(runs)) == []


def test_a_run_is_asked_for_followed_and_seen(instruments, visit):
    page = visit("/backtests/new")
    page.get_by_text("Or run a text that is not stored").click()
    page.get_by_label("Text of a strategy").fill(BUSY)
    page.get_by_label("Fee, %").click()
    page.locator("#ahead dd", has_text="Busy, 1h").wait_for()
    page.get_by_label("A/USDT").check()
    page.locator("#ahead dd", has_text="paper").wait_for()
    page.get_by_role("button", name="Run the backtest").click()
    page.get_by_text("waits for a worker").wait_for()
    assert StoredBacktest.objects.get().instruments == [instruments[0].pk]

    work()
    page.get_by_role("heading", name="Equity and drawdown").wait_for()
    page.locator(".curve-canvas canvas").first.wait_for()
    page.get_by_role("link", name="Trades", exact=True).click()
    page.locator("table.trade-list a.row-link").first.click()
    page.wait_for_selector(".chart-canvas canvas")
    expect(page).to_have_url(re.compile(r"\?trade="))


def test_a_run_is_cancelled_in_the_browser(instruments, visit):
    ask()
    page = visit(f"/backtests/{StoredBacktest.objects.get().pk}/")
    page.get_by_role("button", name="Cancel the run").click()

    page.get_by_text("can go on from there").wait_for()
    assert Job.objects.get().state == "cancelled"


def test_two_ticked_runs_are_compared(runs, visit):
    page = visit("/backtests/")
    for number in runs[:2]:
        page.get_by_label(f"Compare backtest {number}", exact=True).check()
    page.get_by_role("button", name="Compare the ticked two").click()

    expect(page.get_by_role("heading", name="Trade by trade")).to_be_visible()
    page.locator(".curve-canvas canvas").first.wait_for()


def test_a_curve_says_its_values_under_the_pointer(runs, visit):
    page = visit(f"/backtests/{runs[0]}/")
    canvas = page.locator(".curve-canvas .u-over").first
    canvas.hover(position={"x": 200, "y": 60})

    expect(page.locator("[data-day]")).to_have_text(re.compile("Jan 2024, UTC$"))
    expect(page.locator('[data-at="0"]')).to_contain_text("%")


LONG_NAMES = ("1000000MOGUSDT/USDT:USDT-250328", "BTC/USDT", "VERY-LONG-NAME-OF-A-SHARE.XETRA")


@pytest.mark.parametrize("width", [360, 400, 768, 1024])
def test_tables_of_a_backtest_stay_within_their_column(transactional_db, visit, keep_screenshot, width):
    market(symbols=LONG_NAMES, bars=2_000)
    asked = ask().backtest
    work()
    page = visit(f"/backtests/{asked.pk}/", width=width)
    page.wait_for_selector(".curve-canvas canvas")
    keep_screenshot(page, f"backtest-long-names-{width}")
    beyond = page.evaluate(
        """() => [...document.querySelectorAll(".fold-list")].flatMap((table) => {
            const right = table.closest("section").getBoundingClientRect().right;
            return [table, ...table.querySelectorAll("td, td *")]
                .filter((one) => one.getBoundingClientRect().right > right + 0.5 && !one.closest(".sr"))
                .map((one) => `${one.className} ${one.textContent.trim().slice(0, 40)}`);
        })"""
    )
    assert beyond == []
