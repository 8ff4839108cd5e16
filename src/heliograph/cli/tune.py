"""`heliograph tune`: what could be better in the database and its processes, and doing what is safe."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.actor import actor
from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import counted, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.monitor.tuning.advice import Advice
    from heliograph.monitor.tuning.models import Act

LONGEST = 160
# What was done before, as --json tells it.
MOST_ACTS = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tune")(tune)


@spread
def tune(
    place: Place,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do what can be done while everybody works.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what could be better in the database and its processes, and by which statement.

    Looks for indexes that are missing, twice there or never used, statements that one request asks again and
    again, dead rows, old statistics, partitions, settings that do not fit this machine, and processes that
    grow. --apply makes and drops indexes beside the work, cleans and analyzes; each act is kept with the
    statement that takes it back.

    \b
    Examples:
      heliograph tune
      heliograph tune --apply
    """
    with database(place):
        from heliograph.monitor.tuning.look import look

        found = look(at=now())
        acts = _apply(found, yes=yes) if apply else []
        if as_json:
            told = acts if apply else _newest()
            show_json({"advice": [_advice(one) for one in found], "acts": [_act(one) for one in told]})
        else:
            _show(found, acts)


def _apply(found: "Sequence[Advice]", *, yes: bool) -> "list[Act]":
    safe = [one for one in found if one.is_safe and one.statement]
    if safe and not yes and sys.stdin.isatty():
        for one in safe:
            note(one.statement)
        typer.confirm(f"Run {counted(len(safe), 'statement')}?", abort=True, err=True)
    from heliograph.monitor.tuning.act import act_on_all

    acts: list[Act] = []
    with doing("tuning.apply") as told:
        told["acts"] = []
        for act in act_on_all(safe, by=actor().name, at=now()):
            acts.append(act)
            told["acts"] = [f"{one.state}: {one.statement}" for one in acts]
    return acts


def _newest() -> "list[Act]":
    """What was done before, newest first."""
    from heliograph.monitor.tuning.models import Act

    return list(Act.objects.order_by("-pk")[:MOST_ACTS])


def _show(found: "Sequence[Advice]", acts: "Sequence[Act]") -> None:
    if not found:
        note("Nothing could be better, as far as is known.")
    rows = [[one.kind, one.subject, _short(one.why)] for one in found]
    if rows:
        show_table(["what", "of what", "why"], rows)
    if acts:
        columns = ["done", "of what", "state", ">seconds", "measured"]
        show_table(
            columns, [[one.kind, one.subject, one.state, f"{one.seconds:.1f}", _change(one)] for one in acts]
        )
    elif statements := [one for one in found if one.statement]:
        print("\n" + "\n".join(f"{one.statement};" for one in statements))
        safe = sum(one.is_safe for one in statements)
        note(f"`heliograph tune --apply` does {safe} of these {len(statements)} while everybody works.")


def _change(act: "Act") -> str:
    """What was measured before and after; why it failed."""
    if act.error:
        return act.error
    names = [name for name in act.before if name in act.after]
    return ", ".join(f"{name} {number(act.before[name])} -> {number(act.after[name])}" for name in names)


def _advice(one: "Advice") -> dict[str, object]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "why": one.why,
        "statement": one.statement,
        "undo": one.undo,
        "safe": one.is_safe,
        "measured": dict(one.measured),
        "query": one.query,
    }


def _act(one: "Act") -> dict[str, object]:
    return {
        "at": utc(one.at),
        "by": one.by,
        "kind": one.kind,
        "subject": one.subject,
        "statement": one.statement,
        "undo": one.undo,
        "state": one.state,
        "error": one.error,
        "seconds": one.seconds,
        "before": one.before,
        "after": one.after,
    }


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
