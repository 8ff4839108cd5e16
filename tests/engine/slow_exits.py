"""The rules of the exits once more, written from their text for one instrument: slow, plain and apart
from the kernel.
"""

from dataclasses import dataclass, field
from math import isfinite, nan

CLOSE_ENOUGH = 1e-9


@dataclass
class SlowBar:
    """One bar that exists, with what the plan says at its close; None where the strategy names no such
    expression.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    enter: dict
    exit: dict
    stop: dict
    targets: dict
    confidence: float
    ready: dict
    finer: list = field(default_factory=list)  # (open, high, low) of the finer bars inside


@dataclass
class Trade:
    side: str
    signal_time: int
    stop: float
    targets: list
    entry_time: int = 0
    entry: float = nan
    bars: int = 0
    parts: list = field(default_factory=list)  # (fraction, price)
    left: list = field(default_factory=list)  # targets not yet taken
    high: float = nan
    low: float = nan
    leaving: str | None = None

    def beyond(self, price, level):
        """At or beyond a target, seen from the entry."""
        return price >= level if self.side == "long" else price <= level

    def stopped(self, price):
        return self.stop is not None and (price <= self.stop if self.side == "long" else price >= self.stop)


class SlowExits:
    """Feed it the bars of one instrument, one after the other; read what it noted."""

    def __init__(self, rules):
        self.rules = rules
        self.bar_number = 0
        self.trade = {"long": None, "short": None}
        self.waiting = {"long": None, "short": None}
        self.first_allowed = {"long": 0, "short": 0}
        self.candidates, self.entries, self.parts, self.exits = [], [], [], []
        self.undecided = 0

    def side_rules(self, side):
        return self.rules.long if side == "long" else self.rules.short

    def bar(self, bar):
        self.bar_number += 1
        for side in ("long", "short"):
            self.at_open(side, bar)
            if self.trade[side]:
                self.inside(side, bar)
            if self.trade[side]:
                self.at_close(side, bar)
        self.new_candidates(bar)

    # Before the close

    def at_open(self, side, bar):
        trade = self.trade[side]
        if trade and trade.leaving:
            trade.bars += 1
            self.leave(trade, bar, bar.open, trade.leaving)
        if self.waiting[side]:
            self.enter(self.waiting[side], bar, bar.open)
            self.waiting[side] = None

    def enter(self, trade, bar, price):
        if trade.stopped(price) or (trade.targets and trade.beyond(price, trade.targets[0])):
            self.entries.append((trade.side, trade.signal_time, bar.time, price, True))
            return
        slip = self.rules.slippage_bps / 10_000
        trade.entry = price * (1 + slip if trade.side == "long" else 1 - slip)
        trade.entry_time, trade.high, trade.low = bar.time, trade.entry, trade.entry
        trade.left = list(range(len(trade.targets)))
        self.trade[trade.side] = trade
        self.entries.append((trade.side, trade.signal_time, bar.time, trade.entry, False))

    def inside(self, side, bar):
        trade = self.trade[side]
        trade.bars += 1
        if trade.stopped(bar.open):
            self.leave(trade, bar, bar.open, "stop")
            return
        for number in [n for n in trade.left if trade.beyond(bar.open, trade.targets[n])]:
            self.take(trade, bar, number, bar.open)
        best, worst = (bar.high, bar.low) if side == "long" else (bar.low, bar.high)
        reached = [n for n in trade.left if trade.beyond(best, trade.targets[n])]
        stop_too = trade.stopped(worst)
        if reached and stop_too:
            reached, stop_too = self.which_came_first(trade, bar) if self.rules.intrabar else ([], True)
        for number in reached:
            self.take(trade, bar, number, trade.targets[number])
        if stop_too and self.trade[side]:
            self.leave(trade, bar, trade.stop, "stop")

    def which_came_first(self, trade, bar):
        order = []  # what the finer bars touch, one thing after the other
        for first, high, low in bar.finer:
            best, worst = (high, low) if trade.side == "long" else (low, high)
            for price, is_open in ((first, True), (worst, False), (best, False)):
                if (is_open or price == worst) and trade.stopped(price):
                    order.append("stop")
                if is_open or price == best:
                    order += [n for n in trade.left if trade.beyond(price, trade.targets[n])]
        reached = []
        if "stop" in order and any(n != "stop" for n in order):
            for touched in order:
                if touched == "stop":
                    return reached, True
                if touched not in reached:
                    reached.append(touched)
                if len(reached) == len(trade.left):
                    return reached, False
        self.undecided += 1
        return [], True

    def at_close(self, side, bar):
        trade = self.trade[side]
        trade.high, trade.low = max(trade.high, bar.high), min(trade.low, bar.low)
        expires = self.side_rules(side).expires
        says_exit = bar.exit[side] > 0
        if says_exit and self.rules.fill == "close":
            self.leave(trade, bar, bar.close, "exit")
        elif expires is not None and trade.bars == expires:
            self.leave(trade, bar, bar.close, "expired")
        elif says_exit:
            trade.leaving = "exit"

    def take(self, trade, bar, number, price):
        trade.left.remove(number)
        share = self.side_rules(trade.side).fractions[number]
        self.parts.append((trade.side, trade.signal_time, bar.time, price, number + 1))
        trade.high, trade.low = max(trade.high, price), min(trade.low, price)
        if trade.left:
            trade.parts.append((share, price))
        else:
            self.close_trade(trade, bar, price, "target")

    def leave(self, trade, bar, price, reason):
        slip = self.rules.slippage_bps / 10_000
        self.close_trade(trade, bar, price * (1 - slip if trade.side == "long" else 1 + slip), reason)

    def close_trade(self, trade, bar, price, reason):
        trade.high, trade.low = max(trade.high, price), min(trade.low, price)
        trade.parts.append((1 - sum(share for share, _ in trade.parts), price))
        mean = sum(share * at for share, at in trade.parts)
        way = 1 if trade.side == "long" else -1
        fees = self.rules.fee_pct / 100 * (trade.entry + mean)
        risk = None if trade.stop is None else way * (trade.entry - trade.stop)
        best, worst = (trade.high, trade.low) if way == 1 else (trade.low, trade.high)
        in_r = [nan if risk is None else way * (at - trade.entry) / risk for at in (mean, best, worst)]
        self.exits.append(
            {
                "side": trade.side,
                "signal_time": trade.signal_time,
                "entry_time": trade.entry_time,
                "exit_time": bar.time,
                "entry_price": trade.entry,
                "exit_price": mean,
                "r": in_r[0],
                "return_pct": 100 * (way * (mean - trade.entry) - fees) / trade.entry,
                "fees_pct": 100 * fees / trade.entry,
                "mfe_r": in_r[1],
                "mae_r": in_r[2],
                "bars_held": trade.bars,
                "reason": reason,
            }
        )
        self.trade[trade.side] = None
        self.first_allowed[trade.side] = self.bar_number + self.rules.cooldown

    # At the close, after the exits

    def is_free(self, side):
        trade = self.trade[side]
        return trade is None or trade.leaving == "exit"

    def new_candidates(self, bar):
        wanted = [
            side
            for side in ("long", "short")
            if self.side_rules(side) and bar.ready[side] and bar.enter[side] > 0 and self.is_free(side)
        ]
        for side in wanted:
            other = "short" if side == "long" else "long"
            reason, ratio = self.judge(side, bar, both=len(wanted) == 2)
            their_trade = self.trade[other]
            if not reason and self.rules.opposite != "ignore" and their_trade and not their_trade.leaving:
                if self.rules.fill == "close":
                    self.leave(their_trade, bar, bar.close, "opposite")
                else:
                    their_trade.leaving = "opposite"
                reason = "opposite" if self.rules.opposite == "exit" else None
            self.candidates.append((bar.time, side, reason, ratio))
            if not reason:
                self.publish(side, bar)

    def publish(self, side, bar):
        if self.rules.alert_only:
            self.first_allowed[side] = self.bar_number + self.rules.cooldown
            return
        named = self.side_rules(side)
        trade = Trade(
            side,
            bar.time,
            bar.stop[side] if named.stop else None,
            list(bar.targets[side][: len(named.fractions)]),
        )
        if self.rules.fill == "close":
            self.enter(trade, bar, bar.close)
        else:
            self.waiting[side] = trade

    def judge(self, side, bar, *, both):
        named, way = self.side_rules(side), 1 if side == "long" else -1
        stop, targets = bar.stop[side], bar.targets[side][: len(named.fractions)]
        if named.stop and not isfinite(stop):
            return "no_stop", nan
        if not all(isfinite(target) for target in targets):
            return "no_target", nan
        wrong = (named.stop and way * (bar.close - stop) <= 0) or any(
            way * (t - bar.close) <= 0 for t in targets
        )
        ratio = nan
        if named.stop and targets and not wrong:
            reward = sum(f * way * (t - bar.close) for f, t in zip(named.fractions, targets, strict=True))
            ratio = reward / (way * (bar.close - stop))
        if self.rules.confidence and not isfinite(bar.confidence):
            return "no_confidence", ratio
        if wrong:
            return "wrong_side", nan
        if both and self.rules.opposite != "ignore":
            return "both_sides", ratio
        if not meets(bar.confidence, self.rules.min_confidence):
            return "min_confidence", ratio
        if not meets(ratio, self.rules.min_reward_risk):
            return "min_reward_risk", ratio
        leaves_next_bar = self.trade[side] is not None
        allowed = self.bar_number + 1 + self.rules.cooldown if leaves_next_bar else self.first_allowed[side]
        if self.rules.cooldown and self.bar_number < allowed:
            return "cooldown", ratio
        return None, ratio


def meets(value, limit):
    """A limit is met within one part in a thousand million."""
    return limit is None or value >= limit - CLOSE_ENOUGH * abs(limit)
