"""The page of indicators and other functions, one section each, from the entries themselves."""

import math
from collections.abc import Iterator

from heliograph.engine.functions import FUNCTIONS, Function, Parameter
from heliograph.engine.language.reference import TITLES, lengths

HEAD = """# Indicators and functions

Written by `make docs` from the entries of the engine. The rest of the language: [expressions](language.md).
`heliograph indicators NAME` prints one of them, `heliograph eval EXPRESSION --data FILE` tries it on a file.
Numbers of bars are of the example over hourly bars: *known after* is its warm-up; *settled after* counts
the bars until where the history began no longer matters, to one part in a billion.
"""


def indicators_reference() -> str:
    """Markdown: for each group its functions with parameters, lengths, reference and example."""
    lines = [HEAD]
    for group, title in TITLES.items():
        lines += [f"## {title}", ""]
        for function in FUNCTIONS.values():
            if function.group == group:
                lines += _section(function)
    return "\n".join(lines)


def _section(function: Function) -> Iterator[str]:
    warmup, settle = lengths(function)
    settled = "never settled" if math.isinf(settle) else f"settled after {math.ceil(settle)}"
    yield f"### {function.name}"
    yield ""
    yield f"`{function.signature}`: {function.summary}"
    yield ""
    if function.parameters:
        yield "| parameter | kind | default | range |"
        yield "|---|---|---|---|"
        yield from map(_row, function.parameters)
        yield ""
    yield f"- Example: `{function.example}`, known after {warmup} bars, {settled}."
    if function.reference:
        yield f"- Follows: {function.reference}"
    yield ""


def _row(parameter: Parameter) -> str:
    default = "required" if parameter.default is None else f"{parameter.default:g}"
    bounded = parameter.kind in {"period", "number"}
    span = f"{parameter.least:g} to {parameter.most:g}" if bounded else ""
    return f"| `{parameter.name}` | {parameter.kind} | {default} | {span} |"
