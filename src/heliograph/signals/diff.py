"""What changed in meaning between two texts of a strategy; layout, order and names do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

from heliograph.engine.graph import Graph
from heliograph.engine.language import BadExpression, Clause
from heliograph.engine.meaning import Meanings
from heliograph.engine.strategy import Param, Side
from heliograph.engine.strategy import Strategy as Checked
from heliograph.engine.strategy_plan import SideClauses, StrategyClauses
from heliograph.signals.clause_changes import Step, clause_steps
from heliograph.signals.models import StrategyVersion

Kind: TypeAlias = Literal["added", "removed", "changed", "renamed"]
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Change:
    """One key that means something else; `section` is empty for those at the top of the file.

    `steps` says of an expression or a list what within it came, went or has other numbers.
    """

    section: str
    key: str
    kind: Kind
    before: str | None
    after: str | None
    steps: tuple[Step, ...] = ()

    @property
    def says(self) -> str:
        """The same in words, without the section."""
        if self.steps:
            return f"`{self.key}` {', '.join(step.says for step in self.steps)}"
        match self.kind:
            case "added":
                return f"adds `{self.key}`" + (f": {self.after}" if self.after else "")
            case "removed":
                return f"drops `{self.key}`" + (f": {self.before}" if self.before else "")
            case "renamed":
                return f"`{self.before}` is now called `{self.after}`"
        return f"`{self.key}` {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one text to another, in the order of the file. New names change no meaning."""

    changes: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        """True if both texts mean the same."""
        return all(change.kind == "renamed" for change in self.changes)

    @property
    def sections(self) -> dict[str, list[Change]]:
        """The changes by the table that they stand in."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.section, []).append(change)
        return found

    def sentences(self) -> list[str]:
        """One for each change; the same one on both sides is said once."""
        homes: dict[str, list[str]] = {}
        for change in self.changes:
            homes.setdefault(change.says, []).append(change.section)
        return [f"{_home(sections)}{says}" for says, sections in homes.items()]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        changes = [asdict(change) | {"says": change.says} for change in self.changes]
        return {"same_meaning": self.is_same, "changes": changes}


def difference(before: Checked, after: Checked) -> Difference:
    """What changed in meaning from one checked strategy to another.

    Numbers of parameters are told once, with the parameter, not again in each expression that uses it.
    """
    return Difference(tuple(_changes(before, after)))


def difference_of(before: StrategyVersion, after: StrategyVersion) -> Difference:
    """The same of two stored versions."""
    return difference(Checked.parse(before.text), Checked.parse(after.text))


def _changes(before: Checked, after: Checked) -> Iterator[Change]:
    for key in ("name", "timeframe", "alert_only", "max_age", "patience"):
        yield from _value("", key, getattr(before, key), getattr(after, key))
    yield from _value("universe", "venue", before.universe.venue, after.universe.venue)
    for key in ("include", "exclude"):
        yield from _listed("universe", key, getattr(before.universe, key), getattr(after.universe, key))
    yield from _params(before.params, after.params)
    meanings, old, new = _read(before, after)
    for name in ("long", "short"):
        yield from _side(name, before.sides.get(name), after.sides.get(name), (old, new), meanings)
    for section in ("execution", "score", "filters", "data"):
        if section == "score":
            yield from _expression("score", "confidence", old.confidence, new.confidence, meanings)
        else:
            ours, theirs = asdict(getattr(before, section)), asdict(getattr(after, section))
            for key, value in ours.items():
                yield from _value(section, key, value, theirs[key])


def _read(before: Checked, after: Checked) -> tuple[Meanings, StrategyClauses, StrategyClauses]:
    """The expressions of both in one graph; parameters of one name have one value there."""
    graph = Graph()
    old = StrategyClauses.read(before, graph)
    shared = {name: before.values.get(name, value) for name, value in after.values.items()}
    try:
        new = StrategyClauses.read(replace(after, values=shared), graph)
    except BadExpression:
        # The former number cannot stand where the parameter stands now: the expressions differ by it.
        new = StrategyClauses.read(after, graph)
    return Meanings(), old, new


def _params(before: Mapping[str, Param], after: Mapping[str, Param]) -> Iterator[Change]:
    come = {name: param for name, param in after.items() if name not in before}
    for name, param in before.items():
        if name in after:
            if param != after[name]:
                yield Change("params", name, "changed", *_numbers(param, after[name]))
            continue
        twin = next((other for other, value in come.items() if value == param), None)
        if twin is None:
            yield Change("params", name, "removed", _param(param), None)
        else:
            del come[twin]
            yield Change("params", twin, "renamed", name, twin)
    for name, param in come.items():
        yield Change("params", name, "added", None, _param(param))


def _numbers(before: Param, after: Param) -> tuple[str, str]:
    """Both values where only they differ, else with their ranges."""
    if (before.least, before.most) == (after.least, after.most):
        return f"{before.default:g}", f"{after.default:g}"
    return _param(before), _param(after)


def _param(param: Param) -> str:
    least, most = ("…" if limit is None else f"{limit:g}" for limit in (param.least, param.most))
    bounded = param.least is not None or param.most is not None
    return f"{param.default:g} ({least} to {most})" if bounded else f"{param.default:g}"


def _side(
    name: str,
    before: Side | None,
    after: Side | None,
    read: tuple[StrategyClauses, StrategyClauses],
    meanings: Meanings,
) -> Iterator[Change]:
    if before is None or after is None:
        if before != after:
            kind: Kind = "added" if before is None else "removed"
            yield Change("", f"[{name}]", kind, None, None)
        return
    old, new = (clauses.sides[name] for clauses in read)
    for key in ("enter", "exit", "stop"):
        yield from _expression(name, key, getattr(old, key), getattr(new, key), meanings)
    yield from _targets(name, old, new, meanings)
    if not (_are_equal(before.fractions) and _are_equal(after.fractions)):
        yield from _value(name, "fractions", before.fractions, after.fractions)
    yield from _value(name, "expires", before.expires, after.expires)


def _targets(section: str, old: SideClauses, new: SideClauses, meanings: Meanings) -> Iterator[Change]:
    for at in range(max(len(old.targets), len(new.targets))):
        pair = (side.targets[at] if at < len(side.targets) else None for side in (old, new))
        yield from _expression(section, f"target {at + 1}", *pair, meanings)


def _expression(
    section: str, key: str, before: Clause | None, after: Clause | None, meanings: Meanings
) -> Iterator[Change]:
    if before is None or after is None:
        yield from _value(section, key, before and f"`{before.text}`", after and f"`{after.text}`")
    elif steps := clause_steps(before, after, meanings):
        yield Change(section, key, "changed", before.text, after.text, steps)


def _value(section: str, key: str, before: object, after: object) -> Iterator[Change]:
    if before == after:
        return
    if before is None:
        yield Change(section, key, "added", None, _shown(after))
    elif after is None:
        yield Change(section, key, "removed", _shown(before), None)
    else:
        yield Change(section, key, "changed", _shown(before), _shown(after))


def _listed(section: str, key: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    steps = [Step("removed", word, None) for word in before if word not in after]
    steps += [Step("added", None, word) for word in after if word not in before]
    if steps:
        yield Change(section, key, "changed", _shown(before), _shown(after), tuple(steps))


def _are_equal(fractions: tuple[float, ...]) -> bool:
    return len(set(fractions)) <= 1


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value) or NOTHING
    return str(value)


def _home(sections: list[str]) -> str:
    named = [section for section in dict.fromkeys(sections) if section]
    # A key of these says by itself where it stands.
    if not named or not {"long", "short"} & set(named):
        return ""
    return f"{' and '.join(named)}: "
