"""Reads the table [params] and the values given for it from outside."""

import keyword
import re
from collections.abc import Mapping

from heliograph.engine.bars import INPUTS
from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.language import nearest
from heliograph.engine.strategy.fields import Fields, is_number, shown
from heliograph.engine.strategy.findings import Finding
from heliograph.engine.strategy.model import Param

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
TAKEN = {*INPUTS, *FUNCTIONS, "true", "false", "on", "of", "rank", "zscore_across", "time"}
ALMOST_A_FLOAT = 1e15


def read_params(fields: Fields) -> dict[str, Param]:
    """The parameters of a strategy, in the order of the file; one that is wrong is reported and left out."""
    found: dict[str, Param] = {}
    for name, value in fields.document.table(("params",)).items():
        if not NAME.fullmatch(name):
            fields.wrong(
                f"`{name[:40]}` cannot name a parameter; use letters, digits and _",
                ("params", name),
                at_key=True,
            )
        elif name in TAKEN or keyword.iskeyword(name):
            fields.wrong(
                f"`{name}` has a meaning in expressions already; name the parameter otherwise",
                ("params", name),
                at_key=True,
            )
        else:
            param = _table(fields, name) if isinstance(value, dict) else _bare(fields, name, value)
            if param is not None:
                found[name] = param
    return found


def _bare(fields: Fields, name: str, value: object) -> Param | None:
    if is_number(value) and abs(value) < ALMOST_A_FLOAT:
        return Param(float(value), whole=isinstance(value, int))
    fields.wrong(
        f"`{name}` must be a number or {{default = ..., min = ..., max = ...}}, not {shown(value)}",
        ("params", name),
    )
    return None


def _table(fields: Fields, name: str) -> Param | None:
    limit = ALMOST_A_FLOAT
    default, least, most = (
        fields.number("params", name, key, least=-limit, most=limit) for key in ("default", "min", "max")
    )
    given = fields.document.table(("params", name))
    if "default" not in given:
        fields.wrong(f"`{name}` has no `default`", ("params", name), at_key=True)
    if default is None:
        return None
    param = Param(default, least, most, whole=all(isinstance(value, int) for value in given.values()))
    if least is not None and most is not None and least > most:
        fields.wrong(f"`min` of `{name}` is above its `max`: {least:g} and {most:g}", ("params", name, "min"))
    elif not param.allows(default):
        fields.wrong(
            f"`default` of `{name}` is {default:g}, outside {limits(param)}", ("params", name, "default")
        )
    return param


def limits(param: Param) -> str:
    """The range of a parameter in words."""
    if param.least is None or param.most is None:
        return f"at least {param.least:g}" if param.most is None else f"at most {param.most:g}"
    return f"{param.least:g} to {param.most:g}"


def values_of(params: Mapping[str, Param], given: Mapping[str, float], fields: Fields) -> dict[str, float]:
    """The value of each parameter: as given, or its default."""
    for name, value in given.items():
        setting = f"`{name}`"
        if name not in params:
            near = nearest(name, params)
            hint = f". Did you mean `{near}`?" if near else f"; there are {', '.join(params) or 'none'}."
            fields.findings.add(
                Finding(f"the strategy has no parameter of that name{hint}", None, None, setting)
            )
        elif not is_number(value):
            fields.findings.add(Finding("a parameter must be a finite number.", None, None, setting))
        elif not params[name].allows(value):
            fields.findings.add(Finding(f"{value:g} is outside {limits(params[name])}.", None, None, setting))
    return {name: float(given.get(name, param.default)) for name, param in params.items()}
