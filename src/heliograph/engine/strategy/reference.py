"""What each key of a strategy file is for, in a sentence; for editors that complete and explain."""

from heliograph.engine.strategy.model import FILLS, MODES, OPPOSITES
from heliograph.engine.timeframe import TIMEFRAMES

SIDE = {
    "enter": "Condition: at its close a bar makes a candidate where this is true.",
    "exit": "Condition: leaves where this is true.",
    "stop": "Number: the price at which a loss is taken, below the close for a long, above it for a short.",
    "targets": "List of one to three numbers: prices at which a gain is taken.",
    "fractions": "List of the shares that leave at each target; their sum is 1. Equal unless given.",
    "expires": "Bars held after which the trade is left at the close.",
}

SECTIONS = {
    "universe": "Which instruments are watched; all that have the timeframe, unless said otherwise.",
    "params": "Numbers with a name, to be used in expressions.",
    "long": "When to buy, and when to leave again.",
    "short": "When to sell, and when to leave again.",
    "execution": "How signals are filled and what that costs.",
    "score": "How sure the strategy is of a candidate.",
    "filters": "What a candidate must pass to be published.",
    "data": "Where live bars come from, and what must be there before they are evaluated.",
}

# By section; the empty one is the top of the file, "param" the inside of a parameter's brackets.
KEYS: dict[str, dict[str, str]] = {
    "": {
        "name": "The name of the strategy, at most 80 characters.",
        "description": "A sentence for people; changing it makes no new version.",
        "timeframe": "Of the bars that are evaluated.",
        "alert_only": "true: signals are announced and not scored.",
        "max_age": "Intervals after which a signal is stored but no longer announced. 2 unless given.",
        "patience": "Intervals that a missing bar is waited for. 2 unless given.",
    },
    "universe": {
        "venue": "The name of one venue; all unless given.",
        "include": 'List of symbols in which * stands for any letters, such as ["*/USDT"].',
        "exclude": "List of symbols that are left out.",
    },
    "long": SIDE,
    "short": SIDE,
    "execution": {
        "fill": '"next_open": in at the open of the next bar; "close": at the close of the signal\'s own.',
        "fee_pct": "Percent of the notional at entry and at each exit. 0.1 unless given.",
        "slippage_bps": "Hundredths of a percent by which a fill at the market is worse. 0 unless given.",
        "opposite": "What a candidate of the other side does to an open trade: nothing, or end or turn it.",
        "intrabar": "A finer timeframe: it decides which came first where one bar holds stop and target.",
    },
    "score": {
        "confidence": "Number from 0 to 1. Where it is unknown, the candidate is rejected.",
    },
    "filters": {
        "min_confidence": "The least confidence, 0 to 1.",
        "min_reward_risk": "Distance of the targets from the close over that of the stop, at least.",
        "cooldown": "Bars after the end of a published signal before the next of that instrument and side.",
    },
    "data": {
        "mode": "Only stored candles, what is stale fetched first, always fetched first, or by the venue.",
        "fresh": "Intervals: the newest bar must be less than so old. 2 unless given.",
        "complete_pct": "Percent of the instruments that must have the newest closed bar. 95 unless given.",
        "max_gaps_pct": "Percent of the last hundred bars that may be missing. 5 unless given.",
    },
    "param": {
        "default": "The value, unless another is given from outside.",
        "min": "The least value that may be given.",
        "max": "The greatest value that may be given.",
    },
}

CHOICES: dict[str, tuple[str, ...]] = {
    "timeframe": TIMEFRAMES,
    "intrabar": TIMEFRAMES,
    "fill": FILLS,
    "opposite": OPPOSITES,
    "mode": MODES,
}
