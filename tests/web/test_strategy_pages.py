"""The pages of strategies: the list, the editor without a script, versions compared, stages changed."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.engine.functions import FUNCTIONS
from heliograph.market.models import Instrument
from heliograph.signals.generate import generate
from heliograph.signals.models import Outcome, Rollout, Signal, StrategyVersion
from heliograph.signals.rollouts import Limits
from heliograph.signals.strategies import add_strategy, promote
from heliograph.web.reads.strategies.curves import curves
from heliograph.web.reads.strategies.fired import fired
from tests.signals.world import BUSY, DAY, NOW, feed, walk
from tests.web.people import give_to, person_with
from tests.web.world import make_world

SECOND = BUSY.replace("cooldown = 3", "cooldown = 2").replace("rsi(close, 5) < 80", "rsi(close, 5) < 75")
WRONG = BUSY.replace("ema(close, 3)", "emaa(close, 3)", 1)


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def sent(client, address, status, **fields):
    answer = client.post(address, {"act": "save", "text": BUSY, **fields})
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer if status == 302 else answer.content.decode()


def numbers():
    return list(StrategyVersion.objects.order_by("pk").values_list("strategy__name", "number", "stage"))


# The list.


def test_the_list_has_a_line_for_each_version_and_tabs_by_stage(client, world):
    add_strategy(text=SECOND, stage="draft", at=NOW)
    page = body(client, "/strategies/")

    assert re.search(r"<b>All</b> 2.*<b>Running</b> 1.*<b>Draft</b> 1.*<b>Live</b> 0", page)
    assert page.count('class="row-link name"') == 2
    assert f'href="/why-not/?version={world.version.pk}"' in page
    assert body(client, "/strategies/?stage=draft").count('class="row-link name"') == 1
    assert "No version is at this stage." in body(client, "/strategies/?stage=live")
    assert body(client, "/strategies/?stage=nothing&order=%00").count('class="row-link name"') == 2


@pytest.mark.django_db
def test_the_list_is_ordered_as_one_asks(client, world):
    quiet = BUSY.replace('"Busy"', '"Quiet"').replace("< 80", "< 1")
    add_strategy(text=quiet, at=NOW)
    generate(at=NOW)
    order = {
        name: re.findall(r'row-link name" href="[^"]*">(\w+)<', body(client, f"/strategies/?order={name}"))
        for name in ("settled", "newest", "mean", "added")
    }

    settled = {name: Outcome.objects.filter(signal__version__strategy__name=name, state="settled").count()
               for name in ("Busy", "Quiet")}  # fmt: skip
    assert order["settled"] == sorted(settled, key=lambda name: -settled[name])
    assert {tuple(sorted(names)) for names in order.values()} == {("Busy", "Quiet")}


@pytest.mark.django_db
def test_without_strategies_the_page_leads_to_a_new_one_and_to_the_examples(client):
    page = body(client, "/strategies/")

    assert 'href="/strategies/new"' in page
    assert 'href="/strategies/new?from=Trend"' in page


def test_the_small_line_adds_up_the_newest_settled_signals(world):
    settled = Signal.objects.filter(version=world.version, outcome__state="settled", outcome__r__isnull=False)
    newest = list(settled.order_by("-bar_time", "-pk").values_list("outcome__r", flat=True)[:60])[::-1]
    curve = curves([world.version.pk, 999_999])

    assert list(curve) == [world.version.pk]
    assert curve[world.version.pk].n == len(newest) > 20
    assert curve[world.version.pk].sums[0] == 0.0
    assert curve[world.version.pk].last == pytest.approx(sum(newest))


def test_what_fired_is_counted_by_day_up_to_the_newest_candidate(world):
    found = fired(world.version)
    rows = list(Signal.objects.filter(version=world.version).values_list("bar_time", "state"))
    days = {}
    for moment, state in rows:
        days.setdefault((moment.date(), state), []).append(moment)
    newest = max(moment for moment, _ in rows).date()

    assert (found.unit, found.last.date(), len(found.pieces)) == ("day", newest, 44)
    assert found.most == max(len(moments) for moments in days.values())
    last = found.pieces[-1]
    for height, state in ((last.up, "published"), (last.down, "rejected")):
        assert height == pytest.approx(24 * len(days.get((newest, state), [])) / found.most, abs=0.05)
    assert fired(add_strategy(text=SECOND, stage="draft", at=NOW)) is None


def test_of_daily_bars_months_are_counted(world):
    add_strategy(text=BUSY.replace('"1h"', '"1d"').replace("'4h'", "'1w'"), at=NOW)
    feed(world.batch, world.instruments, walk(3, 700, instruments=3, step=DAY), timeframe="1d")
    generate(at=NOW)
    version = StrategyVersion.objects.get(timeframe="1d")
    found = fired(version)

    assert (found.unit, found.last.day, len(found.pieces)) == ("month", 1, 44)
    assert max(piece.up for piece in found.pieces) + max(piece.down for piece in found.pieces) >= 24


# The editor.


@pytest.mark.django_db
def test_a_new_strategy_begins_with_an_example_a_copy_or_a_few_lines(client, world):
    plain = body(client, "/strategies/new")
    example = body(client, "/strategies/new?from=Trend")
    copied = body(client, "/strategies/new?copy=Busy")

    assert "name = &quot;My strategy&quot;" in plain
    assert "name = &quot;Trend&quot;" in example
    assert "name = &quot;Busy 2&quot;" in copied
    assert "Save as v1" in copied
    assert body(client, "/strategies/new?from=Nothing", status=404)
    assert body(client, "/strategies/new?copy=Nothing", status=404)


def test_saving_makes_a_version_and_shows_it(client, world):
    answer = sent(client, "/strategies/Busy/edit", 302, text=SECOND, base=1, base_of="Busy", stage="draft")

    assert answer["Location"] == "/strategies/Busy/?version=2&done=saved"
    assert numbers() == [("Busy", 1, "shadow"), ("Busy", 2, "draft")]
    page = body(client, answer["Location"])
    assert "Saved: v2 is a draft." in page
    assert "<code>enter</code> 80 → 75 in <code>rsi(close, 5) &lt; 75</code>" in page
    assert "<code>cooldown</code> 3 → 2" in page


def test_windows_line_ends_are_stored_as_plain_ones(client, world):
    sent(client, "/strategies/new", 302, text=SECOND.replace('"Busy"', '"New"').replace("\n", "\r\n"))

    assert "\r" not in StrategyVersion.objects.get(strategy__name="New").text


def test_mistakes_are_listed_and_what_was_typed_is_kept(client, world):
    page = sent(client, "/strategies/Busy/edit", 422, text=WRONG, base=1, base_of="Busy")

    assert "1 error to mend." in page
    assert (
        "Line 5, column 24</a>: there is no function <code>emaa</code>. Did you mean <code>ema</code>?"
        in page
    )
    assert "emaa(close, 3)" in page
    assert "autofocus" in page
    assert "of v1, the last valid text" in page
    assert numbers() == [("Busy", 1, "shadow")]


def test_a_suggestion_is_taken_without_a_script(client, world):
    page = sent(client, "/strategies/Busy/edit", 200, text=WRONG, act="mend-0", base=1, base_of="Busy")

    assert "emaa" not in page
    assert "means the same as v1" in page


def test_a_check_saves_nothing(client, world):
    page = sent(client, "/strategies/Busy/edit", 200, text=SECOND, act="check", base=1, base_of="Busy")

    assert "No mistakes." in page
    assert "Save as v2" in page
    assert numbers() == [("Busy", 1, "shadow")]


def test_the_same_text_is_refused_kindly(client, world):
    page = sent(client, "/strategies/Busy/edit", 409, text=f"# again\n{BUSY}", base=1, base_of="Busy")

    assert "Busy v1 means the same already" in page
    assert "# again" in page


def test_who_was_slower_sees_what_differs_and_can_save_then(client, world):
    add_strategy(text=SECOND, stage="draft", author="Ada", at=NOW)
    third = BUSY.replace("expires = 20", "expires = 30")
    page = sent(client, "/strategies/Busy/edit", 409, text=third, base=1, base_of="Busy")

    assert "Since you began with v1, v2 of Busy was saved" in page
    assert "v2 by Ada" in page
    assert '<code class="key">expires</code> 20 → <b>30</b>' in page
    assert "<b>75 → 80</b>" in page
    assert 'name="base" value="2"' in page
    sent(client, "/strategies/Busy/edit", 302, text=third, base=2, base_of="Busy")
    assert numbers()[-1] == ("Busy", 3, "draft")


def test_a_new_strategy_of_a_name_that_is_taken_is_its_next_version_only_after_a_look(client, world):
    page = sent(client, "/strategies/new", 409, text=SECOND)

    assert "v1 of Busy was saved" in page
    assert 'name="base_of" value="Busy"' in page
    sent(client, "/strategies/new", 302, text=SECOND, base=1, base_of="Busy")


def test_a_stage_that_only_operators_give_is_not_taken_from_the_form(client, world):
    sent(client, "/strategies/Busy/edit", 302, text=SECOND, base=1, base_of="Busy", stage="live")

    assert numbers()[-1] == ("Busy", 2, "draft")


@pytest.mark.django_db
def test_a_file_is_opened_and_what_cannot_be_one_is_said(client):
    def opened(content, name="mine.toml"):
        return client.post(
            "/strategies/new", {"act": "open", "text": "kept", "file": SimpleUploadedFile(name, content)}
        )

    fine = opened(BUSY.encode()).content.decode()
    assert "mine.toml is open and not saved yet." in fine
    assert "crosses_above" in fine
    for content, said in (
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"#" * 300_000, "is larger than 256 KiB"),
    ):
        answer = opened(content)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert "kept</textarea>" in answer.content.decode()
    missing = client.post("/strategies/new", {"act": "open", "text": "kept"})
    assert "Choose a file first" in missing.content.decode()
    assert StrategyVersion.objects.count() == 0


# What the editor asks while one types.


def checked(client, text, **given):
    answer = client.post("/strategies/check", {"text": text, **given})
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_a_check_tells_each_mistake_with_its_place_and_what_to_write(client, world):
    found = checked(client, WRONG, of="Busy", base=1, base_of="Busy")

    assert found["findings"] == [
        {
            "line": 5,
            "column": 24,
            "length": 4,
            "message": "there is no function `emaa`. Did you mean `ema`?",
            "suggestion": "ema",
        }
    ]
    assert (found["side"], found["save"]) == (
        None,
        {"label": "Save as v2", "reason": "1 error to mend", "note": ""},
    )


def test_a_check_of_a_right_text_tells_what_it_means(client, world):
    found = checked(client, SECOND, of="Busy", base=1, base_of="Busy")

    assert found["save"] == {"label": "Save as v2", "reason": "", "note": ""}
    assert "3, all that have 1h bars" in found["side"]
    assert "BTC/USDT · ETH/USDT · PEPE/USDT" in found["side"]
    # ema(close, 3) of 4h: its third bar completes with the 12th hour, or the 15th if the first period is cut.
    assert re.search(r"short enter</th><td class=\"number\">\d+</td>", found["side"])


@pytest.mark.parametrize(
    ("text", "base", "save"),
    [
        (BUSY, 1, ("Save as v2", "means the same as v1", "")),
        (SECOND, 0, ("Save as v2", "", "v1 of Busy is newer than what you began with")),
        (SECOND.replace('"Busy"', '"Else"'), 1, ("Save as v1 of Else", "", "")),
        ("", 1, ("Save as v2", "3 errors to mend", "")),
    ],
)
def test_a_check_tells_what_saving_would_do(client, world, text, base, save):
    found = checked(client, text, of="Busy", base=base, base_of="Busy")

    assert tuple(found["save"].values()) == save


@pytest.mark.django_db
def test_where_no_instrument_matches_it_is_said(client):
    assert "No candles are stored." in checked(client, BUSY)["side"]


def test_a_check_of_a_timeframe_that_is_not_stored_names_those_that_are(client, world):
    side = checked(client, BUSY.replace('"1h"', '"30m"'))["side"]

    assert "Stored timeframes: 1h." in side


def test_strategies_of_others_are_neither_offered_nor_told(as_role, world):
    give_to(world.version.strategy, person_with("analyst", "somebody else"))
    analyst = as_role("analyst")

    assert "copy=Busy" not in body(analyst, "/strategies/new")
    assert checked(analyst, BUSY)["save"] == {"label": "Save as v1", "reason": "", "note": ""}
    assert body(analyst, "/strategies/new?copy=Busy", status=404)
    assert "belongs to others" in sent(analyst, "/strategies/new", 409)


def test_buttons_lead_where_only_some_may_go(as_role, world):
    assert as_role("viewer").get("/strategies/new").status_code == 403
    assert as_role("viewer").post("/strategies/check", {"text": BUSY}).status_code == 200
    assert as_role("analyst").get("/strategies/Busy/retire?version=1").status_code == 200
    assert as_role("analyst").get("/strategies/Busy/live?version=1").status_code == 403
    assert as_role("operator").get("/strategies/Busy/live?version=1").status_code == 200


def test_who_saves_stands_beside_the_version(as_role, world):
    sent(as_role("analyst"), "/strategies/Busy/edit", 302, text=SECOND, base=1, base_of="Busy")

    author = StrategyVersion.objects.get(number=2).author
    assert author
    assert f"by {author}" in body(as_role("viewer"), "/strategies/Busy/?version=2")


@pytest.mark.parametrize("text", ["\x00", "[" * 5000, 'name = "' + "é" * 200, "a." * 2000, "\ud83d"])
def test_a_hostile_text_is_only_wrong(client, world, text):
    assert checked(client, text.encode("utf-8", "replace").decode())["findings"]
    answer = client.post("/strategies/new", {"act": "save", "text": text.encode("utf-8", "replace").decode()})
    assert answer.status_code == 422


def test_a_body_that_is_too_large_is_refused(client, world):
    assert client.post("/strategies/check", {"text": "#" * 3_000_000}).status_code == 400


def test_the_language_is_told_once_and_then_only_where_it_changed(client, world):
    answer = client.get("/strategies/language")
    told = json.loads(answer.content)

    assert {one["name"] for one in told["functions"]} == {*FUNCTIONS, "on"}
    ema = next(one for one in told["functions"] if one["name"] == "ema")
    assert (ema["signature"], ema["warmup"]) == ("ema(x, n)", 19)
    assert "1h" in told["timeframes"]
    again = client.get("/strategies/language", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# Versions side by side.


def test_two_versions_are_compared_by_meaning_by_results_and_by_text(client, world):
    add_strategy(text=SECOND, at=NOW)
    generate(at=NOW)
    page = body(client, "/strategies/Busy/compare?a=1&b=2")
    results = client.get("/strategies/Busy/compare?a=1&b=2", headers={"HX-Request": "true"}).content.decode()

    assert "<b>80 → 75</b>" in page
    assert '<code class="key">cooldown</code> 3 → <b>2</b>' in page
    assert (
        '<li class="gone"><span class="sign">−<span class="sr"> removed:</span></span><code>cooldown = 3'
        in page
    )
    assert "3 common instruments" in results
    assert "<html" not in results
    assert "3 common instruments" in body(client, "/strategies/Busy/compare?a=1&b=2&results=1")
    assert body(client, "/strategies/Busy/compare?a=9&b=2", status=404)


def test_one_version_alone_has_nothing_to_be_compared_with(client, world):
    assert "There is one version only." in body(client, "/strategies/Busy/compare")


def test_a_draft_has_no_results_yet(client, world):
    add_strategy(text=SECOND, stage="draft", at=NOW)

    assert "a draft evaluates none" in body(client, "/strategies/Busy/compare?a=1&b=2&results=1")


# Stages.


def agreed(client, address, status=302, **fields):
    answer = client.post(address, fields)
    assert answer.status_code == status
    return answer if status == 302 else answer.content.decode()


def test_a_draft_becomes_shadow_and_then_live_each_effect_named_before(client, world):
    add_strategy(text=SECOND, stage="draft", at=NOW)
    asked = body(client, "/strategies/Busy/shadow?version=2")
    assert "v2 looks for signals in 3 instruments and scores them; none is announced." in asked
    done = agreed(client, "/strategies/Busy/shadow?version=2")
    assert done["Location"] == "/strategies/Busy/?version=2&done=1"
    assert "Done: v2 is in shadow: its signals are scored, and told to nobody." in body(
        client, done["Location"]
    )

    assert "v2 announces the signals of 3 instruments" in body(client, "/strategies/Busy/live?version=2")
    agreed(client, "/strategies/Busy/live?version=2")
    assert numbers() == [("Busy", 1, "shadow"), ("Busy", 2, "live")]


@pytest.mark.django_db
def test_retiring_names_the_open_signals_that_run_on(client):
    world = make_world_with_open_signals()
    open_now = Outcome.objects.filter(state__in=Outcome.RUNNING).count()
    page = body(client, "/strategies/Busy/retire?version=1")

    words = f"{open_now} open signal{' runs' if open_now == 1 else 's run'} on"
    assert open_now > 0
    assert f"<b>Retire v1:</b> no new entries; {words}." in page
    agreed(client, "/strategies/Busy/retire?version=1")
    world.version.refresh_from_db()
    assert world.version.stage == "retired"


@pytest.fixture
def two_live(client, world):
    """Two versions, the first of them live."""
    promote(world.version, at=NOW)
    return add_strategy(text=SECOND, at=NOW)


def test_a_live_version_is_retired_only_where_operators_do_it(client, two_live):
    answer = agreed(client, "/strategies/Busy/retire?version=1")

    assert answer["Location"] == "/strategies/Busy/end?version=1"
    assert numbers()[0][2] == "live"
    agreed(client, "/strategies/Busy/end?version=1")
    assert numbers()[0][2] == "retired"


def test_a_version_is_rolled_out_by_shares_and_aborted(client, two_live):
    form = body(client, "/strategies/Busy/live?version=2")
    assert "v2 announces its share of 3 instruments, v1 the rest; both are scored." in form
    count = Outcome.objects.filter(signal__version__number=1, state__in=Outcome.RUNNING).count()
    says = (
        f"{count} open signal{' runs' if count == 1 else 's run'} on" if count else "no signal of it is open"
    )
    assert f"With 100 % it announces all, and v1 is retired: no new entries; {says}." in form
    assert 'name="share" inputmode="decimal" value="100"' in form
    assert 'name="min_settled" inputmode="decimal" value="30"' in form
    gates = {"min_settled": 40, "max_drop_r": 0.1, "max_rejected_pct": "", "max_rate": 3}
    agreed(client, "/strategies/Busy/live?version=2", share=25, **gates)

    rollout = Rollout.objects.get()
    assert (rollout.share, rollout.state) == (25, "running")
    assert rollout.gates == Limits(min_settled=40, max_drop_r=0.1, max_rejected_pct=None, max_rate=3).plain()
    page = body(client, "/strategies/Busy/?version=2")
    assert "v2 is being rolled out" in page
    assert "v2 announces 25 % of the instruments, v1 the rest" in page
    assert "0 settled on both sides, 40 needed" in page
    assert "Rejected candidates" not in page

    assert "v1 announces all instruments again. v2 is retired" in body(
        client, "/strategies/Busy/rollback?version=2"
    )
    agreed(client, "/strategies/Busy/rollback?version=2", reason="too loud")
    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason) == ("rolled_back", "too loud")
    assert numbers() == [("Busy", 1, "live"), ("Busy", 2, "retired")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"share": "half"}, "Percent of the instruments: write a number from 1 to 100"),
        ({"share": "0"}, "Percent of the instruments: must be a whole number from 1 to 100"),
        ({"share": "nan"}, "Percent of the instruments: write a number from 1 to 100"),
        ({"share": "50", "max_rate": "-1"}, "Times the signals that it gave before: must be a number from 0"),
        ({"share": "50", "min_settled": ""}, "Settled signals to judge by, at least: write a number"),
    ],
)
def test_wrong_numbers_of_a_rollout_are_said_at_their_field(client, two_live, fields, said):
    page = agreed(client, "/strategies/Busy/live?version=2", 422, **{"min_settled": 30, **fields})

    assert said in page
    assert Rollout.objects.count() == 0


def test_what_cannot_be_is_said_in_place(client, two_live):
    agreed(client, "/strategies/Busy/end?version=1")

    assert "it is retired" in agreed(client, "/strategies/Busy/live?version=1", 409)


def test_a_former_version_comes_back(client, two_live):
    promote(two_live, at=NOW)
    assert "catches up silently over the bars that it has not seen" in body(
        client, "/strategies/Busy/rollback?version=2"
    )
    agreed(client, "/strategies/Busy/rollback?version=2")

    assert numbers() == [("Busy", 1, "live"), ("Busy", 2, "retired")]


@pytest.mark.parametrize("word", ["shadow", "live", "retire", "end", "rollback", "edit", "compare"])
def test_of_a_strategy_that_is_not_stored_there_is_no_page(client, world, word):
    assert body(client, f"/strategies/Nothing/{word}", status=404)
    assert body(client, f"/strategies/a%00b/{word}", status=404)
    assert word == "edit" or body(client, f"/strategies/Busy/{word}?version=7&a=7", status=404)


def test_there_is_nothing_to_roll_back_to_at_first(client, world):
    assert body(client, "/strategies/Busy/rollback?version=1", status=404)


def make_world_with_open_signals():
    world = make_world()
    end = 300
    while not Outcome.objects.filter(state__in=Outcome.RUNNING).exists():
        world.play(end, end + 1)
        end += 1
    return world


ADDRESSES = (
    "/strategies/",
    "/strategies/?stage=running&order=mean",
    "/strategies/Busy/",
    "/strategies/Busy/edit",
    "/strategies/Busy/compare?a=1&b=2",
    "/strategies/Busy/compare?a=1&b=2&results=1",
    "/strategies/Busy/live?version=2",
    "/strategies/Busy/retire?version=2",
    "/strategies/new",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(
    client, world, address, django_assert_max_num_queries
):
    add_strategy(text=SECOND, at=NOW)
    generate(at=NOW)
    with django_assert_max_num_queries(30) as few:
        assert client.get(address).status_code == 200
    for number in range(6):
        add_strategy(text=BUSY.replace("cooldown = 3", f"cooldown = {20 + number}"), stage="draft", at=NOW)
        add_strategy(text=BUSY.replace('"Busy"', f'"Other {number}"'), at=NOW)
        Instrument.objects.create(venue=world.batch.venue, symbol=f"{number}/USDT")
    feed(world.batch, list(Instrument.objects.filter(symbol__regex="^[0-9]/")), walk(3, 300, instruments=6))
    generate(at=NOW)

    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get(address).status_code == 200
