"""`heliograph health`: how well all of it is, what is weakest, and what is not known."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, number, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import SourceError

if TYPE_CHECKING:
    from heliograph.monitor.measure import Measure
    from heliograph.monitor.told import ToldHealth, ToldPart


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("health")(health)


@spread
def health(place: Place, as_json: AsJson = False) -> None:
    """Show how well all of it is, 0 to 100; exit code 4 if a part is red.

    Measures the database, Redis, queues, workers, the timetable, market data, the evaluation of strategies,
    outcomes, notices, the cache, this machine, and what must hold of the business. Tells the weakest part,
    what is unknown, and why.

    \b
    Example:
      heliograph health
    """
    found = _measured(place)
    if as_json:
        told = asdict(found) | {"at": utc(found.at), "healthy": found.state != "red"}
        show_json(told)
    else:
        _show(found)
    if found.state == "red":
        raise typer.Exit(Exit.UNHEALTHY)


def _measured(place: Place) -> "ToldHealth":
    from heliograph.monitor.score import health_of
    from heliograph.monitor.told import told

    measures = [*_measures(place), *_processes(place)]
    return told(health_of(measures), at=now(), notes=True)


def _measures(place: Place) -> "list[Measure]":
    try:
        with database(place):
            from heliograph.monitor.take import measure_for_answer
            from heliograph.workers.measuring import ground

            return measure_for_answer(ground(at=now()))
    except SourceError as fault:
        return _without_database(str(fault))


def _without_database(reason: str) -> "list[Measure]":
    from django.apps import apps

    from heliograph.monitor.away import away

    if not apps.ready:
        return [away(reason)]
    from heliograph.monitor.take import without_database
    from heliograph.workers.measuring import ground

    return without_database(ground(at=now()), reason)


def _processes(place: Place) -> "Iterator[Measure]":
    """Of those that `heliograph up` started in this home, where it runs there."""
    import psutil

    from heliograph.kit.embedded import Home
    from heliograph.monitor.measure import Definition, Rule, known
    from heliograph.workers.supervisor import read_state

    children = read_state(Home.open(place.home)).get("children")
    if isinstance(children, dict):
        ended = [name for name, pid in children.items() if not psutil.pid_exists(pid)]
        definition = Definition(
            "workers_ended_processes",
            "count",
            "processes of `up` that ended and do not run again",
            Rule(0, 1),
        )
        yield known(definition, len(ended), note=", ".join(ended))


def _show(found: "ToldHealth") -> None:
    score = UNKNOWN if found.score is None else f"{found.score:g}"
    print(f"Health {score} of 100, {found.state}; weakest: {found.weakest or UNKNOWN}; at {utc(found.at)}")
    titles = {
        _name(one.name, one.labels): _title(one.name, one.labels)
        for part in found.parts
        for one in part.measures
    }
    for words in found.capped_by:
        print(f"Capped: {_titled(words, titles)}")
    unknown = {one.part: one.reason for one in found.unknown}
    rows = [
        [part.name, part.state, number(part.score, 1), _why(part, titles, unknown.get(part.name, UNKNOWN))]
        for part in found.parts
    ]
    show_table(["part", "", ">score", "why"], rows)
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in found.unknown:
        reasons[one.reason].append(_title(one.measure, one.labels))
    if reasons:
        show_table(["unknown", "why"], [[", ".join(names), reason] for reason, names in reasons.items()])


def _why(part: "ToldPart", titles: Mapping[str, str], unknown: str) -> str:
    words = [_titled(one, titles) for one in part.why]
    return "; ".join(words) or (unknown if part.score is None else "all of it is green")


def _titled(words: str, titles: Mapping[str, str]) -> str:
    """What is said of a measure, by what people call it."""
    name, is_, rest = words.partition(" is ")
    return f"{titles.get(name, name)}{is_}{rest}"


def _title(name: str, labels: Mapping[str, str]) -> str:
    """What people call a measure, with the name by which it is found; only that without a database."""
    from django.apps import apps

    if not apps.ready:
        return _name(name, labels)
    from heliograph.monitor.naming import DEFINITIONS, title_of

    return f"{title_of(name, labels)} ({name})" if name in DEFINITIONS else _name(name, labels)


def _name(name: str, labels: Mapping[str, str]) -> str:
    return " ".join([name, *filter(None, labels.values())])
