"""What rejected signals would have come to: by the same rules as others, kept in sums, told by all doors."""

import json
import re
from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heliograph.engine.exits.replay import Published, replay_signal
from heliograph.engine.runner import Runner
from heliograph.kit.numbers import signed
from heliograph.market.wire import to_ms
from heliograph.reports.asked import Asked
from heliograph.reports.live_rejected import live_rejected
from heliograph.reports.models import WouldBe
from heliograph.reports.rejected import REASONS, STATES, WHY_UNKNOWN, rejected
from heliograph.reports.sums import recount
from heliograph.signals.compiled import compiled
from heliograph.signals.generate import generate
from heliograph.signals.models import Outcome, Signal, Strategy
from heliograph.signals.strategies import add_strategy
from heliograph.signals.would_be import Fate, would_be
from heliograph.web.life import LEFT
from tests.cli.conftest import heliograph
from tests.reports.ledger import BEGAN, make_ledger
from tests.signals.world import BUSY, NOW, feed, make_venue, walk
from tests.web.people import give_to, person_with, signed_in, with_token
from tests.web.world import make_world

__all__ = ["heliograph"]
pytestmark = pytest.mark.django_db
ALERTS = """
name = "Alerts"
timeframe = "1h"
alert_only = true
[long]
enter = "close > open"
[filters]
cooldown = 5
"""


def turned_away():
    """The rejected signals, the oldest first."""
    rows = Signal.objects.filter(state="rejected").select_related("version__strategy", "instrument__venue")
    return list(rows.order_by("instrument", "bar_time", "side"))


def test_published_signals_would_come_to_what_they_came_to():
    world = make_world(symbols=("BTC/USDT", "ETH/USDT"))
    signals = Signal.objects.filter(state="published").select_related(
        "outcome", "version__strategy", "instrument__venue"
    )

    for instrument in world.instruments:
        own = list(signals.filter(instrument=instrument))
        found = would_be(own, at=NOW)

        assert len(own) > 10
        for signal, one in zip(own, found, strict=True):
            outcome = signal.outcome
            if one.life is None:
                # Too young to be looked at.
                assert one.look_from > world.bars.time[299]
                continue
            assert one.fate == ("running" if outcome.state in Outcome.RUNNING else outcome.state)
            told = (one.life.entry_price, one.life.exit_price, one.life.exit_reason, one.life.r)
            assert told == (outcome.entry_price, outcome.exit_price, outcome.exit_reason, outcome.r)


def test_rejected_ones_go_on_as_the_engine_replays_them():
    world = make_world(symbols=("BTC/USDT", "ETH/USDT"))

    live_rejected(at=NOW)

    made = compiled(world.version)
    signals, bars = turned_away(), world.bars.slice(0, 300)
    runner = Runner(made.plan, instruments=2)
    inputs = made.strategy_plan.inputs(runner.advance(bars), runner.ready)
    assert len(signals) > 5
    for signal in signals:
        row = world.instruments.index(signal.instrument)
        place = int(np.searchsorted(bars.time, to_ms(signal.bar_time)))
        side = getattr(inputs, signal.side)
        alone = type(bars)(
            bars.time[place:],
            *(
                getattr(bars, name)[row : row + 1, place:]
                for name in ("open", "high", "low", "close", "volume")
            ),
        )
        told = replay_signal(
            Published(
                1 if signal.side == "long" else -1, to_ms(signal.bar_time), signal.stop, tuple(signal.targets)
            ),
            made.rules,
            alone,
            exit=None if side.exit is None else side.exit[row : row + 1, place:],
        )
        found = signal.would_be
        if found.entry_time is None and found.state == "running":
            assert to_ms(found.look_from) > bars.time[-1]
        elif len(told.exits):
            (end,) = told.exits
            assert (found.state, found.r, found.exit_price) == ("settled", end["r"], end["exit_price"])
            assert (to_ms(found.exit_time), found.bars_held) == (end["exit_time"], end["bars_held"])
        else:
            missed = len(told.entries) and bool(told.entries[0]["missed"])
            assert found.state == ("missed" if missed else "running")


