"""Options that several commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

AsJson = Annotated[bool, Option("--json", help="Print JSON, for other programs.")]
Parameters = Annotated[
    list[str] | None,
    Option("--param", metavar="NAME=VALUE", help="A value for a parameter of the text; may be repeated."),
]


Home = Annotated[
    Path | None,
    Option(
        "--home",
        envvar="HELIOGRAPH_HOME",
        metavar="DIR",
        help="The folder that holds all state. Default: one for each user.",
    ),
]


@dataclass(frozen=True)
class Place:
    """Where the database is: that of a home, whose servers are started where they do not run, or another."""

    home: Home = None
    database_url: Annotated[
        str | None,
        Option(
            "--database-url",
            envvar="DATABASE_URL",
            metavar="URL",
            help="A PostgreSQL database of yours, instead of the one of the home.",
        ),
    ] = None


@dataclass(frozen=True)
class Files:
    """Which candles of which files, and how the files are to be read."""

    data: Annotated[
        list[Path],
        Option("--data", metavar="FILE", help="A file of candles; its format is detected; may be repeated."),
    ]
    symbol: Annotated[
        list[str] | None,
        Option("--symbol", metavar="SYMBOL", help="Only this symbol, or that of the file; may be repeated."),
    ] = None
    timeframe: Annotated[
        str | None,
        Option("--timeframe", metavar="TF", help="The timeframe, where files hold several or do not say."),
    ] = None
    timezone: Annotated[
        str | None,
        Option("--timezone", metavar="ZONE", help="The zone of the files' times. Default: UTC."),
    ] = None
    skip_bad: Annotated[
        bool, Option("--skip-bad", help="Leave bad rows out; they are listed beside the file.")
    ] = False
