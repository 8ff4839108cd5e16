"""The nearest name to a mistyped one."""

import difflib
from collections.abc import Iterable

# What other platforms call it.
ELSEWHERE = {
    "avg": "sma",
    "average": "sma",
    "bbands": "bb_upper",
    "crossover": "crosses_above",
    "crossunder": "crosses_below",
    "cross_above": "crosses_above",
    "cross_below": "crosses_below",
    "iff": "if_else",
    "ma": "sma",
    "smma": "rma",
    "stdev": "stddev",
    "std": "stddev",
    "stoch": "stoch_k",
    "tr": "true_range",
    "where": "if_else",
}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`, None where nothing is near; upper and lower case are alike."""
    names = {candidate.lower(): candidate for candidate in known}
    wanted = name.lower()
    if ELSEWHERE.get(wanted) in names:
        return names[ELSEWHERE[wanted]]
    found = difflib.get_close_matches(wanted[:100], names, n=1, cutoff=0.6)
    return names[found[0]] if found else None
