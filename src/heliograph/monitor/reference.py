"""The page of all measures, written from what they are."""

from heliograph.monitor.measure import Definition
from heliograph.monitor.probes import PROBES
from heliograph.monitor.score import RED_GATE, UNKNOWN_GATE, WEIGHTS

HEAD = f"""# Measures

Written by `make docs`. Units are the last word of a name: seconds, bytes, a ratio of 0 to 1; where there is
none it is a count; `total` counts since what is measured began. Amber and red say from where on a value is
not green; a measure without them is kept and shown, and judges nothing. While a gate is red, the whole has
{RED_GATE:g} of 100 at most; while one cannot be read, {UNKNOWN_GATE:g}. What they mean together:
[Health](../concepts/health.md).
"""


def measures_reference() -> str:
    """The page."""
    parts: dict[str, list[tuple[Definition, int]]] = {}
    for probe in PROBES:
        parts.setdefault(probe.part, []).extend((one, probe.every) for one in probe.measures)
    return HEAD + "".join(_part(name, measures) for name, measures in parts.items())


def _part(name: str, measures: list[tuple[Definition, int]]) -> str:
    lines = [
        f"| `{one.name}` | {', '.join(one.labels) or '–'} | {one.says} | {_limits(one)} | {every} s |"
        for one, every in measures
    ]
    head = "| measure | labels | what it is | amber, red | looked at every |\n|---|---|---|---|---|\n"
    return (
        f"\n## {name.capitalize()}\n\nWeight {WEIGHTS.get(name, 1.0):g}.\n\n" + head + "\n".join(lines) + "\n"
    )


def _limits(one: Definition) -> str:
    if one.rule is None:
        return "–"
    sign = ">" if one.rule.red > one.rule.amber else "<"
    gate = ", gate" if one.rule.gate else ""
    return f"{sign} {one.rule.amber:g}, {sign}= {one.rule.red:g}{gate}"
