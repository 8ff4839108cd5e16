"""Values of measures as people read them, each in its unit, and what a measure says in a sentence."""

from datetime import timedelta

from heliograph.monitor.measure import Definition, Rule
from heliograph.monitor.naming import SWITCH, meaning
from heliograph.monitor.told import ToldMeasure
from heliograph.web.numbers import DASH, fixed
from heliograph.web.times import age_text

BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
PARTS = {"market": "Market data", "web": "Web processes", "host": "Machines"}
GLYPHS = {"green": "good", "amber": "warning", "red": "bad", "unknown": "unknown", "": "off"}
# What is amber has a word of its own: colours are no words.
WORDS = {"green": "in order", "amber": "warning", "red": "bad", "unknown": "unknown", "": "not judged"}


def value_text(value: float | None, unit: str) -> str:
    """`12 ms`, `41.2 GB`, `64 %`, `1,204`; a dash for unknown."""
    if value is None:
        return DASH
    if unit == "seconds":
        return seconds_text(value)
    if unit == "bytes":
        return bytes_text(value)
    if unit == "ratio":
        return f"{_short(100 * value)} %"
    return _short(value) if value % 1 else fixed(value, 0)


def seconds_text(value: float) -> str:
    """`0.4 ms`, `1.5 s`, `29 min`, `3 h`."""
    if abs(value) < 1:
        return f"{_short(1000 * value)} ms" if value else "0 s"
    return f"{_short(value)} s" if abs(value) < 60 else age_text(timedelta(seconds=value))


def bytes_text(value: float) -> str:
    """`212 MB`; of the unit that leaves one to three digits before the point."""
    for size, word in BYTES:
        if abs(value) >= size:
            return f"{_short(value / size)} {word}"
    return f"{fixed(value, 0)} B"


def part_name(part: str) -> str:
    """What a part is called."""
    return PARTS.get(part, part.capitalize())


def measure_value(measure: ToldMeasure) -> str:
    """The value of a measure; `yes` or `no` where it is a switch."""
    return switch_or_value(measure.value, measure.unit, measure.says)


def switch_or_value(value: float | None, unit: str, says: str) -> str:
    """The same of its parts."""
    if value is not None and says.startswith(SWITCH):
        return "yes" if value else "no"
    return value_text(value, unit)


def sentence(measure: ToldMeasure) -> str:
    """`50 % of the channels in use, that could not be reached`, `Redis answers: no`."""
    of = ", ".join(value for value in measure.labels.values() if value)
    said = measure_value(measure)
    if measure.says.startswith("of "):
        return f"{said} {measure.says}{f' ({of})' if of else ''}"
    return f"{meaning(measure.says)}{f' ({of})' if of else ''}: {said}"


def limits(definition: Definition) -> str:
    """`warning above 0.5 s, bad from 5 s`; empty where nothing judges it."""
    rule: Rule | None = definition.rule
    if rule is None:
        return ""
    gate = "; a gate of the whole" if rule.gate else ""
    if definition.says.startswith(SWITCH):
        return f"bad where it is no{gate}"
    above, upto = ("above", "from") if rule.red > rule.amber else ("below", "down to")
    amber, red = (value_text(one, definition.unit) for one in (rule.amber, rule.red))
    return f"warning {above} {amber}, bad {upto} {red}{gate}"


def _short(value: float) -> str:
    """Three digits that say something."""
    size = abs(value)
    if size >= 100 or value == round(value):
        return fixed(value, 0)
    return fixed(value, 1 if size >= 10 else 2)
