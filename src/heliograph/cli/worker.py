"""`heliograph worker`: one more worker, on this machine or on another."""

from typing import Annotated

import typer

from heliograph.cli.options import AsJson, Home
from heliograph.cli.up import speaker


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(
    home: Home = None,
    queues: Annotated[
        str, typer.Option("--queues", metavar="NAMES", help="Its concerns, with commas between them.")
    ] = "generate,settle,upkeep",
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Tasks at a time.")] = 1,
    name: Annotated[str, typer.Option("--name", help="What it is called on this machine.")] = "worker",
    as_json: AsJson = False,
) -> None:
    """Run one worker until Ctrl-C.

    DATABASE_URL and REDIS_URL say whose work it does; without them it is that of the home. The concerns are
    ingest, generate, settle, notices, research and upkeep. It is started again should it die or stand still.

    \b
    Examples:
      heliograph worker --name night-2
      heliograph worker --queues ingest,notices,research --concurrency 3
    """
    from heliograph.workers.post import Post, man

    post = Post(name=name, queues=tuple(queues.split(",")), concurrency=concurrency)
    man(post, home=home, say=speaker(as_json))
