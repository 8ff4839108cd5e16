"""The measures that rules can go by: those of the probes, the scores, and how long nobody looked."""

from heliograph.monitor.measure import Definition
from heliograph.monitor.probes import DEFINITIONS

GAP = Definition("alerts_look_gap_seconds", "seconds", "since the look before this one")
SCORES = ("health_score", "health_part_score")


def known_measures() -> list[str]:
    """Their names."""
    return [*(one.name for one in DEFINITIONS), *SCORES, GAP.name]
