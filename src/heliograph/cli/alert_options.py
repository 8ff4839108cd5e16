"""What can be said of an alert rule on the command line."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from heliograph.errors import UserError


class RuleKind(StrEnum):
    """The kinds of rules."""

    THRESHOLD = "threshold"
    BURN = "burn"
    ABSENCE = "absence"
    ANOMALY = "anomaly"


class SeverityName(StrEnum):
    """How soon somebody should look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


def _option(name: str, metavar: str, says: str, **more: object) -> object:
    return typer.Option(name, metavar=metavar, help=says, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Limits:
    """From where on it is bad; which of these a rule takes depends on its kind."""

    above: Annotated[float | None, _option("--above", "NUMBER", "Bad from above this on.")] = None
    below: Annotated[float | None, _option("--below", "NUMBER", "Bad from below this on.")] = None
    clear: Annotated[float | None, _option("--clear", "NUMBER", "Well again from here on.")] = None
    objective: Annotated[
        float | None, _option("--objective", "SHARE", "burn: of the minutes, those that should be good.")
    ] = None
    windows: Annotated[
        list[str] | None,
        _option("--window", "SHORT:LONG:TIMES", "burn: seconds and how many times too fast; repeatable."),
    ] = None
    deviations: Annotated[
        float | None, _option("--deviations", "NUMBER", "anomaly: so far from what is usual at this hour.")
    ] = None
    least: Annotated[
        float | None, _option("--least", "NUMBER", "anomaly: a smaller difference is not unusual.")
    ] = None
    side: Annotated[str | None, _option("--side", "SIDE", "anomaly: above, below or both.")] = None
    days: Annotated[int | None, _option("--days", "N", "anomaly: how many of the days before.")] = None

    def options(self) -> dict[str, object]:
        """Those that were said."""
        names = ("above", "below", "clear", "objective", "deviations", "least", "side", "days")
        said = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return said | ({"windows": [_window(one) for one in self.windows]} if self.windows else {})


@dataclass(frozen=True)
class Ways:
    """When it fires, how it is told, and in which words."""

    title: Annotated[str | None, _option("--title", "TEXT", "What it is about, in a line.")] = None
    says: Annotated[str | None, _option("--says", "TEXT", "What it means.")] = None
    remedy: Annotated[str | None, _option("--remedy", "TEXT", "What to do.")] = None
    severity: Annotated[SeverityName | None, typer.Option("--severity", help="How soon to look.")] = None
    cause: Annotated[
        str | None, _option("--cause", "WORD", "Alerts that share it make one incident; default: the name.")
    ] = None
    for_seconds: Annotated[int | None, _option("--for", "SECONDS", "It has to hold for so long.")] = None
    clear_seconds: Annotated[
        int | None, _option("--clear-for", "SECONDS", "It is over once it was well for so long.")
    ] = None
    follows: Annotated[
        list[str] | None, _option("--follows", "RULE", "It follows from this rule; repeatable.")
    ] = None
    labels: Annotated[
        list[str] | None, _option("--label", "NAME=PATTERN", "Only series that fit; repeatable.")
    ] = None
    repeat_minutes: Annotated[
        int | None, _option("--repeat", "MINUTES", "Told again after so long; 0: never.", min=0)
    ] = None
    escalate_minutes: Annotated[
        int | None, _option("--escalate", "MINUTES", "Raised if nobody answers; 0: never.", min=0)
    ] = None

    def fields(self) -> dict[str, object]:
        """Those that were said, by the names of the fields of a rule."""
        plain = ("title", "says", "remedy", "cause", "for_seconds", "clear_seconds")
        said: dict[str, object] = {name: getattr(self, name) for name in plain}
        said["severity"] = self.severity.value if self.severity else None
        said["follows"] = tuple(self.follows) if self.follows else None
        said["labels"] = labels_of(self.labels) if self.labels else None
        found = {name: value for name, value in said.items() if value is not None}
        for name in ("repeat_minutes", "escalate_minutes"):
            value = getattr(self, name)
            if value is not None:
                found[name] = value or None
        return found


def labels_of(texts: list[str]) -> dict[str, str]:
    """`queue=generate` as a label and its pattern."""
    found = {}
    for text in texts:
        name, sign, pattern = text.partition("=")
        if not sign or not name:
            raise UserError(f"--label takes NAME=PATTERN such as queue=generate, not `{text}`.")
        found[name] = pattern
    return found


def _window(text: str) -> list[float]:
    try:
        found = [json.loads(part) for part in text.split(":")]
    except ValueError:
        found = []
    if len(found) != 3:
        raise UserError(f"--window takes SHORT:LONG:TIMES such as 300:3600:14.4, not `{text}`.")
    return found