def test_what_runs_is_looked_at_again_as_bars_come():
    late = make_world(symbols=("BTC/USDT",))
    live_rejected(at=NOW)
    for bar in range(300, 400, 5):
        late.play(bar, bar + 5)
        live_rejected(at=NOW)
    live_rejected(at=NOW)

    found = {one.pk: one.would_be for one in turned_away()}
    ended = [one for one in found.values() if one.state != "running"]
    again = dict(zip(found, would_be(turned_away(), at=NOW), strict=True))
    assert len(ended) > 5
    assert live_rejected(at=NOW) == 0
    for one in ended:
        life = again[one.signal_id].life
        assert (one.state, one.r, one.exit_price) == (life.state, life.r, life.exit_price)


def test_what_cannot_be_known_is_told_with_its_reason():
    batch, (btc,) = make_venue()
    feed(batch, [btc], walk(7, 200))
    version = add_strategy(text=BUSY, stage="shadow", at=NOW)
    add_strategy(text=ALERTS, stage="shadow", at=NOW)
    generate(at=NOW)
    known = {"version": version, "instrument": btc, "side": "long", "state": "rejected", "historical": False}
    more = {"close": 100.0, "created_at": NOW, "reason": "no_stop"}
    bar = Signal.objects.earliest("bar_time").bar_time
    Signal.objects.create(**known, **more, bar_time=bar - timedelta(hours=1), targets=[120.0, 130.0])
    levels = {"stop": 90.0, "targets": [120.0, 130.0]}
    Signal.objects.create(**known, **more, **levels, bar_time=BEGAN - timedelta(days=3_000))

    live_rejected(at=NOW)

    every = Counter(WouldBe.objects.values_list("state", flat=True))
    assert (every["no_levels"], every["no_candles"]) == (1, 1)
    assert every["unscored"] > 5
    told = {one.reason: {some.why: some.signals for some in one.unknown} for one in rejected(Asked()).reasons}
    assert told["no_stop"] == {WHY_UNKNOWN["no_levels"]: 1, WHY_UNKNOWN["no_candles"]: 1}
    assert told["cooldown"] == {WHY_UNKNOWN["unscored"]: every["unscored"]}


def told_by_rows(asked_rows):
    """By strategy, reason and state: how many, and the sums of R and of percent of those that settled."""
    found = {}
    for (strategy, reason), rows in asked_rows.groupby(["strategy", "reason"]):
        settled = rows[rows.state == "settled"]
        found[strategy, reason] = (
            len(rows),
            len(settled),
            *((rows.state == state).sum() for state in ("missed", "running", "waiting")),
            int((settled.return_pct > 0).sum()),
            pytest.approx(settled.r.sum(), abs=1e-9),
            pytest.approx(settled.return_pct.sum(), abs=1e-9),
        )
    return found


