"""`heliograph reports`: those that are kept, and who gets them regularly."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, show_json, show_table, utc
from heliograph.cli.report import Form, Output, check_shown, hand_over
from heliograph.cli.spread import spread
from heliograph.errors import UserError
from heliograph.reports.periods import Kind, next_end

if TYPE_CHECKING:
    from heliograph.reports.models import ReportSchedule, StoredReport

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of a report.", show_default=False)]
Scheduled = Annotated[int, typer.Argument(metavar="ID", help="The number of a schedule.", show_default=False)]
reports = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


class Regular(StrEnum):
    """The periods that come by the calendar."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@reports.callback()
def about() -> None:
    """Show and fetch reports that are kept, and say who gets them regularly."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"list": list_, "get": get, "delete": delete, "schedules": schedules, "schedule": schedule}
    for name, command in (verbs | {"pause": pause, "resume": resume, "unschedule": unschedule}).items():
        reports.command(name)(command)
    app.add_typer(reports, name="reports")


@spread
def list_(
    place: Place,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the reports that are kept, newest first.

    \b
    Example:
      heliograph reports list --kind daily
    """
    with database(place):
        from heliograph.reports.keep import shown

        rows = shown(()).order_by("-pk")
        found = list((rows.filter(kind=kind.value) if kind else rows)[:limit])
    if as_json:
        show_json([_object(one) for one in found])
    elif found:
        columns = [">id", "kind", "from (UTC)", "until (UTC)", "calendar", "state", "asked for (UTC)"]
        show_table(columns, [_row(one) for one in found])
    else:
        what = f"{kind.value} reports are" if kind else "reports are"
        note(f"No {what} kept; `heliograph reports schedule daily` lets them come.")


