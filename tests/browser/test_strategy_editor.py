"""Writing a strategy in the browser: with the keyboard alone, with a mouse, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from heliograph.signals.generate import generate
from heliograph.signals.models import StrategyVersion
from heliograph.signals.strategies import add_strategy, promote
from tests.signals.world import BUSY, NOW

EDIT = "/strategies/Busy/edit"
WRONG = BUSY.replace("ema(close, 3)", "emaa(close, 3)", 1)


@pytest.fixture
def editor(world, visit):
    """Opens the editor and waits until it has looked at its text."""

    def open_editor(address=EDIT, **options):
        page = visit(address, **options)
        expect(page.locator("[data-checked]")).to_have_text("checked just now")
        return page

    return open_editor


def content(page):
    return page.get_by_role("textbox", name="Text of the strategy, TOML")


def line(page, words):
    return page.locator(".cm-line").filter(has_text=words).first


def typed(page):
    return page.locator("textarea[name=text]").input_value()


FIND = """(words) => {
    const content = document.querySelector("[data-mount]").shadowRoot.querySelector(".cm-content");
    content.focus();
    const line = [...content.querySelectorAll(".cm-line")].find((one) => one.textContent.includes(words));
    let left = line.textContent.indexOf(words) + words.length;
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode;
        if (left <= node.length) return document.getSelection().collapse(node, left);
        left -= node.length;
    }
}"""


def go_behind(page, words):
    """The cursor behind the first place where these words stand."""
    page.evaluate(FIND, words)


def walk_behind(page, words):
    """The same by keys alone."""
    content(page).focus()
    page.keyboard.press("Control+Home")
    for _ in range(typed(page).index(words) + len(words)):
        page.keyboard.press("ArrowRight")


def test_a_mistake_is_shown_mended_and_saved_by_keyboard_alone(editor, keep_screenshot):
    page = editor()
    save = page.get_by_role("button", name=re.compile("^Save"))
    expect(save).to_be_disabled()
    expect(page.locator("[data-reason]")).to_have_text("means the same as v1")

    walk_behind(page, "close < on('4h', ema")
    page.keyboard.type("a")
    note = page.locator(".bad-note")
    expect(note).to_contain_text(
        "Line 11, column 75: there is no function emaa. Did you mean ema? Alt ↵ replaces"
    )
    expect(page.locator(".bad-word")).to_have_text("emaa")
    expect(page.get_by_role("status").filter(has_text="1 error")).to_be_visible()
    expect(page.locator("[data-reason]")).to_have_text("1 error to mend")
    expect(page.locator("[data-of]")).to_have_text("of the last valid text")
    expect(page.locator("[data-meant]")).to_contain_text("Warm-up")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        keep_screenshot(page, f"strategy-error-{theme}-1280")

    page.keyboard.press("Alt+Enter")
    expect(note).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="no errors")).to_be_visible()
    walk_behind(page, "cooldown = ")
    page.keyboard.press("Shift+End")
    page.keyboard.type("2")
    expect(save).to_be_enabled()
    expect(save).to_have_text("Save as v2")

    page.keyboard.press("Escape")
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == "Save as v2":
            break
    assert reached[-1] == "Save as v2"
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved: v2 is a draft.")).to_be_visible()
    expect(page.locator(".version-list")).to_contain_text("cooldown 3 → 2")
    saved = StrategyVersion.objects.get(number=2)
    assert (saved.stage, saved.text.strip()) == (
        "draft",
        BUSY.replace("cooldown = 3", "cooldown = 2").strip(),
    )


def test_a_click_on_what_was_meant_mends_it(editor):
    page = editor()
    go_behind(page, "crosses_above(ema")
    page.keyboard.type("a")
    page.get_by_role("button", name="Replace by ema").click()

    expect(page.locator(".bad-note")).to_have_count(0)
    assert typed(page).strip() == BUSY.strip()


def test_several_mistakes_are_mended_one_after_the_other(editor):
    page = editor()
    content(page).press("Control+a")
    page.keyboard.insert_text(
        WRONG.replace("cooldown", "coldown").replace("ema(close, 8)", "ema(clse, 8)", 1)
    )
    expect(page.locator(".bad-word")).to_have_text(["emaa", "coldown"])
    for left in (["clse", "coldown"], ["coldown"], []):
        page.keyboard.press("Alt+Enter")
        expect(page.locator(".bad-word")).to_have_text(left)
    expect(page.locator("[data-state]")).to_have_text("no errors")

    assert typed(page).strip() == BUSY.strip()


def test_completion_offers_what_may_stand_there(editor, keep_screenshot):
    page = editor()
    go_behind(page, "rsi(close, 5) < 80")
    page.keyboard.type(" and vw")
    options = page.locator(".cm-tooltip-autocomplete li")
    expect(options.first).to_have_text("vwap()")
    expect(page.locator(".cm-completionInfo")).to_contain_text("Average of (high + low + close) / 3")
    keep_screenshot(page, "strategy-completion-1280")
    # For 75 ms after they come up, CodeMirror takes a key for what was meant before.
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    page.keyboard.type(" > on('")
    expect(options).to_contain_text(["1m", "3m"])
    page.keyboard.type("4h")
    page.keyboard.press("Escape")
    page.keyboard.type("', ema(close, 3))")
    expect(page.locator("[data-state]")).to_have_text("no errors")
    assert "and vwap() > on('4h', ema(close, 3))\"" in typed(page)

    go_behind(page, "cooldown = 3")
    page.keyboard.press("Enter")
    page.keyboard.type("min_r")
    options.filter(has_text="min_reward_risk").click()
    page.keyboard.type("1\n[exe")
    options.filter(has_text="execution").click()
    assert typed(page).rstrip().endswith("min_reward_risk = 1\n[execution")

    page.keyboard.press("Control+a")
    page.keyboard.type('name = "New"\ntimeframe = ')
    page.keyboard.press("Control+Space")
    expect(options.filter(has_text='"1h"')).to_be_visible()


def test_a_parameter_is_completed_by_its_name(editor):
    page = editor("/strategies/new?from=Trend")
    go_behind(page, "ema(close, slow)) and adx(14) > 15")
    page.keyboard.type(" and close > ema(close, fa")
    option = page.locator(".cm-tooltip-autocomplete li").first
    expect(option).to_contain_text("fastparameter")


def test_a_word_is_explained_under_the_mouse_and_beside_the_text(editor):
    page = editor()
    box = line(page, "crosses_above").locator(".tok-call", has_text="rsi").first.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.move(box["x"] + 6, box["y"] + 6)
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("rsi(x, n)")

    go_behind(page, "atr")
    docs = page.locator("[data-docs]")
    expect(docs.get_by_role("heading")).to_have_text("atr(n)")
    expect(docs).to_contain_text("Known after")


def test_a_table_folds_to_its_heading(editor):
    page = editor()
    go_behind(page, "[short]")
    page.keyboard.press("Control+Shift+BracketLeft")
    chip = page.get_by_role("button", name="▸ 3 lines")
    expect(chip).to_be_visible()
    chip.click()
    expect(chip).to_have_count(0)


def test_a_slash_in_the_text_does_not_go_to_the_find_box(editor):
    page = editor()
    go_behind(page, "atr(5)")
    page.keyboard.type(" / 2")

    assert "close - 1.5 * atr(5) / 2" in typed(page)


def test_nothing_typed_is_left_behind_without_a_question(editor):
    page = editor()
    go_behind(page, "cooldown = 3")
    page.keyboard.type("0")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Discard").click()
    assert asked == ["beforeunload"]
    assert "cooldown = 30" in typed(page)

    page.keyboard.press("Control+z")
    content(page).focus()
    page.keyboard.press("Control+z")
    assert typed(page).strip() == BUSY.strip()
    page.get_by_role("link", name="Discard").click()
    expect(page).to_have_url(re.compile("/strategies/Busy/$"))


def test_who_was_slower_sees_the_difference_and_keeps_the_text(editor, complaints, keep_screenshot):
    page = editor()
    go_behind(page, "cooldown = 3")
    page.keyboard.type("0")
    add_strategy(text=BUSY.replace("expires = 20", "expires = 25"), stage="draft", author="Ada", at=NOW)
    page.keyboard.type("1")
    expect(page.locator("[data-reason]")).to_have_text("v2 of Busy is newer than what you began with")
    page.get_by_role("button", name="Save as v3").click()

    expect(page.get_by_role("alert")).to_contain_text("v2 of Busy was saved")
    # The browser tells of an answer that refuses.
    told = [said for said in complaints if "409 (Conflict)" not in said and "ERR_ABORTED" not in said]
    assert told == []
    complaints.clear()
    expect(page.get_by_role("alert")).to_contain_text("expires 25 → 20")
    keep_screenshot(page, "strategy-meanwhile-1280")
    page.get_by_role("button", name="Save as v3").click()
    expect(page.get_by_text("Saved: v3 is a draft.")).to_be_visible()


def test_where_the_check_does_not_answer_the_text_can_still_be_saved(editor, complaints):
    page = editor()
    page.route("**/strategies/check", lambda route: route.abort())
    go_behind(page, "cooldown = 3")
    page.keyboard.type("0")
    expect(page.locator("[data-state]")).to_contain_text("not checked: no answer")
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_text("Saved: v2 is a draft.")).to_be_visible()
    complaints.clear()


def test_without_a_script_it_is_a_form_that_keeps_what_was_typed(world, visit, keep_screenshot, complaints):
    page = visit(EDIT, script=False)
    area = page.get_by_label("Text of the strategy, TOML")
    area.fill(WRONG.replace("cooldown = 3", "cooldown = 4"))
    page.get_by_role("button", name="Save", exact=False).click()

    expect(page.get_by_text("1 error to mend.")).to_be_visible()
    assert "emaa(close, 3)" in area.input_value()
    keep_screenshot(page, "strategy-without-script-1280")
    page.get_by_role("button", name="Replace by ema").click()
    expect(area).not_to_have_value(re.compile("emaa"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("No mistakes.")).to_be_visible()
    page.get_by_role("button", name="Save as v2").click()
    expect(page.get_by_text("Saved: v2 is a draft.")).to_be_visible()
    only_refused(complaints)


def only_refused(complaints):
    """The browser notes a page that was answered by 422, which is meant; it noted nothing else."""
    assert [said for said in complaints if "422" not in said] == []
    complaints.clear()


def test_errors_take_the_focus_without_a_script(world, visit, complaints):
    page = visit(EDIT, script=False)
    page.get_by_label("Text of the strategy, TOML").fill(WRONG)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#errors")).to_be_focused()
    only_refused(complaints)


def test_the_editor_shows_what_the_text_would_have_fired(world, visit, keep_screenshot):
    page = visit(EDIT)
    page.get_by_label("From, UTC").fill("2024-01-05")
    page.get_by_role("button", name="Run it over the stored bars").click()

    panel = page.locator("#would")
    expect(panel.get_by_text("Candidates")).to_be_visible()
    expect(panel.get_by_role("img")).to_be_visible()
    # The button is the same one: who used the keyboard is where they were.
    expect(page.locator("#would-ask")).to_be_focused()
    expect(page.get_by_label("From, UTC")).to_have_value("2024-01-05")
    keep_screenshot(page, "strategy-would-1280")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    keep_screenshot(page, "strategy-would-360")


def pages_of_strategies():
    """Every page of strategies in the states that matter."""
    second = BUSY.replace("cooldown = 3", "cooldown = 2").replace("rsi(close, 5) < 80", "rsi(close, 5) < 75")
    promote(StrategyVersion.objects.get(number=1), at=NOW)
    promote(add_strategy(text=second, author="Ada", at=NOW), share=25, at=NOW)
    add_strategy(text=second.replace("expires = 20", "expires = 30"), stage="draft", at=NOW)
    generate(at=NOW)
    return {
        "list": "/strategies/",
        "rollout": "/strategies/Busy/?version=2",
        "edit": EDIT,
        "new": "/strategies/new",
        "compare": "/strategies/Busy/compare?a=1&b=2",
        "share": "/strategies/Busy/live?version=2",
        "retire": "/strategies/Busy/end?version=1",
        "abort": "/strategies/Busy/rollback?version=2",
    }


def test_every_page_of_strategies_is_sound_in_both_themes_wide_and_narrow(world, faults_of):
    def ready(name, page):
        if name in ("edit", "new"):
            expect(page.locator("[data-checked]")).to_have_text("checked just now")
        if name == "edit":
            go_behind(page, "crosses_above(ema")
            page.keyboard.type("a")
            expect(page.locator(".bad-note")).to_be_visible()
        if name == "compare":
            expect(page.get_by_text("in common")).to_be_visible()

    pages = {f"strategies-{name}": address for name, address in pages_of_strategies().items()}
    assert faults_of(pages, ready=lambda name, page: ready(name.removeprefix("strategies-"), page)) == []