def table():
    """All rejected signals with what is known of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT st.name, s.reason, s.side, (s.bar_time AT TIME ZONE 'UTC')::date, "
            "coalesce(w.state, 'waiting'), w.r, w.return_pct "
            "FROM signals_signal s JOIN signals_strategyversion v ON v.id = s.version_id "
            "JOIN signals_strategy st ON st.id = v.strategy_id "
            "LEFT JOIN reports_wouldbe w ON w.signal_id = s.id WHERE s.state = 'rejected'"
        )
        names = ["strategy", "reason", "side", "day", "state", "r", "return_pct"]
        return pd.DataFrame(cursor.fetchall(), columns=names).astype({"r": float, "return_pct": float})


def check(rows, asked=None):
    """The answer says what the rows say, by strategy and added up."""
    found = rejected(asked or Asked())
    told = {
        (one.strategy, one.reason): (
            one.rejected,
            one.settled,
            one.missed,
            one.running,
            one.waiting,
            round(one.hit_rate.n * (one.hit_rate.value or 0)),
            one.total_r or 0,
            one.total_pct or 0,
        )
        for one in found.strategies
    }
    assert told == told_by_rows(rows)
    assert {one.reason: one.rejected for one in found.reasons} == rows.groupby("reason").size().to_dict()


class Undone(Exception):
    """Takes back what an example wrote."""


class History:
    """Signals are rejected, looked at, and looked at again, as told."""

    def __init__(self):
        self.ledger, self.signals = make_ledger(), []

    def reject(self, place, hours, reason):
        ledger, number = self.ledger, len(self.signals)
        self.signals.append(
            Signal.objects.create(
                version=ledger.versions[place % 3],
                instrument=ledger.instruments[place % 3],
                bar_time=BEGAN + timedelta(hours=hours, seconds=number),
                side=("long", "short")[place % 2],
                state="rejected",
                reason=reason,
                close=100.0,
                historical=False,
                created_at=NOW,
            )
        )

    def look(self, first, state, r, pct):
        rows = [
            WouldBe(signal=one, state=state, r=r, return_pct=pct, bars_held=3)
            for one in self.signals[first : first + 3]
        ]
        WouldBe.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["signal"], update_fields=["state", "r", "return_pct"]
        )
        with connection.cursor() as cursor:
            ids = [one.signal_id for one in rows]
            cursor.execute("DELETE FROM reports_unlived WHERE signal_id = ANY (%s)", [ids])

    def live_rejected(self):
        live_rejected(at=NOW)

    def recount(self):
        recount()


amounts = st.none() | st.integers(-400, 600).map(lambda x: x / 100)
STEPS = (
    st.tuples(
        st.just("reject"),
        st.integers(0, 5),
        st.integers(0, 2_000),
        st.sampled_from(["cooldown", "no_stop", "odd"]),
    )
    | st.tuples(st.just("look"), st.integers(0, 8), st.sampled_from(list(WouldBe.State)), amounts, amounts)
    | st.sampled_from([("recount",), ("live_rejected",)])
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=20))
def test_sums_are_those_of_the_rows_after_any_history(steps):
    try:
        with transaction.atomic():
            history = History()
            for act, *told in steps:
                getattr(history, act)(*told)
            rows = table().replace({"reason": {"odd": "other"}})
            check(rows)
            day = (BEGAN + timedelta(days=41)).date()
            check(rows[rows.day <= day], Asked(until=day))
            check(
                rows[(rows.day > day) & (rows.side == "long")], Asked(since=day + timedelta(1), side="long")
            )
            recount()
            check(rows)
            raise Undone
    except Undone:
        pass


def test_the_places_in_the_keys_are_those_of_the_migration():
    from importlib import import_module

    migration = import_module("heliograph.reports.migrations.0006_rejected")
    assert ("other", *migration.REASONS) == REASONS
    assert migration.STATES == STATES == ("waiting", *(one for one in STATES[1:]))
    assert set(STATES[1:]) == set(Fate) == set(WouldBe.State)


def test_the_page_of_a_rejected_signal_says_what_it_would_have_come_to():
    make_world()
    viewer = signed_in(person_with("viewer"))
    published = Signal.objects.filter(state="published").earliest("pk")
    one = turned_away()[0]

    def said(signal):
        page = viewer.get(f"/signals/{signal.pk}/").content.decode()
        return re.findall(r'<p class="caption">((?:Had it|What it)[^<]+)</p>', page)

    assert said(one) == ["What it would have come to is not looked at yet."]
    live_rejected(at=NOW)
    settled = next(one for one in turned_away() if one.would_be.state == "settled")
    would = settled.would_be
    assert said(settled) == [
        "Had it been published, taken alone, it would have come to "
        f"{signed(would.r, 2)} R before fees ({signed(would.return_pct, 2)} % after costs) "
        f"within {would.bars_held} bars, and have {LEFT[would.exit_reason]}."
    ]
    for state, words in (
        ("running", "it would still run, as far as it was looked at."),
        ("missed", "it would have missed its entry"),
        *((state, f"is unknown: {why}.") for state, why in WHY_UNKNOWN.items()),
    ):
        WouldBe.objects.filter(signal=settled).update(state=state)
        (told,) = said(settled)
        assert words in told
    assert said(published) == []


def test_all_doors_tell_what_the_room_knows(heliograph):
    world = make_world()
    live_rejected(at=NOW)
    check(table())

    wanted = json.loads(json.dumps(rejected(Asked()).to_dict()))
    first = wanted["reasons"][0]
    assert first["settled"] > 5
    assert json.loads(heliograph("analytics", "--show", "rejected", "--json").out) == wanted
    told = heliograph("analytics", "--show", "rejected").out
    assert f"{first['reason']}" in told
    assert f"{first['rejected']}" in told
    answer = with_token("read", role="viewer").get("/api/v1/analytics/rejected")
    assert (answer.status_code, answer.json()) == (200, wanted)
    viewer = signed_in(person_with("viewer"))
    page = viewer.get("/analytics/").content.decode()
    assert "What rejected signals would have come to" in page
    assert f'{first["rejected"]}<span class="phone-word"> rejected</span>' in page
    give_to(Strategy.objects.get(pk=world.version.strategy_id), person_with("analyst", "other"))
    hidden = with_token("read", role="viewer").get("/api/v1/analytics/rejected").json()
    assert hidden["reasons"] == hidden["strategies"] == []
