"""`heliograph web`, `beat` and `outside`: each program of `up` by itself, for systemd or containers."""

import os
import sys
from typing import Annotated

import typer

from heliograph.cli.options import AsJson, Home
from heliograph.cli.up import speaker


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("web")(web)
    app.command("beat")(beat)
    app.command("outside")(outside)


def web(
    home: Home = None,
    bind: Annotated[
        str, typer.Option("--bind", metavar="ADDRESS", help="HOST:PORT or unix:PATH; or systemd's socket.")
    ] = "127.0.0.1:8420",
    processes: Annotated[int, typer.Option("--processes", min=1, help="Processes that answer.")] = 1,
    patience: Annotated[
        int, typer.Option("--patience", min=1, metavar="SECONDS", help="What requests get to end in.")
    ] = 30,
    as_json: AsJson = False,
) -> None:
    """Serve pages and API until SIGTERM, which lets requests under way end.

    SIGHUP starts them anew from where the path of this command now leads, such as to another release, and
    ends the processes before once the new ones are ready: no request is lost. DATABASE_URL and REDIS_URL say
    whose pages these are. Started by a socket of systemd it serves that one instead of `--bind`. It leaves
    the tables as they are.

    \b
    Examples:
      heliograph web --bind 127.0.0.1:8000
      heliograph web --bind unix:/run/heliograph/web.sock --processes 2
    """
    from heliograph.workers.alone import become
    from heliograph.workers.programs import serve, succession
    from heliograph.workers.succession import SAYS

    if SAYS in os.environ:
        os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
        become(serve(processes=processes, patience=patience), home=home)
    speaker(as_json)("The pages are about to be served")
    # As it was given, links and all: they lead elsewhere after an upgrade.
    again = (sys.argv[0], "web", "--processes", str(processes), "--patience", str(patience))
    become(succession(bind, patience=patience, command=again), home=home)


def beat(home: Home = None, as_json: AsJson = False) -> None:
    """Run the timetable until SIGTERM. Of several, on any machines, one leads and the others wait.

    DATABASE_URL and REDIS_URL say whose timetable it is.

    \b
    Example:
      heliograph beat
    """
    from heliograph.workers.alone import become
    from heliograph.workers.programs import beat as timetable

    speaker(as_json)("The timetable runs")
    become(timetable(), home=home)


def outside(home: Home = None, as_json: AsJson = False) -> None:
    """Run what waits for others until SIGTERM: polls and streams of exchanges, notices, long work.

    DATABASE_URL and REDIS_URL say whose work it does; without them it is that of the home.

    \b
    Example:
      heliograph outside
    """
    from heliograph.workers.post import Post, man
    from heliograph.workers.programs import stream
    from heliograph.workers.queues import OUTSIDE

    post = Post(name="outside", queues=OUTSIDE, concurrency=len(OUTSIDE))
    man(post, home=home, say=speaker(as_json), beside=(stream(),))
