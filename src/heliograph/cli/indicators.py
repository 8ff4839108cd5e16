"""`heliograph indicators`: what an expression can call."""

from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.options import AsJson
from heliograph.cli.output import show_json, show_table
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.engine.functions import Function, Parameter

# What the language has beside functions.
LANGUAGE = (
    ("on('1h', e)", "e on completed bars of a longer timeframe."),
    ("x[n]", "x as it was n bars ago; n is 0 or more."),
    ("open high low close volume", "The inputs."),
    ("+ - * / %", "Arithmetic; there is no power."),
    ("< <= > >= == !=", "Comparisons; `a < b < c` is both."),
    ("and or not", "Conditions; unknown stays unknown unless the other side decides."),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("indicators")(indicators)


def indicators(
    name: Annotated[str | None, typer.Argument(help="Show this one in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the functions that an expression can call.

    \b
    Examples:
      heliograph indicators
      heliograph indicators ema
    """
    from heliograph.engine.functions import FUNCTIONS

    chosen = list(FUNCTIONS.values()) if name is None else [_find(name)]
    if as_json:
        show_json({"items": [_item(function) for function in chosen]})
    elif name is None:
        functions = [[signature(function), function.summary] for function in chosen]
        show_table(["written", "what it is"], [*functions, *LANGUAGE])
    else:
        print("\n".join(_page(chosen[0])))


def signature(function: "Function") -> str:
    """`ema(x, n)`, with the defaults that there are."""
    words = [p.name if p.default is None else f"{p.name}={p.default:g}" for p in function.parameters]
    return f"{function.name}({', '.join(words)})"


def _find(name: str) -> "Function":
    from difflib import get_close_matches

    from heliograph.engine.functions import FUNCTIONS

    if name in FUNCTIONS:
        return FUNCTIONS[name]
    near = get_close_matches(name, FUNCTIONS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`heliograph indicators` lists all."
    raise UserError(f"There is no function `{name}`; {hint}")


def _item(function: "Function") -> dict[str, object]:
    return {
        "name": function.name,
        "signature": signature(function),
        "group": function.group,
        "summary": function.summary,
        "reference": function.reference,
        "example": function.example,
        "parameters": [{"name": p.name, "kind": p.kind, "default": p.default} for p in function.parameters],
    }


def _page(function: "Function") -> list[str]:
    lines = [signature(function), "", f"  {function.summary}", ""]
    for parameter in function.parameters:
        lines.append(f"  {parameter.name:<10} {_kind(parameter)}")
    return [*lines, "", f"  Example    {function.example}", f"  Reference  {function.reference}"]


def _kind(parameter: "Parameter") -> str:
    words = {
        "series": "a series: an input or any expression",
        "period": f"a whole number of bars, {parameter.least:g} to {parameter.most:,g}",
        "number": "a number",
        "timeframe": "a timeframe, such as '1h'",
    }
    return words[parameter.kind]
