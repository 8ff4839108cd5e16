"""Candles late, revised, twice or never; ticks, crashes and restarts; versions that come and go."""

from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from heliograph.engine.bars import INPUTS, Bars
from heliograph.market.bars import load_series
from heliograph.market.models import Candle, Venue
from heliograph.market.wire import to_datetime, to_ms
from heliograph.notices.models import Notice
from heliograph.signals.checkpoints import save_checkpoint
from heliograph.signals.compiled import compiled
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Outcome, Progress, Signal, StrategyVersion
from heliograph.signals.rollouts import rollback
from heliograph.signals.settle import settle
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, load_state
from heliograph.signals.strategies import add_strategy, promote, retire
from tests.signals.known_replay import LIFE, Looks, ended, entering, rebuilt, rows_of, stored
from tests.signals.world import HOUR, START, feed_one, make_venue, walk

SYMBOLS = ("A/USDT", "B/USDT")
BEGUN, MOST = 30, 240
# It trades at nearly every bar, so that a short life has many signals.
LIVELY = """
name = "Lively"
timeframe = "1h"
[long]
enter = "close > ema(close, 3)"
exit = "crosses_below(close, ema(close, 6))"
stop = "close - 1.5 * atr(5)"
targets = ["close + 1 * atr(5)", "close + 3 * atr(5)"]
expires = 8
[short]
enter = "close < ema(close, 5) and close < on('4h', ema(close, 2))"
stop = "close + 1.5 * atr(5)"
targets = ["close - 2 * atr(5)"]
[execution]
slippage_bps = 5
[score]
confidence = "clip(rsi(close, 5) / 100, 0, 1)"
[filters]
min_confidence = 0.2
cooldown = 1
"""
SECOND = LIVELY.replace("cooldown = 1", "cooldown = 0")
ROWS = st.integers(0, len(SYMBOLS) - 1)
BARS = st.integers(1, 6)


class Killed(Exception):
    """The process was killed at a statement."""


class Killer:
    """Kills at the nth statement that changes something, or at the commit behind it."""

    MARKS = ("INSERT", "UPDATE", "DELETE", "WITH", "RELEASE SAVEPOINT")

    def __init__(self, nth):
        self.left = nth

    def __call__(self, execute, sql, params, many, context):
        if str(sql).lstrip().startswith(self.MARKS):
            self.left -= 1
            if self.left == 0:
                raise Killed
        return execute(sql, params, many, context)


