"""Reads a strategy from its document, reporting everything that is wrong with it."""

from dataclasses import dataclass

from heliograph.engine.strategy.fields import Fields
from heliograph.engine.strategy.keys import SIDES
from heliograph.engine.strategy.model import (
    FILLS,
    MODES,
    MOST_TARGETS,
    OPPOSITES,
    Data,
    Execution,
    Filters,
    Side,
    Universe,
)
from heliograph.engine.timeframe import TIMEFRAMES, Timeframe

MOST_BARS = 1_000_000
MOST_NAME = 80
MOST_TEXT = 2_000
EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class Parts:
    """What a strategy is made of beside its name, its parameters and its expressions' values."""

    timeframe: str | None
    universe: Universe
    sides: dict[str, Side]
    execution: Execution
    filters: Filters
    data: Data
    confidence: str | None
    alert_only: bool


def read_parts(fields: Fields) -> Parts:
    """The parts of a strategy; absent ones are their defaults, wrong ones are reported."""
    timeframe = fields.choice("timeframe", among=TIMEFRAMES)
    if fields.document.get(("timeframe",)) is None:
        fields.wrong('the strategy has no `timeframe`, for example timeframe = "1h"', ("timeframe",))
    parts = Parts(
        timeframe=timeframe,
        universe=_universe(fields),
        sides={name: side for name in SIDES if (side := _side(fields, name)) is not None},
        execution=_execution(fields, timeframe),
        filters=_filters(fields),
        data=_data(fields),
        confidence=fields.text("score", "confidence"),
        alert_only=fields.flag("alert_only"),
    )
    _check_sides(fields, parts)
    _check_filters(fields, parts)
    return parts


def read_name(fields: Fields) -> str:
    """The name of the strategy."""
    name = fields.text("name")
    if fields.document.get(("name",)) is None:
        fields.wrong('the strategy has no `name`, for example name = "EMA pullback"', ("name",))
    elif name is not None and (len(name) > MOST_NAME or not name.isprintable()):
        fields.wrong(f"`name` must be at most {MOST_NAME} characters on one line", ("name",))
    return (name or "").strip()


def read_description(fields: Fields) -> str:
    """What the author says of the strategy, on one line."""
    return " ".join((fields.text("description") or "").split())[:MOST_TEXT]


def _universe(fields: Fields) -> Universe:
    include = fields.texts("universe", "include")
    if include is not None and not include:
        fields.wrong('`include` holds no symbol; leave it out or write ["*"]', ("universe", "include"))
    return Universe(
        venue=fields.text("universe", "venue"),
        include=("*",) if include is None else include,
        exclude=fields.texts("universe", "exclude") or (),
    )


def _side(fields: Fields, name: str) -> Side | None:
    if not isinstance(fields.document.get((name,)), dict):
        return None
    enter = fields.text(name, "enter")
    if fields.document.get((name, "enter")) is None:
        fields.wrong(f"[{name}] has no `enter`", (name,))
    targets = fields.texts(name, "targets", most=MOST_TARGETS) or ()
    return Side(
        enter=enter or "false",
        exit=fields.text(name, "exit"),
        stop=fields.text(name, "stop"),
        targets=targets,
        fractions=_fractions(fields, name, targets),
        expires=fields.whole(name, "expires", least=1, most=MOST_BARS),
    )


def _fractions(fields: Fields, name: str, targets: tuple[str, ...]) -> tuple[float, ...]:
    path = (name, "fractions")
    value = fields.document.get(path)
    equal = tuple(1.0 / len(targets) for _ in targets)
    if value is None:
        return equal
    parts = value if isinstance(value, list) else []
    if len(parts) != len(targets) or not parts:
        fields.wrong(
            f"`fractions` must be a list of as many numbers as there are targets, {len(targets)}", path
        )
        return equal
    read = [fields.number(*path, at, least=0.0, most=1.0, more=True) for at in range(len(parts))]
    shares = tuple(share for share in read if share is not None)
    if len(shares) < len(targets):
        return equal
    if abs(sum(shares) - 1.0) > EVEN:
        fields.wrong(f"`fractions` must sum to 1, not {sum(shares):.6g}", path)
    return shares


def _execution(fields: Fields, timeframe: str | None) -> Execution:
    default = Execution()
    fee = fields.number("execution", "fee_pct", least=0.0, most=50.0)
    slippage = fields.number("execution", "slippage_bps", least=0.0, most=5_000.0)
    intrabar = fields.choice("execution", "intrabar", among=TIMEFRAMES)
    if intrabar and timeframe and not Timeframe.parse(timeframe).is_multiple_of(Timeframe.parse(intrabar)):
        message = (
            f"`intrabar` must be finer than the timeframe, {timeframe}, and divide it; {intrabar} does not"
        )
        fields.wrong(message, ("execution", "intrabar"))
    return Execution(
        fill=fields.choice("execution", "fill", among=FILLS) or default.fill,
        fee_pct=default.fee_pct if fee is None else fee,
        slippage_bps=default.slippage_bps if slippage is None else slippage,
        opposite=fields.choice("execution", "opposite", among=OPPOSITES) or default.opposite,
        intrabar=intrabar,
    )


def _filters(fields: Fields) -> Filters:
    return Filters(
        min_confidence=fields.number("filters", "min_confidence", least=0.0, most=1.0),
        min_reward_risk=fields.number("filters", "min_reward_risk", least=0.0, most=1_000.0),
        cooldown=fields.whole("filters", "cooldown", least=0, most=MOST_BARS) or 0,
    )


def _data(fields: Fields) -> Data:
    default = Data()
    complete = fields.number("data", "complete_pct", least=0.0, most=100.0)
    gaps = fields.number("data", "max_gaps_pct", least=0.0, most=100.0)
    return Data(
        mode=fields.choice("data", "mode", among=MODES) or default.mode,
        fresh=fields.whole("data", "fresh", least=1, most=MOST_BARS) or default.fresh,
        complete_pct=default.complete_pct if complete is None else complete,
        max_gaps_pct=default.max_gaps_pct if gaps is None else gaps,
    )


def _check_sides(fields: Fields, parts: Parts) -> None:
    if not parts.sides:
        fields.wrong("the strategy has neither [long] nor [short], so it can never signal", ("name",))
    closed_by_other = len(parts.sides) > 1 and parts.execution.opposite != "ignore"
    if parts.alert_only or closed_by_other:
        return
    for name, side in parts.sides.items():
        if not side.ends:
            fields.wrong(
                f"a {name} of this strategy never ends; name a stop, targets, `exit`, `expires` or an"
                " `opposite` other than ignore, or say alert_only = true to announce signals without scoring",
                (name,),
            )


def _check_filters(fields: Fields, parts: Parts) -> None:
    if parts.filters.min_confidence is not None and parts.confidence is None:
        message = "`min_confidence` needs a `confidence` under [score]"
        fields.wrong(message, ("filters", "min_confidence"))
    if parts.filters.min_reward_risk is None:
        return
    for name, side in parts.sides.items():
        missing = [word for word, there in (("`stop`", side.stop), ("`targets`", side.targets)) if not there]
        if missing:
            message = f"`min_reward_risk` needs {' and '.join(missing)} under [{name}]"
            fields.wrong(message, ("filters", "min_reward_risk"))
