"""The keys that a strategy file may have, and what is said of others."""

from collections.abc import Iterator

from heliograph.engine.language import nearest
from heliograph.engine.strategy.document import Document
from heliograph.engine.strategy.findings import Finding
from heliograph.engine.strategy.places import Path

SIDES = ("long", "short")
SIDE_KEYS = ("enter", "exit", "stop", "targets", "fractions", "expires")
TABLES: dict[str, tuple[str, ...]] = {
    "universe": ("venue", "include", "exclude"),
    "long": SIDE_KEYS,
    "short": SIDE_KEYS,
    "execution": ("fill", "fee_pct", "slippage_bps", "opposite", "intrabar"),
    "score": ("confidence",),
    "filters": ("min_confidence", "min_reward_risk", "cooldown"),
    "data": ("mode", "fresh", "complete_pct", "max_gaps_pct"),
}
VALUES = ("name", "description", "timeframe", "alert_only", "max_age", "patience")
PARAM_KEYS = ("default", "min", "max")


def check_keys(document: Document) -> Iterator[Finding]:
    """A finding for each key that no strategy has, and for each table that is not one."""
    yield from _unknown(document, (), (*VALUES, "params", *TABLES))
    for name, keys in TABLES.items():
        yield from _table(document, (name,), keys)
    params = document.get(("params",))
    if params is not None and not isinstance(params, dict):
        yield document.finding("`params` must be a table, written as [params]", ("params",))
    for name, value in document.table(("params",)).items():
        if isinstance(value, dict):
            yield from _unknown(document, ("params", name), PARAM_KEYS)


def _table(document: Document, path: Path, keys: tuple[str, ...]) -> Iterator[Finding]:
    value = document.get(path)
    if isinstance(value, dict):
        yield from _unknown(document, path, keys)
    elif value is not None:
        yield document.finding(f"`{path[0]}` must be a table, written as [{path[0]}]", path)


def _unknown(document: Document, path: Path, keys: tuple[str, ...]) -> Iterator[Finding]:
    for key in document.table(path):
        if key not in keys:
            near = nearest(key, keys)
            message = _about(key, path, keys, near)
            yield document.finding(message, (*path, key), at_key=True, suggestion=near)


def _about(key: str, path: Path, keys: tuple[str, ...], near: str | None) -> str:
    where = f"in [{'.'.join(map(str, path))}]" if path else "at the top of a strategy"
    message = f"there is no `{key[:40]}` {where}"
    if near is not None:
        return f"{message}. Did you mean `{near}`?"
    homes = [f"[{name}]" for name, others in TABLES.items() if key in others]
    homes += ["the top of the file, above the first table"] if key in VALUES else []
    if homes:
        return f"{message}; it belongs under {' or '.join(homes)}."
    return f"{message}; there are {', '.join(keys)}."
