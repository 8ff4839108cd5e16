"""`heliograph check`: whether the settings are safe, before something starts with them."""

from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson, Home
from heliograph.cli.output import counted, show_json, show_table

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


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
    from heliograph.config.looked import findings

    found = findings(home, deploy=deploy)
    errors = sum(_is_error(one) for one in found)
    if as_json:
        show_json(
            {"errors": errors, "warnings": len(found) - errors, "findings": [_plain(one) for one in found]}
        )
    else:
        _show(found, errors)
    if errors:
        raise typer.Exit(Exit.OUR_FAULT)


def _show(found: "list[CheckMessage]", errors: int) -> None:
    if not found:
        print("Nothing is wrong with the settings.")
        return
    rows = [
        ["error" if _is_error(one) else "warning", str(one.obj or "–"), one.msg, one.hint or "–"]
        for one in found
    ]
    show_table(["", "setting", "what is wrong", "remedy"], rows)
    print(f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}.")


def _plain(one: "CheckMessage") -> dict[str, str | None]:
    return {
        "id": one.id,
        "level": "error" if _is_error(one) else "warning",
        "setting": str(one.obj) if one.obj else None,
        "sentence": one.msg,
        "remedy": one.hint,
    }


def _is_error(one: "CheckMessage") -> bool:
    from django.core.checks import ERROR

    return one.is_serious(ERROR)
