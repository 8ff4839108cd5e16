"""What groups of signals are made of; needs no database, so that the command line can name them."""

from enum import StrEnum


class By(StrEnum):
    """What groups are made of. Hours are those of the signal's bar, in UTC; confidences are ten bins."""

    STRATEGY = "strategy"
    VERSION = "version"
    INSTRUMENT = "instrument"
    TIMEFRAME = "timeframe"
    SIDE = "side"
    HOUR = "hour"
    CONFIDENCE = "confidence"
