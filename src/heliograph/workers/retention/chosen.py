"""The days that the settings choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from heliograph.engine.errors import EngineError
from heliograph.engine.timeframe import Timeframe
from heliograph.errors import UserError
from heliograph.workers.retention.policies import BY_NAME

CANDLES = "candles"
NOTICES = ("messages", "deliveries", "notices")
LEAST_CANDLES = 30
NAME = "HELIOGRAPH_RETENTION"


class BadRetention(UserError):
    """The setting asks for what cannot be."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Days by the name of a policy, and by the timeframe of candles; what is not named stays as declared."""

    rows: Mapping[str, float] = field(default_factory=dict)
    candles: Mapping[str, float] = field(default_factory=dict)

    def days(self, name: str) -> float | None:
        """How long that is kept; None for ever."""
        return self.rows.get(name, BY_NAME[name].days)


def chosen() -> Chosen:
    """What the settings say; BadRetention where they cannot be followed."""
    own = parse(settings.HELIOGRAPH_RETENTION)
    notices = dict.fromkeys(NOTICES, float(settings.HELIOGRAPH_NOTICE_DAYS))
    return Chosen(notices | {"alerts": float(settings.HELIOGRAPH_ALERT_DAYS)} | own.rows, own.candles)


def parse(words: Sequence[str]) -> Chosen:
    """From words such as `candles.1m=400` and `jobs=30`."""
    rows: dict[str, float] = {}
    candles: dict[str, float] = {}
    for word in words:
        name, _, value = (part.strip() for part in word.partition("="))
        kind, _, timeframe = name.partition(".")
        least = LEAST_CANDLES if kind == CANDLES else _least(name)
        if not value.isdecimal() or int(value) < least:
            raise BadRetention(
                f"{NAME}: `{word}` must give {name} {max(1, round(least))} days or more, as a whole number."
            )
        if kind == CANDLES:
            candles[_timeframe(timeframe)] = int(value)
        else:
            rows[name] = int(value)
    return Chosen(rows, candles)


def _least(name: str) -> float:
    policy = BY_NAME.get(name)
    if policy is None:
        known = ", ".join(one.name for one in BY_NAME.values() if not one.fixed)
        raise BadRetention(
            f"{NAME}: there is no '{name}'; there are candles.1m (or another timeframe), {known}."
        )
    if policy.fixed:
        raise BadRetention(f"{NAME}: the days of {name} cannot be chosen: {policy.fixed}.")
    return policy.least


def _timeframe(word: str) -> str:
    try:
        return Timeframe.parse(word).name
    except EngineError as fault:
        raise BadRetention(f"{NAME}: name the timeframe of candles, as candles.1m=400 ({fault}).") from fault
