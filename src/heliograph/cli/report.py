"""`heliograph report`: a period in one document, for people and for programs."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import moment, now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread
from heliograph.errors import UserError
from heliograph.reports.periods import Kind, last_period
from heliograph.reports.periods import span as any_span

if TYPE_CHECKING:
    from heliograph.reports.periods import Period


class Form(StrEnum):
    """The form of the document."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


# What no terminal shows.
BINARY = (Form.PDF, Form.XLSX)
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to. Default: stdout.")
]


@dataclass(frozen=True)
class When:
    """Which period."""

    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="The last period that was over then. Default: now."),
    ] = None
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="With --until: from then on, any span.")
    ] = None
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="To before then.")] = None
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="By whose calendar, such as Europe/Berlin.")
    ] = "UTC"

    def period(self, kind: Kind) -> "Period":
        """The period that is meant."""
        if self.since is None and self.until is None and kind is not Kind.CUSTOM:
            at = now() if self.at is None else moment(self.at, option="--at")
            return last_period(kind, at=at, zone=self.zone)
        if self.since is None or self.until is None:
            raise UserError("A span of its own has both ends, such as --since 2024-08-01 --until 2024-08-22.")
        if self.at is not None:
            raise UserError("Give --at, or --since with --until, and not both.")
        ends = moment(self.since, option="--since"), moment(self.until, option="--until")
        return any_span(*ends, zone=self.zone)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


@spread
def report(
    when: When,
    place: Place,
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="hourly, daily, weekly, monthly, or custom for a span.")
    ] = Kind.DAILY,
    form: Annotated[Form, typer.Option("--format", help="The form of the document.")] = Form.HTML,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Report on a period: signals, what they were worth, data, health, what to do.

    Each figure stands beside that of the period before. Made again from the same rows, a report is the
    same to the last byte.

    \b
    Examples:
      heliograph report daily -o yesterday.html
      heliograph report weekly --at 2024-08-26 --format pdf -o week.pdf
      heliograph report --since 2024-08-01 --until 2024-08-22 --json
    """
    period, form = when.period(kind), Form.JSON if as_json else form
    check_shown(form, output)
    with database(place), counting("sections") as tell:
        from heliograph.reports.forms import FORMS
        from heliograph.reports.make import make_report

        told = make_report(period, said=lambda done, total: tell(done, total, "Reading"))
        made = FORMS[form].make(told.to_dict())
        newest = None if told.sections["signals"].tables["by_version"].rows else _newest()
    hand_over(made, output)
    if newest is not None:
        note(f"No signal is of that period; the newest is of {newest} UTC, and --at asks for a time.")


def _newest() -> str | None:
    """When the newest signal was: what is replayed or was imported lies long ago."""
    from heliograph.signals.models import Signal

    found = Signal.objects.order_by("-bar_time").values_list("bar_time", flat=True).first()
    return None if found is None else clock(found)


def check_shown(form: Form, output: Path | None) -> None:
    """Refuse what could not be handed over, before anything is made: a terminal cannot show every form."""
    if output is not None and not output.parent.is_dir():
        raise UserError(f"There is no folder {output.parent}; make it, or name another file with -o.")
    if output is None and form in BINARY and sys.stdout.isatty():
        raise UserError(f"A terminal cannot show {form}; name a file with -o.")


def hand_over(told: bytes, output: Path | None) -> None:
    """Write a document to a file, or to stdout."""
    if output is None:
        _write(told)
        return
    try:
        output.write_bytes(told)
    except OSError as fault:
        raise UserError(f"{output} cannot be written: {fault.strerror}.") from fault
    note(f"Wrote {output}, {len(told):,} bytes.")


def _write(told: bytes) -> None:
    out = getattr(sys.stdout, "buffer", None)
    if out is None:
        print(told.decode(), end="")
    else:
        out.write(told)
        out.flush()
