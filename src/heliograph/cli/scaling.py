"""`heliograph scaling`: what was done to the number of workers, why, and what would be done now."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.fleet.models import ScalingAction
    from heliograph.workers.scale import Advice, Scaling

# The policy looks every five seconds.
FRESH = timedelta(minutes=1)
Last = Annotated[int, typer.Option("--last", "-n", min=0, help="How many actions, newest first.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("scaling")(scaling)


@spread
def scaling(place: Place, last: Last = 20, as_json: AsJson = False) -> None:
    """Show what the policy of scaling did, and what it would do now; changes nothing.

    HELIOGRAPH_POOL names the pool that is scaled: none, local, systemd or the address of a hook.

    \b
    Examples:
      heliograph scaling
      HELIOGRAPH_POOL=local HELIOGRAPH_WORKERS_MAX=8 heliograph scaling --json
    """
    with database(place):
        from heliograph.fleet.models import ScalingAction, ScalingLook
        from heliograph.workers.scale import Scaling

        look = ScalingLook.objects.filter(at__gt=now() - FRESH).order_by("-at").first()
        found = Scaling.of_environment(at=now())
        advice = found.advice(at=now())
        actions = list(ScalingAction.objects.order_by("-at", "-id")[:last])
    if as_json:
        show_json(_as_json(found, advice, actions))
        return
    note(f"Pool {found.pool.name}: {found.pool.describe()}.")
    if look and look.pool != found.pool.name:
        note(f"The workers that run scale the pool {look.pool}: {look.reason}")
    note(f"Now: {advice.decision.reason}")
    if not actions:
        note("Nothing was scaled yet.")
        return
    columns = ["at (UTC)", "pool", ">from", ">to", "why", ">oldest before", ">after", ""]
    show_table(columns, map(_line, actions))


def _line(action: "ScalingAction") -> list[str]:
    before, after = (_age(measured) for measured in (action.measured, action.effect))
    how = action.error or ("dry run" if action.dry_run else "")
    sizes = (f"{action.before:,}", f"{action.after:,}")
    return [clock(action.at), action.pool, *sizes, action.reason, before, after, how]


def _age(measured: object) -> str:
    age = measured.get("oldest_age_s") if isinstance(measured, dict) else None
    return UNKNOWN if age is None else f"{number(age, 1)} s"


def _as_json(found: "Scaling", advice: "Advice", actions: "list[ScalingAction]") -> dict[str, object]:
    return {
        "pool": found.pool.name,
        "describes": found.pool.describe(),
        "policy": asdict(found.policy),
        "dry_run": found.settings.dry_run,
        "now": {
            "workers": advice.workers,
            "target": advice.decision.target,
            "reason": advice.decision.reason,
            "wishes": [asdict(wish) for wish in advice.decision.wishes],
            "measured": advice.gathered.shown,
        },
        "actions": [_action(action) for action in actions],
    }


def _action(action: "ScalingAction") -> dict[str, object]:
    return {
        "at": utc(action.at),
        "pool": action.pool,
        "from": action.before,
        "to": action.after,
        "reason": action.reason,
        "measured": action.measured,
        "effect": action.effect,
        "effect_at": utc(action.effect_at),
        "dry_run": action.dry_run,
        "error": action.error or None,
    }
