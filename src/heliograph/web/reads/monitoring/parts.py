"""The parts of the whole as lines: score, what is wrong or what there is, and how old that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from heliograph.monitor.probes import DEFINITIONS
from heliograph.monitor.told import ToldMeasure, ToldPart
from heliograph.web.measured import GLYPHS, WORDS, measure_value, part_name, sentence
from heliograph.web.reads.monitoring.looked import Looked

# What is said of a part that is well: words, and the measure whose value stands in their place.
FACTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "database": (
        ("{} session{s}", "database_connections"),
        ("oldest transaction {}", "database_oldest_transaction_seconds"),
        ("{}", "database_size_bytes"),
    ),
    "redis": (("{} used", "redis_memory_bytes"), ("answers in {}", "redis_answer_seconds")),
    "workers": (("{} alive", "workers_alive"), ("{} piece{s} of work held", "workers_outstanding")),
    "queues": (("{} message{s} waiting", "queues_messages"), ("{} shard{s} due", "queues_generate_due")),
    "timetable": (("{} line{s}", "timetable_lines"), ("{} overdue", "timetable_overdue")),
    "generation": (
        ("{} step{s} in 15 min", "generation_steps"),
        ("{} signal{s} published in 1 h", "generation_published"),
    ),
    "outcomes": (
        ("{} signal{s} running", "outcomes_running"),
        ("{} replayed, none otherwise", "outcomes_replayed"),
    ),
    "notices": (("{} channel{s}", "notices_channels"), ("{} sent or tried in 1 h", "notices_tries")),
    "market": (("{} series", "market_series"), ("{} of the bars due are stored", "market_coverage_ratio")),
    "host": (
        ("processors {} in use", "host_cpu_ratio"),
        ("{} of the disk free", "host_disk_free_ratio"),
        ("{} of the memory free", "host_memory_available_ratio"),
    ),
    "cache": (("{} process{es}", "cache_processes"), ("{} in memory", "cache_memory_bytes")),
    "heartbeat": (("taken {} ago", "heartbeat_silence_seconds"),),
    "web": (("{} process{es}", "web_processes"), ("{} of the answers failed", "web_errors_ratio")),
    "backup": (
        ("newest {} ago", "backup_age_seconds"),
        ("restored for trial {} ago", "backup_trial_age_seconds"),
    ),
    "invariants": (
        ("{} live version{s} left out", "invariants_unevaluated_versions"),
        ("{} signal{s} untold", "invariants_unannounced_signals"),
    ),
}
GATES = frozenset(one.name for one in DEFINITIONS if one.rule and one.rule.gate)
# Of what is wrong with a part so much is said in its line.
MOST = 2


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part; `score` is None where nothing of it is known, `at` when what is said was measured."""

    part: ToldPart
    title: str
    words: str
    at: datetime

    @property
    def glyph(self) -> str:
        """The shape of its state."""
        return GLYPHS[self.part.state]

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return WORDS[self.part.state]

    @property
    def is_whole(self) -> bool:
        """Nothing of it is wrong: on a phone those are folded to one line."""
        return self.part.score == 100


@dataclass(frozen=True, slots=True)
class Unknown:
    """Measures of one part that are unknown for one reason."""

    title: str
    names: tuple[str, ...]
    reason: str


def part_lines(found: Looked) -> list[PartLine]:
    """Worst first, those of which nothing is known behind them."""
    return [_line(part, found) for part in found.health.parts]


def red_gates(found: Looked) -> list[ToldMeasure]:
    """The gates that are red or cannot be read: they keep the score down."""
    every = [one for part in found.health.parts for one in part.measures]
    return [one for one in every if one.name in GATES and one.state in ("red", "unknown")]


def unknown_of(found: Looked) -> list[Unknown]:
    """What is unknown, and why: a line for each reason of a part."""
    lines: dict[tuple[str, str], list[str]] = {}
    for one in found.health.unknown:
        of = ", ".join(value for value in one.labels.values() if value)
        name = f"{one.measure} {of}".strip()
        lines.setdefault((one.part, one.reason), []).append(name)
    return [Unknown(part_name(part), tuple(names), reason) for (part, reason), names in lines.items()]


def _line(part: ToldPart, found: Looked) -> PartLine:
    said = [one for one in part.measures if one.state in ("red", "amber")][:MOST]
    words = [sentence(one) for one in said]
    if part.score is None:
        said = [one for one in part.measures if one.value is None][:1]
        words = [one.reason for one in said] or ["nothing of it is measured"]
    elif not said:
        by_name = {one.name: one for one in reversed(part.measures) if one.value is not None}
        facts = [(form, by_name[name]) for form, name in FACTS.get(part.name, ()) if name in by_name]
        said, words = [one for _, one in facts], [_fact(form, measure_value(one)) for form, one in facts]
    at = min((found.at(one) for one in said), default=found.health.at)
    return PartLine(part, part_name(part.name), "; ".join(words), at)


def _fact(form: str, value: str) -> str:
    """`1 process`, `2 processes`."""
    return form.format(value, s="" if value == "1" else "s", es="" if value == "1" else "es")
