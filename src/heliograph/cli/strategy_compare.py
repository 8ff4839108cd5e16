"""The `strategy` commands that hold one version against another: compare, diff."""

from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, estimate, note, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.cli.strategy_rows import Name
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.signals.compare import Comparison, Figures
    from heliograph.signals.models import StrategyVersion

First = Annotated[str, typer.Argument(metavar="V1", help="A version: 1, v1 or NAME@1.")]
Second = Annotated[str, typer.Argument(metavar="V2", help="Another one.")]


def register(strategy: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (compare, diff):
        strategy.command(command.__name__)(command)


@spread
def compare(name: Name, first: First, second: Second, place: Place, as_json: AsJson = False) -> None:
    """Compare two versions of a strategy.

    Over the bars and instruments that both have evaluated. Means and rates stand with the number that they
    rest on and their 95 % interval.

    \b
    Example:
      heliograph strategy compare "My trend" 1 2
    """
    with database(place):
        from heliograph.signals.compare import compare as compare_versions

        found = compare_versions(*_versions(name, first, second))
    if as_json:
        show_json(found.to_dict())
    else:
        _show(found)


@spread
def diff(name: Name, first: First, second: Second, place: Place, as_json: AsJson = False) -> None:
    """Say what changed in meaning between two versions.

    Expressions are compared by what they compute: layout, the order of clauses and the names of parameters do
    not count.

    \b
    Example:
      heliograph strategy diff "My trend" 1 2
    """
    with database(place):
        from heliograph.signals.diff import difference_of

        found = difference_of(*_versions(name, first, second))
    if as_json:
        show_json(found.to_dict())
        return
    for sentence in found.sentences():
        print(sentence)
    if found.is_same:
        note("No change in meaning.")


def _versions(name: str, first: str, second: str) -> "tuple[StrategyVersion, StrategyVersion]":
    from heliograph.signals.queries import find_version

    # Both are read before the first is looked up: a mistake in writing is told first.
    numbers = _number(first, of=name), _number(second, of=name)
    return find_version(name, numbers[0]), find_version(name, numbers[1])


def _number(text: str, *, of: str) -> int:
    """The number that a version is named by, alone, behind a v, or behind the name of its strategy."""
    digits = text.removeprefix(f"{of}@").removeprefix("v")
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) < 10 and int(digits)):
        raise UserError(f"'{text}' names no version of {of}; write its number, such as 1, v1 or {of}@1.")
    return int(digits)


def _show(found: "Comparison") -> None:
    span = f"{clock(found.first_bar)} to {clock(found.last_bar)} UTC"
    print(f"{found.strategy}: {counted(found.instruments, 'common instrument')}, {span}")
    print(f"{counted(found.in_common, 'signal')} in common\n")
    names = ["version", "stage", ">published", ">only here", ">rejected", ">settled"]
    columns = [*names, ">mean R (95 %, n)", ">hit rate (95 %, n)"]
    show_table(columns, [_figures(one) for one in found.versions])
    gap = found.mean_r_difference
    print(f"\nmean R of v{found.versions[1].version} less v{found.versions[0].version}: {estimate(gap)}")


def _figures(one: "Figures") -> list[str]:
    counts = (one.published, one.only_here, one.rejected, one.settled)
    return [
        f"v{one.version}",
        one.stage,
        *(f"{count:,}" for count in counts),
        estimate(one.mean_r),
        estimate(one.hit_rate, times=100, unit=" %"),
    ]
