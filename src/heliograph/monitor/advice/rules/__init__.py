"""The rules, one file for each part; `RULES` names them all."""

from collections.abc import Mapping

from heliograph.monitor.advice.finding import Rule
from heliograph.monitor.advice.rules.market import dead_watches, gaps_elsewhere, stale_sources
from heliograph.monitor.advice.rules.servers import cache_too_small, full_soon, tuning
from heliograph.monitor.advice.rules.strategies import better_shadows, decayed, silent_versions
from heliograph.monitor.advice.rules.work import failing_channels, parked_work, worker_count

RULES: Mapping[str, Rule] = {
    "dead instrument": dead_watches,
    "stale source": stale_sources,
    "gaps": gaps_elsewhere,
    "cache": cache_too_small,
    "full soon": full_soon,
    "tuning": tuning,
    "decayed strategy": decayed,
    "better in shadow": better_shadows,
    "silent strategy": silent_versions,
    "failing channel": failing_channels,
    "parked work": parked_work,
    "workers": worker_count,
}
