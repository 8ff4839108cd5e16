"""What groups of days are made of; needs no database, so that the command line can name them."""

from enum import StrEnum


class By(StrEnum):
    """What groups are made of."""

    VENUE = "venue"
    INSTRUMENT = "instrument"
    SERIES = "series"
    DAY = "day"
