"""What holds for every page, in both themes, wide and narrow."""

from datetime import timedelta

from playwright.sync_api import expect

from heliograph.fleet.jobs import run_next
from heliograph.kit.clock import utc_now
from heliograph.reports.keep import request_report, run_report
from heliograph.reports.periods import span
from heliograph.reports.schedules import Wish, add_schedule
from heliograph.signals.models import Signal
from heliograph.web.views.work import TABS
from tests.web.workshop import make_workshop


def report(world):
    """A report of the first week of the world, made."""
    since = world.instruments[0].series.get().first_open
    stored = request_report(span(since, since + timedelta(days=9)), at=utc_now())
    add_schedule(Wish("daily", zone="Europe/Berlin"), at=utc_now())
    run_next({"report": run_report}, holder="a test", only=stored.job_id)
    return stored.pk


def addresses(world):
    """Every page, by name."""
    make_workshop()
    settled = Signal.objects.filter(outcome__state="settled").latest("pk")
    rejected = Signal.objects.filter(state="rejected").latest("pk")
    return {
        "overview": "/",
        "signals": "/signals/",
        "signals-none": "/signals/?side=long&symbol=NOPE&since=2024-01-01",
        "signals-panel": f"/signals/?open={settled.pk}",
        "signal": f"/signals/{settled.pk}/",
        "signal-rejected": f"/signals/{rejected.pk}/",
        "instruments": "/instruments/",
        "instrument": f"/instruments/{world.instruments[0].pk}/",
        "strategies": "/strategies/",
        "strategy": "/strategies/Busy/",
        "strategy-new": "/strategies/new",
        "strategy-edit": "/strategies/Busy/edit",
        "strategy-compare": "/strategies/Busy/compare",
        "strategy-stage": "/strategies/Busy/live?version=1",
        "why-not": f"/why-not/?version={world.version.pk}&instrument={world.instruments[0].pk}",
        "analytics": "/analytics/",
        "analytics-sorted": "/analytics/?by=instrument&sort=mean",
        "reports": "/reports/",
        "report": f"/reports/{report(world)}/",
        "replays": "/replays/",
        **{f"work-{name}": f"/work/{name}/" for name in TABS},
        "find": "/find/?q=t",
        "about": "/about/",
    }


def test_every_page_is_sound_in_both_themes_wide_and_narrow(world, faults_of):
    assert faults_of(addresses(world)) == []


def test_the_keyboard_reaches_what_the_mouse_does_and_shows_where_it_is(world, visit):
    page = visit("/signals/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => {
                    const link = document.activeElement;
                    const after = getComputedStyle(link, "::after");
                    const rings = [getComputedStyle(link).outlineStyle, after.outlineStyle];
                    return [link.textContent.trim(), rings.some((ring) => ring !== "none")];
                }"""
            )
        )

    assert all(visible for _, visible in reached)
    names = [name for name, _ in reached]
    assert names[:2] == ["Why not…", "Export"]
    assert any(name.startswith("BTC/USDT") for name in names)


def test_a_menu_closes_on_escape_and_gives_the_focus_back(world, visit):
    page = visit("/signals/")
    page.get_by_text("Strategy any").click()
    expect(page.get_by_role("link", name="Busy", exact=True)).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Busy", exact=True)).to_be_hidden()
    assert "Strategy" in page.evaluate("document.activeElement.textContent")


def test_a_chosen_theme_wins_over_the_system(world, visit):
    page = visit("/about/", theme="light")
    page.get_by_role("main").get_by_role("button", name="Dark").click()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 22, 27)"
    assert page.url.endswith("/about/")


def test_the_candles_are_drawn(world, visit):
    page = visit(addresses(world)["signal"])
    # They are drawn some moments after there is something to draw on.
    page.wait_for_function(
        """(wanted) => {
            const seen = new Set();
            for (const canvas of document.querySelectorAll(".chart-canvas canvas")) {
                const size = [canvas.width, canvas.height];
                if (!canvas.width || !canvas.height) continue;
                const data = canvas.getContext("2d").getImageData(0, 0, ...size).data;
                for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
            }
            return wanted.every((colour) => seen.has(colour));
        }""",
        arg=["70,78,91", "180,47,29", "10,111,94"],
    )


def test_the_tab_that_is_shown_is_in_sight_on_a_narrow_screen(world, visit):
    """Of seven tabs a phone shows five; the page was that of one beyond them."""
    make_workshop()
    for address in ("/work/jobs/", "/data/universe/", "/work/"):
        page = visit(address, width=360)
        ends = page.evaluate(
            """() => {
                const tab = document.querySelector(".tabs [aria-current]").getBoundingClientRect();
                const row = document.querySelector(".tabs").getBoundingClientRect();
                return [tab.left - row.left, row.right - tab.right];
            }"""
        )
        assert min(ends) > -1, address
        page.close()
