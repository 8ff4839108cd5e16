"""`heliograph advice`: what could be better, by which command, and whether it helped."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.actor import actor
from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.monitor.advice.told import ToldRecommendation

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of one.", show_default=False)]
MOMENTS = ("opened_at", "seen_at", "answered_at", "judged_at")
LONGEST = 100
MOST = 100

advice = typer.Typer(rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    advice.callback(invoke_without_command=True)(about)
    for name, command in {"list": list_, "show": show, "done": done, "dismiss": dismiss}.items():
        advice.command(name)(command)
    app.add_typer(advice, name="advice")


@spread
def about(context: typer.Context, place: Place, as_json: AsJson = False) -> None:
    """Show what could be better, from which numbers and by which command, and whether it helped.

    Without a command, what could be better is listed.

    \b
    Example:
      heliograph advice
    """
    if context.invoked_subcommand is None:
        _list(place, as_json=as_json)


@spread
def list_(
    place: Place,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered or are over, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = MOST,
    as_json: AsJson = False,
) -> None:
    """List what could be better, newest first.

    Looked for every four hours by the workers.

    \b
    Examples:
      heliograph advice list
      heliograph advice list --all --json
    """
    _list(place, every=every, limit=limit, as_json=as_json)


@spread
def show(number_: Number, place: Place, as_json: AsJson = False) -> None:
    """Show one with the numbers that it rests on, and what came of it.

    \b
    Example:
      heliograph advice show 7
    """
    with database(place):
        found = _find(number_)
    if as_json:
        show_json(_plain(found))
    else:
        _show(found)


@spread
def done(number_: Number, place: Place, as_json: AsJson = False) -> None:
    """Say that it was done; from then on it is looked whether that helped.

    \b
    Example:
      heliograph advice done 7
    """
    with database(place), changing("recommendation.done", f"recommendation {number_}") as told:
        from heliograph.monitor.advice.answer import mark_done
        from heliograph.monitor.advice.queries import find_recommendation, visible_to

        row = find_recommendation(number_, among=visible_to())
        mark_done(row, by=actor().name, at=now())
        told["title"] = row.title
        found = _find(number_)
    _answered(found, as_json=as_json)


@spread
def dismiss(
    number_: Number,
    place: Place,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Dismiss one; it is not said again for 90 days.

    \b
    Example:
      heliograph advice dismiss 7 --reason "that disk is replaced in May"
    """
    with database(place), changing("recommendation.dismiss", f"recommendation {number_}") as told:
        from heliograph.monitor.advice.answer import dismiss as run
        from heliograph.monitor.advice.queries import find_recommendation, visible_to

        row = find_recommendation(number_, among=visible_to())
        run(row, by=actor().name, reason=reason, at=now())
        told["title"] = row.title
        found = _find(number_)
    _answered(found, as_json=as_json)


def _list(place: Place, *, every: bool = False, limit: int = MOST, as_json: bool) -> None:
    with database(place):
        from heliograph.monitor.advice.queries import visible_to
        from heliograph.monitor.advice.told import told_recommendation

        rows = visible_to() if every else visible_to().filter(state="open")
        found = [told_recommendation(row) for row in rows.order_by("-opened_at", "-pk")[:limit]]
    if as_json:
        show_json({"items": [_plain(one) for one in found]})
    elif not found:
        note("Nothing to be better is known; the workers of `heliograph up` look every four hours.")
    else:
        show_table([">id", "since (UTC)", "what", "by", "state", "helped"], map(_row, found))


def _find(number_: int) -> "ToldRecommendation":
    from heliograph.monitor.advice.queries import find_recommendation, visible_to
    from heliograph.monitor.advice.told import told_recommendation

    return told_recommendation(find_recommendation(number_, among=visible_to()))


def _answered(found: "ToldRecommendation", *, as_json: bool) -> None:
    if as_json:
        show_json(_plain(found))
    else:
        print(f"{found.title}: {found.state}.")


def _row(one: "ToldRecommendation") -> list[str]:
    command = one.command if len(one.command) <= LONGEST else f"{one.command[:LONGEST]} …"
    return [
        str(one.id),
        clock(one.opened_at),
        one.title,
        command or UNKNOWN,
        one.state,
        one.verdict or UNKNOWN,
    ]


def _show(one: "ToldRecommendation") -> None:
    print(f"{one.title}\n{one.why}\n")
    if one.command:
        print(f"    {one.command}\n")
    rows = [[item.what, _value(item.value), item.source] for item in one.evidence]
    show_table(["rests on", ">value", "from"], rows)
    if one.effect:
        expected = f" to {number(one.effect.expected)}" if one.effect.expected is not None else ""
        of = " ".join([one.effect.measure, *one.effect.labels.values()])
        way = f"goes {one.effect.way} from {number(one.effect.now)}{expected}"
        print(f"\nExpected: {of} {way}; {one.effect.basis}.")
    if one.state != "open":
        print(f"{one.state} {clock(one.answered_at)} UTC {one.answered_by} {one.reason}".rstrip())
    if one.judgement:
        print(_judged(one))


def _judged(one: "ToldRecommendation") -> str:
    found = one.judgement
    if found is None or found.difference is None:
        return f"Verdict: {one.verdict}."
    low, apart, high = (number(value, sign=True) for value in (found.low, found.difference, found.high))
    return (
        f"Verdict: {one.verdict}; before {number(found.before)} (n {found.n_before:,}), after "
        f"{number(found.after)} (n {found.n_after:,}), difference {apart} ({low} to {high})."
    )


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)


def _plain(one: "ToldRecommendation") -> dict[str, object]:
    return asdict(one) | {name: utc(getattr(one, name)) for name in MOMENTS}
