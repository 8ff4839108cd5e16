"""`heliograph incident`: what is wrong or was, and saying that one is at it."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.actor import actor
from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.monitor.alerts.queries import IncidentItem, Story
    from heliograph.monitor.alerts.trends import Trends

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of an incident.", show_default=False)]
Words = Annotated[str, typer.Option("--words", metavar="TEXT", help="What there is to say of it.")]
COLUMNS = [">id", "severity", "state", "what", "since (UTC)", ">lasted", "acknowledged by"]

incident = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@incident.callback()
def about() -> None:
    """Show what is wrong and was, say that you are at it, and see how alerts went."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"list": list_, "show": show, "acknowledge": acknowledge, "comment": comment, "close": close}
    for name, command in (verbs | {"trends": trends}).items():
        incident.command(name)(command)
    app.add_typer(incident, name="incident")


@spread
def list_(
    place: Place,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the incidents that go on, newest first.

    \b
    Examples:
      heliograph incident list
      heliograph incident list --all --limit 20
    """
    with database(place):
        from heliograph.monitor.alerts.queries import list_incidents

        items = list_incidents(every=every, limit=limit)
    if as_json:
        show_json([_plain(asdict(item)) for item in items])
    elif items:
        show_table(COLUMNS, [_row(item) for item in items])
    else:
        note("There was no incident yet." if every else "No incident goes on.")


@spread
def show(incident_id: Number, place: Place, as_json: AsJson = False) -> None:
    """Show one: what it means, what to do, and its time line.

    \b
    Example:
      heliograph incident show 12
    """
    with database(place):
        from heliograph.monitor.alerts.queries import read_incident

        story = read_incident(incident_id)
    if as_json:
        show_json(_plain(asdict(story)))
    else:
        _show(story)


@spread
def acknowledge(incident_id: Number, place: Place, words: Words = "", as_json: AsJson = False) -> None:
    """Say that you are at it: it is neither told again nor raised.

    \b
    Example:
      heliograph incident acknowledge 12 --words "the disk is being made larger"
    """
    with database(place), changing("incident.acknowledge", f"incident {incident_id}"):
        from heliograph.monitor.alerts.incidents import acknowledge as run

        run(incident_id, who=actor().name, at=now(), words=words)
    _changed(incident_id, "acknowledged", as_json=as_json, says="is acknowledged")


@spread
def comment(
    incident_id: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The line.", show_default=False)],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Add a line to the time line.

    \b
    Example:
      heliograph incident comment 12 "the provider says: back at noon"
    """
    if not text.strip():
        raise UserError("Say something; an empty line tells nobody anything.")
    with database(place), changing("incident.comment", f"incident {incident_id}"):
        from heliograph.monitor.alerts.incidents import comment as run

        run(incident_id, text, who=actor().name, at=now())
    _changed(incident_id, "commented", as_json=as_json, says="has another line")


@spread
def close(incident_id: Number, place: Place, words: Words = "", as_json: AsJson = False) -> None:
    """End it by hand; what still holds opens it again.

    Incidents end by themselves when what they are about is well again. One whose measure is not known any
    more does not: nobody knows.

    \b
    Example:
      heliograph incident close 12 --words "that machine is gone for good"
    """
    with database(place), changing("incident.close", f"incident {incident_id}"):
        from heliograph.monitor.alerts.incidents import close as run

        run(incident_id, who=actor().name, at=now(), words=words)
    _changed(incident_id, "closed", as_json=as_json, says="is closed")


@spread
def trends(
    place: Place,
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="Of so many days.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show which rules are noisiest, and how soon incidents were answered and over.

    \b
    Example:
      heliograph incident trends --days 90
    """
    with database(place):
        from heliograph.monitor.alerts.trends import trends as read

        found = read(at=now(), days=days)
    if as_json:
        show_json(_plain(asdict(found)))
    else:
        _show_trends(found, days=days)


def _changed(incident_id: int, word: str, *, as_json: bool, says: str) -> None:
    if as_json:
        show_json({"incident": incident_id, word: True})
    else:
        print(f"Incident {incident_id} {says}.")


def _show(story: "Story") -> None:
    one = story.incident
    print(f"Incident {one.id}, {one.severity}, {one.state}: {one.title}")
    print(f"Since {clock(one.opened_at)} UTC, {_length(_lasted(one))}")
    for word, text in (
        ("", story.says),
        ("Mostly: ", story.comes_from),
        ("Look: ", story.look),
        ("What to do: ", story.remedy),
        ("More: ", story.anchor),
    ):
        if text:
            print(f"{word}{text}")
    rows = [
        [f"{'follows: ' if alert.is_consequence else ''}{alert.title}", alert.state, alert.words]
        for alert in story.alerts
    ]
    show_table(["alert", "state", "measured"], rows)
    lines = [[clock(line.at), line.kind, line.words, line.who] for line in story.lines]
    show_table(["when (UTC)", "", "what", "who"], lines)


def _show_trends(found: "Trends", *, days: int) -> None:
    print(f"{found.incidents} incidents in {days} days, {found.told} notices; {found.flapping} flapped")
    for name, times in (("acknowledged", found.to_acknowledge), ("over", found.to_resolve)):
        after = f"{_length(times.median_s)} (median), {_length(times.mean_s)} (mean)"
        print(f"{name}: {times.number}, after {after}")
    rows = [
        [one.rule, one.severity, str(one.fired), str(one.followed), str(one.answered), _length(one.median_s)]
        for one in found.noisiest
    ]
    if rows:
        show_table(["rule", "severity", ">fired", ">followed", ">answered", ">median"], rows)


def _row(item: "IncidentItem") -> list[str]:
    marks = [word for word in ("flapping", "silenced") if getattr(item, word)]
    state = ", ".join([item.state, *marks])
    who = item.acknowledged_by or UNKNOWN
    return [
        f"{item.id}",
        item.severity,
        state,
        item.title,
        clock(item.opened_at),
        _length(_lasted(item)),
        who,
    ]


def _lasted(item: "IncidentItem") -> float:
    """Until it was over, or until now."""
    return (now() - item.opened_at).total_seconds() if item.lasted_s is None else item.lasted_s


def _length(seconds: float | None) -> str:
    if seconds is None:
        return UNKNOWN
    if seconds < 120:
        return f"{number(seconds, 0)} s"
    return f"{number(seconds / 60, 0)} min" if seconds < 7200 else f"{number(seconds / 3600, 1)} h"


def _plain(value: object) -> object:
    """With moments as programs read them."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