class Pipeline(RuleBasedStateMachine):
    """One venue, two instruments, up to two versions of a strategy."""

    kind = Venue.Kind.FILE

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed):
        self.scope = transaction.atomic()
        self.scope.__enter__()
        MEMORY.clear()
        self.batch, self.instruments = make_venue(f"v{seed}", kind=self.kind, symbols=SYMBOLS)
        self.bars = walk(seed, MOST, instruments=len(SYMBOLS))
        self.hour, self.passed, self.missing = BEGUN, 0, []
        self.watermarks, self.looks, self.bars_due = {}, {}, 0
        self.seen, self.has_rested = set(), set()
        for row in range(len(SYMBOLS)):
            self.store(row, self.bars, range(BEGUN))
        self.first = add_strategy(text=LIVELY, stage="live", at=self.at)
        self.second = None
        self.tick()

    @property
    def at(self):
        """No two moments are the same."""
        self.passed += 1
        return to_datetime(START + self.hour * HOUR) + timedelta(milliseconds=self.passed)

    def store(self, row, bars, columns):
        """Delivers some bars of an instrument."""
        columns = list(columns)
        values = {name: getattr(bars, name)[row : row + 1, columns].copy() for name in INPUTS}
        block = Bars(time=bars.time[columns].copy(), **values)
        feed_one(self.batch, self.instruments[row], block, at=self.at)

    @rule(count=BARS, gone=st.sets(st.tuples(ROWS, st.integers(0, 5)), max_size=3), twice=st.booleans())
    def bars_come(self, count, gone, twice):
        count = min(count, MOST - self.hour)
        columns = range(self.hour, self.hour + count)
        self.hour += count
        for row in range(len(SYMBOLS)):
            there = [column for column in columns if (row, column - columns.start) not in gone]
            self.missing += [(row, column) for column in columns if column not in there]
            for _ in range(1 + twice):
                self.store(row, self.bars, there) if there else None

    @rule(pick=st.integers(0, 1000))
    def a_missing_bar_comes(self, pick):
        if self.missing:
            row, column = self.missing.pop(pick % len(self.missing))
            self.store(row, self.bars, [column])

    @rule(row=ROWS, back=st.integers(1, 10), factor=st.sampled_from([0.9, 0.95, 1.05, 1.1]))
    def a_bar_is_revised(self, row, back, factor):
        column = self.hour - back
        if (row, column) not in self.missing:
            for name in ("high", "low", "close"):
                getattr(self.bars, name)[row, column] *= factor
            prices = [getattr(self.bars, name)[row, column] for name in ("open", "high", "low", "close")]
            self.bars.high[row, column], self.bars.low[row, column] = max(prices), min(prices)
            self.store(row, self.bars, [column])

    @rule(newest=st.integers(0, 5), against=st.booleans(), on=st.integers(2, 9))
    def the_bar_behind_a_signal_is_revised(self, newest, against, on):
        """Whether it still runs or has ended: it would have been stopped there, or reached its target."""
        self.bars_come_one_by_one(2)
        told = Signal.objects.filter(version=self.first, state="published", instrument__in=self.instruments)
        before = told.filter(bar_time__lt=to_datetime(START + (self.hour - 2) * HOUR)).order_by("-bar_time")
        for signal in before.select_related("instrument")[newest : newest + 1]:
            column = (to_ms(signal.bar_time) - START) // HOUR + 1
            factor = 0.9 if (signal.side == "long") == against else 1.1
            self.a_bar_is_revised(self.instruments.index(signal.instrument), self.hour - column, factor)
            self.run(self.at)
        self.bars_come_one_by_one(on)

    @rule(row=ROWS, back=st.integers(1, 6), factor=st.sampled_from([0.95, 1.05]))
    def a_bar_is_revised_before_a_restart(self, row, back, factor):
        self.a_checkpoint_is_kept()
        self.a_bar_is_revised(row, back, factor)
        self.run(self.at)
        self.restart()
        self.bars_come_one_by_one(4)

    @rule()
    def a_checkpoint_is_kept(self):
        for row in Progress.objects.filter(version__strategy=self.first.strategy).select_related("version"):
            state = load_state(Stand.of(row), compiled(row.version))
            save_checkpoint(state.runner, state.stand, at=self.at)

    @rule()
    def tick(self):
        self.run(self.at)

    @rule(count=BARS)
    def bars_come_one_by_one(self, count):
        for _ in range(min(count, MOST - self.hour)):
            self.hour += 1
            for row in range(len(SYMBOLS)):
                self.store(row, self.bars, [self.hour - 1])
            self.run(self.at)

    @rule(row=ROWS)
    def the_newest_bar_of_one_is_late(self, row):
        self.bars_come(1, {(row, 0)}, twice=False)
        self.run(self.at)

    @rule(count=st.integers(0, 3), nth=st.integers(1, 12), dies=st.booleans())
    def tick_that_is_killed(self, count, nth, dies):
        self.bars_come(count, set(), twice=False)
        at = self.at
        try:
            with connection.execute_wrapper(Killer(nth)):
                self.run(at)
        except Killed:
            # Outside of a transaction there would have been nothing to roll back.
            transaction.set_rollback(False)
            if dies:
                MEMORY.clear()
        self.look(at)

    @rule()
    def restart(self):
        MEMORY.clear()

    @rule()
    def settling(self):
        at = self.at
        settle(at=at)
        self.look(at)

    @rule(share=st.sampled_from([50, 100]))
    def the_next_version_goes_live(self, share):
        at = self.at
        if self.second is None:
            self.second = add_strategy(text=SECOND, at=at)
        if share == 100:
            self.has_rested.add(self.first.pk)
        if StrategyVersion.objects.get(pk=self.second.pk).stage != "retired" and self.is_live(self.first):
            promote(self.second, share=share, at=at)

    @rule()
    def rolled_back(self):
        if self.second and self.is_live(self.second):
            rollback(self.first.strategy, at=self.at)

    @rule()
    def retired(self):
        if self.second and self.is_live(self.second) and self.is_live(self.first):
            retire(self.second, at=self.at)

    def is_live(self, version):
        return StrategyVersion.objects.get(pk=version.pk).stage == "live"

    def run(self, at):
        generate(at=at)
        self.look(at)

    def look(self, at):
        """Notes which bars were evaluated since the last look, as they are known now."""
        shards = Progress.objects.filter(version__strategy=self.first.strategy)
        for row in shards.select_related("version"):
            for place in zip(row.instruments, row.origins, row.watermarks, strict=True):
                self.note(row.version, *place, at=at)

    def note(self, version, instrument, origin, watermark, *, at):
        """Which bars of an instrument were evaluated since the last look."""
        key = version.pk, instrument
        before = self.watermarks.get(key, origin - 1)
        assert watermark >= before
        known = load_series(instrument=instrument, timeframe="1h", start=before + 1, end=watermark + 1)
        if len(known):
            look = (at, known.time.tolist(), version.stage != "retired")
            self.looks.setdefault(key, Looks(origin)).looks.append(look)
            self.bars_due += len(known)
        self.watermarks[key] = watermark

    @invariant()
    def no_bar_is_evaluated_twice_or_lost(self):
        steps = Evaluation.objects.filter(version__strategy=self.first.strategy, kind="advance")
        assert sum(steps.values_list("bars", flat=True)) == self.bars_due

    @invariant()
    def nobody_stands_ahead_of_its_own_candles(self):
        """Whose bar is late waits for it alone: else it would be a correction when it comes."""
        for row in Progress.objects.filter(version__strategy=self.first.strategy):
            for instrument, origin, until in zip(row.instruments, row.origins, row.watermarks, strict=True):
                own = Candle.objects.filter(instrument=instrument, timeframe="1h")
                newest = own.order_by("-open_time").values_list("open_time", flat=True).first()
                assert until <= max(origin - 1, to_ms(newest))

    @invariant()
    def what_was_told_once_stays(self):
        rows = Signal.objects.filter(version__strategy=self.first.strategy)
        now = set(rows.values_list("pk", flat=True))
        assert now >= self.seen
        self.seen = now

    def teardown(self):
        if not hasattr(self, "scope"):
            return
        try:
            self.hour += 3
            self.tick()
            self.settling()
            self.history_is_a_replay_of_what_was_known()
            self.todays_candles_give_history_and_revisions()
            self.every_bar_that_wants_to_enter_has_a_row()
            self.who_was_told_of_an_end_was_told_of_its_signal()
        finally:
            MEMORY.clear()
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)

    def history_is_a_replay_of_what_was_known(self):
        for version in (self.first, self.second):
            for instrument in self.instruments:
                looks = version and self.looks.get((version.pk, instrument.pk))
                if looks:
                    assert stored(version, instrument) == rebuilt(version, instrument, looks)

    def todays_candles_give_history_and_revisions(self):
        """Wherever the same signal has the same levels in both."""
        again = make_venue("again", symbols=SYMBOLS)
        for row, instrument in enumerate(again[1]):
            there = Candle.objects.filter(instrument=self.instruments[row], timeframe="1h")
            times = sorted(map(to_ms, there.values_list("open_time", flat=True)))
            columns = [(time - START) // HOUR for time in times]
            values = {name: getattr(self.bars, name)[row : row + 1, columns].copy() for name in INPUTS}
            feed_one(again[0], instrument, Bars(time=np.array(times), **values), at=self.at)
        text = LIVELY.replace('"Lively"', '"Again"') + '[universe]\nvenue = "again"\n'
        copy = add_strategy(text=text, at=self.at)
        generate(at=self.at)
        replayed, seen = ended(copy, again[1]), self.seen_until()
        # The first version goes over the new venue as well.
        for key, (levels, life) in ended(self.first, self.instruments).items():
            if key in replayed and replayed[key][0] == levels:
                now = replayed[key][1]
                exit_time = now[LIFE.index("exit_time")]
                if exit_time is None or exit_time <= seen[key[0]]:
                    assert life == now, key
                else:
                    # Only a retired version stops looking; by then it had not ended.
                    assert life[0] in Outcome.RUNNING, key

    def seen_until(self):
        """For each symbol the last bar that the first version has evaluated (ms)."""
        symbols = {one.pk: one.symbol for one in self.instruments}
        rows = Progress.objects.filter(version=self.first)
        return {
            symbols[one]: int(until)
            for row in rows
            for one, until in zip(row.instruments, row.watermarks, strict=True)
            if one in symbols
        }

    def every_bar_that_wants_to_enter_has_a_row(self):
        """With today's candles, unless the slot was taken; what came late is rejected, not forgotten."""
        if self.first.pk in self.has_rested or not self.is_live(self.first):
            return
        for instrument in self.instruments:
            until = self.seen_until().get(instrument.symbol)
            if until is not None:
                wanted = entering(self.first, instrument, until=until)
                assert wanted <= rows_of(self.first, instrument)

    def who_was_told_of_an_end_was_told_of_its_signal(self):
        told = {topic: set() for topic in ("signal.published", "signal.settled", "signal.revised")}
        for topic, subject in Notice.objects.values_list("topic", "subject"):
            told[topic].add(subject)
        # The subject of a revision is that of its signal with the number of the revision.
        revised = {subject.rpartition(":")[0] for subject in told["signal.revised"]}
        assert told["signal.settled"] | revised <= told["signal.published"]


class LivePipeline(Pipeline):
    """The same at an exchange, where gates postpone."""

    kind = Venue.Kind.EXCHANGE
