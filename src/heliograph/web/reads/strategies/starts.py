"""What a new strategy can begin from: an example, one's own, a few plain lines."""

import json
import re
from dataclasses import dataclass
from functools import cache

from heliograph.engine.strategy import Strategy as Checked
from heliograph.market.sources.replay.samples import sample_strategies
from heliograph.signals.models import Strategy
from heliograph.signals.queries import Hidden, seen

NAME_LINE = re.compile(r"^name\s*=.*$", re.MULTILINE)
PLAIN = """\
name = "My strategy"
timeframe = "{timeframe}"

[long]
enter = "crosses_above(ema(close, 12), ema(close, 26))"
stop = "close - 2 * atr(14)"
targets = ["close + 3 * atr(14)"]
expires = 48
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A strategy that comes along."""

    name: str
    timeframe: str
    description: str
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """All that come along, by name."""
    checked = [Checked.parse(text) for text in sample_strategies()]
    found = [Example(one.name, one.timeframe, one.description, one.text) for one in checked]
    return tuple(sorted(found, key=lambda example: example.name))


def plain_start(frames: tuple[str, ...]) -> str:
    """A few lines that are right, of a timeframe that is stored if there is one."""
    return PLAIN.format(timeframe="1h" if "1h" in frames or not frames else frames[-1])


def under_another_name(text: str) -> str:
    """The text with a name that no strategy has yet: `Trend 2`. One statement."""
    name = Checked.parse(text).name
    taken = set(Strategy.objects.filter(name__startswith=name).values_list("name", flat=True))
    free = next(
        one for at in range(1, len(taken) + 2) if (one := f"{name} {at}" if at > 1 else name) not in taken
    )
    quoted = json.dumps(free, ensure_ascii=False)
    return NAME_LINE.sub(lambda _: f"name = {quoted}", text, count=1)


def strategy_names(*, hidden: Hidden = ()) -> list[str]:
    """The names of those that are stored and not hidden. One statement."""
    rows = Strategy.objects.filter(seen(hidden, "pk")).order_by("name")
    return list(rows.values_list("name", flat=True))
