"""`heliograph check`: whether the settings are safe, before something starts with them."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson, Home
from heliograph.cli.output import counted, show_json, show_table
from heliograph.errors import UserError

# A process of its own: to look at settings is to stand in an environment that they fill.
PROGRAM = (sys.executable, "-P", "-m", "heliograph.config.looked")
Finding = Mapping[str, str | None]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    home: Home = None,
    deploy: Annotated[
        bool, typer.Option("--deploy", help="Also what must hold where others can reach it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at all settings and tell everything that is wrong, with its remedy.

    Nothing is started and nobody is asked. With HELIOGRAPH_PRODUCTION=1 nothing starts as long as
    `--deploy` finds an error. Exit code 1 if there is an error; warnings alone are 0.

    \b
    Examples:
      heliograph check
      heliograph check --deploy --json
    """
    found = _findings(home, deploy=deploy)
    errors = sum(one["level"] == "error" for one in found)
    if as_json:
        show_json({"errors": errors, "warnings": len(found) - errors, "findings": found})
    else:
        _show(found, errors)
    if errors:
        raise typer.Exit(Exit.OUR_FAULT)


def _findings(home: Path | None, *, deploy: bool) -> Sequence[Finding]:
    asked = json.dumps({"home": str(home) if home else None, "deploy": deploy})
    done = subprocess.run([*PROGRAM, asked], stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    if "refused" in told:
        raise UserError(told["refused"])
    return list(told["findings"])


def _show(found: Sequence[Finding], errors: int) -> None:
    if not found:
        print("Nothing is wrong with the settings.")
        return
    rows = [
        [one["level"] or "", one["setting"] or "–", one["sentence"] or "", one["remedy"] or "–"]
        for one in found
    ]
    show_table(["", "setting", "what is wrong", "remedy"], rows)
    print(f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}.")