@spread
def get(
    report: Number,
    place: Place,
    form: Annotated[Form, typer.Option("--format", help="The form of the document.")] = Form.HTML,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Write a report that is kept; it is the same each time.

    \b
    Examples:
      heliograph reports get 7 --format pdf -o week.pdf
      heliograph reports get 7 --json
    """
    form = Form.JSON if as_json else form
    check_shown(form, output)
    with database(place):
        from heliograph.reports.forms import FORMS
        from heliograph.reports.keep import find_report

        told = FORMS[form].make(find_report(report).told())
    hand_over(told, output)


@spread
def delete(report: Number, place: Place, as_json: AsJson = False) -> None:
    """Forget a report.

    \b
    Example:
      heliograph reports delete 7
    """
    with database(place), changing("report.delete", f"report {report}"):
        from heliograph.reports.keep import find_report

        find_report(report).delete()
    if as_json:
        show_json({"deleted": report})
    else:
        print(f"Report {report} is deleted.")


@spread
def schedules(place: Place, as_json: AsJson = False) -> None:
    """List who gets reports regularly.

    \b
    Example:
      heliograph reports schedules
    """
    with database(place):
        from heliograph.reports.schedules import schedules_of

        found = list(schedules_of(None))
    if as_json:
        show_json([_schedule_object(one) for one in found])
    elif found:
        columns = [">id", "kind", "calendar", "for", "channel", "letters carry", "state", "next after (UTC)"]
        show_table(columns, [_schedule_row(one) for one in found])
    else:
        note("No report comes by itself; `heliograph reports schedule daily` lets one come.")


@spread
def schedule(
    kind: Annotated[Regular, typer.Argument(metavar="KIND", help="hourly, daily, weekly or monthly.")],
    place: Place,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="By whose calendar, such as Europe/Berlin.")
    ] = "UTC",
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="NAME", help="Where to send it. Default: it is kept.")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="What letters carry. Default: a link alone.")
    ] = None,
    audience: Annotated[
        str, typer.Option("--for", metavar="WHO", help="person:7 or team:3. Default: everybody.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let a report come whenever its period is over; the first is that of the period that runs now.

    It counts what all may see who get it; see docs/how-to/reports.md.

    \b
    Examples:
      heliograph reports schedule daily --zone Europe/Berlin
      heliograph reports schedule weekly --channel mail --format pdf --for team:3
    """
    with database(place), changing("report_schedule.add", kind=kind.value) as told:
        from heliograph.reports.schedules import Wish, add_schedule

        _check(audience)
        wish = Wish(kind.value, zone, channel, form.value if form else "", audience)
        made = add_schedule(wish, at=now())
        told["subject"] = f"report schedule {made.pk}"
    if as_json:
        show_json(_schedule_object(made))
    else:
        print(f"Schedule {made.pk} is stored; the first report is made after {_next(made)} UTC.")


@spread
def pause(number: Scheduled, place: Place, as_json: AsJson = False) -> None:
    """Let a schedule rest; periods that are over meanwhile are not reported on.

    \b
    Example:
      heliograph reports pause 2
    """
    _switch(number, place, paused=True, as_json=as_json)


@spread
def resume(number: Scheduled, place: Place, as_json: AsJson = False) -> None:
    """Let a schedule go on, with the period that runs now.

    \b
    Example:
      heliograph reports resume 2
    """
    _switch(number, place, paused=False, as_json=as_json)


@spread
def unschedule(number: Scheduled, place: Place, as_json: AsJson = False) -> None:
    """End a schedule; the reports that it made stay.

    \b
    Example:
      heliograph reports unschedule 2
    """
    with database(place), changing("report_schedule.remove", f"report schedule {number}"):
        from heliograph.reports.schedules import remove_schedule

        remove_schedule(number)
    if as_json:
        show_json({"removed": number})
    else:
        print(f"Schedule {number} is removed.")


def _check(audience: str) -> None:
    from heliograph.workers.unheard import hidden_from_audience

    if audience and hidden_from_audience(audience) is None:
        raise UserError(
            f"There is nobody '{audience[:40]}' who is let in; it is of the form person:7 or team:3, with a "
            "number that `heliograph person list` shows."
        )


def _switch(number: int, place: Place, *, paused: bool, as_json: bool) -> None:
    action = "report_schedule.pause" if paused else "report_schedule.resume"
    with database(place), changing(action, f"report schedule {number}"):
        from heliograph.reports.schedules import pause_schedule

        made = pause_schedule(number, paused=paused, at=now())
    if as_json:
        show_json(_schedule_object(made))
    elif paused:
        print(f"Schedule {number} rests.")
    else:
        print(f"Schedule {number} goes on; the next report is made after {_next(made)} UTC.")


def _row(one: "StoredReport") -> list[str]:
    ends = clock(one.since), clock(one.until)
    return [f"{one.pk}", one.kind, *ends, one.zone, _state(one), clock(one.created_at)]


def _state(one: "StoredReport") -> str:
    if one.finished_at is not None:
        return "made"
    return "never made" if one.job is None else one.job.state


def _object(one: "StoredReport") -> dict[str, object]:
    times = ("since", "until", "created_at", "finished_at")
    return {
        "id": one.pk,
        "kind": one.kind,
        "zone": one.zone,
        "state": _state(one),
        "job": one.job.pk if one.job else None,
        "schedule": one.schedule.pk if one.schedule else None,
        **{name: utc(getattr(one, name)) for name in times},
    }


def _schedule_row(one: "ReportSchedule") -> list[str]:
    channel = one.channel.name if one.channel else UNKNOWN
    state, following = ("rests", UNKNOWN) if one.paused else ("on", _next(one))
    whose = one.audience or "everybody"
    return [f"{one.pk}", one.kind, one.zone, whose, channel, one.form or UNKNOWN, state, following]


def _schedule_object(one: "ReportSchedule") -> dict[str, object]:
    following = None if one.paused else utc(next_end(Kind(one.kind), at=now(), zone=one.zone))
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in ("kind", "zone", "audience", "form", "paused")},
        "channel": one.channel.name if one.channel else None,
        "next_at": following,
        "created_at": utc(one.created_at),
    }


def _next(one: "ReportSchedule") -> str:
    return clock(next_end(Kind(one.kind), at=now(), zone=one.zone))
