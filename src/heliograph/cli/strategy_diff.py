"""`heliograph strategy diff`: what changed in meaning from one version to another."""

from typing import Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import note, show_json
from heliograph.cli.spread import spread
from heliograph.cli.strategy_rollout import version_number
from heliograph.cli.strategy_rows import Name


def register(strategy: typer.Typer) -> None:
    """Add the command to the group."""
    strategy.command("diff")(diff)


@spread
def diff(
    name: Name,
    first: Annotated[str, typer.Argument(metavar="V1", help="A version: 1, v1 or NAME@1.")],
    second: Annotated[str, typer.Argument(metavar="V2", help="Another one.")],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Say what changed in meaning between two versions.

    Expressions are compared by what they compute: layout, the order of clauses and the names of parameters do
    not count.

    \b
    Example:
      heliograph strategy diff "My trend" 1 2
    """
    with database(place):
        from heliograph.signals.diff import difference_of
        from heliograph.signals.queries import find_version

        numbers = version_number(first, of=name), version_number(second, of=name)
        found = difference_of(*(find_version(name, number) for number in numbers))
    if as_json:
        show_json(found.to_dict())
        return
    for sentence in found.sentences():
        print(sentence)
    if found.is_same:
        note("No change in meaning.")
