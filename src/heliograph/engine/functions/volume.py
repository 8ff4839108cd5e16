"""What volume adds to price; unknown where the volume is."""

from heliograph.engine.functions.function import Function, period, primitive

GROUP = "volume"

VOLUME = (
    Function(
        "obv",
        (),
        primitive("obv", "close", "volume"),
        "On-balance volume: the first volume, then plus that of rising and minus that of falling closes.",
        "TA-Lib OBV",
        GROUP,
        "obv()",
    ),
    Function(
        "mfi",
        (period(least=2),),
        primitive("mfi", "high", "low", "close", "volume"),
        "Money flow index: share of the money that flowed on rising typical prices, 0 to 100.",
        "TA-Lib MFI; 0 where no money flowed",
        GROUP,
        "mfi(14)",
    ),
    Function(
        "vwap",
        (),
        primitive("vwap", "time", "high", "low", "close", "volume"),
        "Average of (high + low + close) / 3 weighted by volume, begun anew each UTC day.",
        "Common use; unknown while no volume was traded that day",
        GROUP,
        "vwap()",
    ),
)
