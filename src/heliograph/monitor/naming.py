"""What measures are called where people read of many of them, and in which unit their numbers stand there."""

from collections.abc import Mapping

from heliograph.monitor.forecasts.targets import SAYS
from heliograph.monitor.kept import EXPORTED
from heliograph.monitor.take import PART, SCORE

# What says so begins with what a 1 means.
SWITCH = "1 "
# Those that are worth a drawing have short names.
TITLES = {
    SCORE.name: "Health",
    PART.name: "Health of a part",
    "host_disk_free_bytes": "Disk free",
    "database_size_bytes": "Database size",
    "queues_generate_age_seconds": "Oldest bar not evaluated",
    "generation_bars": "Bars evaluated in 15 min",
    "queues_messages": "Messages that wait",
    "host_cpu_ratio": "Processors in use",
    "redis_memory_bytes": "Memory of Redis",
    "redis_memory_ratio": "Memory of Redis in use",
    "web_request_p95_seconds": "Answers, 95 of 100 within",
}
# A unit that people read, and how much of the base unit one of it is.
READ_IN = {
    "bytes": ("MB", 1e6),
    "ratio": ("%", 0.01),
    "seconds": ("s", 1.0),
    "count": ("count", 1.0),
    "total": ("count", 1.0),
}
SCORES = ("of 100", 1.0)
DEFINITIONS = {one.name: one for one in EXPORTED.definitions}


def meaning(says: str) -> str:
    """What is measured, as a heading says it."""
    words = says.removeprefix(SWITCH).removeprefix("while ").removeprefix("if ")
    return words[:1].upper() + words[1:]


def title_of(name: str, labels: Mapping[str, object]) -> str:
    """What a measure is called, and whose it is; its name where nobody measures it any more."""
    definition = DEFINITIONS.get(name)
    said = definition.says if definition else SAYS.get(name, "")
    title = TITLES.get(name) or meaning(said) or name
    return " ".join([title, *filter(None, map(str, labels.values()))])


def read_in(name: str) -> tuple[str | None, float]:
    """The unit in which its numbers are read, and how much of the base unit that is; None: not known."""
    if name in (SCORE.name, PART.name):
        return SCORES
    definition = DEFINITIONS.get(name)
    return READ_IN[definition.unit] if definition else (None, 1.0)
