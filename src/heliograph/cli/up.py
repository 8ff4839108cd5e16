"""`heliograph up`, `down` and `logs`: all of Heliograph on one machine."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from heliograph.cli.options import AsJson, Home
from heliograph.cli.output import show_json
from heliograph.cli.spread import spread

Say = Callable[[str], None]


@dataclass(frozen=True)
class Address:
    """Where the pages are served."""

    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1"
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="The port to listen on; 0 takes a free one.")
    ] = 8420


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up")(up)
    app.command("down")(down)
    app.command("logs")(logs)


@spread
def up(
    address: Address,
    home: Home = None,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Do not load the sample candles.")] = False,
    no_replay: Annotated[bool, typer.Option("--no-replay", help="Do not replay them as if live.")] = False,
    workers: Annotated[
        int, typer.Option("--workers", min=1, envvar="HELIOGRAPH_WORKERS", help="Worker processes.")
    ] = 1,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running in the background.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run everything on this machine.

    Database, worker, timetable and pages, until Ctrl-C. Without DATABASE_URL and REDIS_URL it starts
    servers of its own, which keep their data in the home.

    \b
    Examples:
      heliograph up
      heliograph up --port 9000 --home ~/heliograph --detach
    """
    from heliograph.workers.programs import Options
    from heliograph.workers.up import up as run_here
    from heliograph.workers.up import up_detached

    options = Options(
        home=home,
        host=address.host,
        port=address.port,
        sample=not no_sample,
        replay=not no_replay,
        workers=workers,
    )
    start = up_detached if detach else run_here
    start(options, say=speaker(as_json))


def down(home: Home = None, as_json: AsJson = False) -> None:
    """End what `up` runs in a home.

    \b
    Example:
      heliograph down
    """
    from heliograph.workers.up import down as end

    heard: list[str] = []
    ended = end(home, say=heard.append if as_json else speaker(False))
    if as_json:
        show_json({"ended": ended})


def logs(
    home: Home = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is added.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each log.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the logs of what `up` runs.

    \b
    Examples:
      heliograph logs
      heliograph logs --follow
    """
    from heliograph.workers.up import logs as read

    read(home, follow=follow, say=speaker(as_json), last=lines)


def speaker(as_json: bool) -> Say:
    """Says each line at once; as JSON, one object a line."""

    def say(text: str) -> None:
        print(json.dumps({"text": text}, ensure_ascii=False) if as_json else text)
        sys.stdout.flush()

    return say
