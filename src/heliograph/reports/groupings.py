"""What groups of signals are made of; needs no database, so that the command line can name them."""

from enum import StrEnum


class Show(StrEnum):
    """What is told: groups with their figures, live beside the newest backtest, how alike strategies do,
    what signals are worth some bars after their entry, or by the regime of the market.
    """

    GROUPS = "groups"
    EXPECTATION = "expectation"
    CORRELATION = "correlation"
    DECAY = "decay"
    REGIME = "regime"


class By(StrEnum):
    """What groups are made of. Hours are those of the signal's bar, in UTC; confidences are ten bins."""

    STRATEGY = "strategy"
    VERSION = "version"
    INSTRUMENT = "instrument"
    TIMEFRAME = "timeframe"
    SIDE = "side"
    HOUR = "hour"
    CONFIDENCE = "confidence"
