"""What groups of signals are made of; needs no database, so that the command line can name them."""

from enum import StrEnum


class Show(StrEnum):
    """What is told: groups with their figures, live beside the newest backtest, how alike strategies do,
    what signals are worth some bars after their entry, or by the regime of the market, or what rejected ones
    would have come to.
    """

    GROUPS = "groups"
    EXPECTATION = "expectation"
    CORRELATION = "correlation"
    DECAY = "decay"
    REGIME = "regime"
    REJECTED = "rejected"


class By(StrEnum):
    """What groups are made of. Hours are those of the signal's bar, in UTC; confidences are ten bins; regimes
    are those of the instrument at the signal's bar.
    """

    STRATEGY = "strategy"
    VERSION = "version"
    INSTRUMENT = "instrument"
    TIMEFRAME = "timeframe"
    SIDE = "side"
    HOUR = "hour"
    CONFIDENCE = "confidence"
    REGIME = "regime"
