"""`heliograph alert`: the rules by which something is taken for wrong."""

from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.alert_options import Limits, RuleKind, Ways
from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import note, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.monitor.alerts.models import Rule
    from heliograph.monitor.alerts.queries import RuleItem

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a rule.", show_default=False)]

alert = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@alert.callback()
def about() -> None:
    """Show the rules of alerts, change them, switch them off, and add your own."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"list": list_, "show": show, "add": add, "change": change, "enable": enable, "disable": disable}
    for name, command in (verbs | {"reset": reset, "remove": remove}).items():
        alert.command(name)(command)
    app.add_typer(alert, name="alert")


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """List the rules, and which of them hold now.

    \b
    Example:
      heliograph alert list
    """
    with database(place):
        from heliograph.monitor.alerts.queries import list_rules

        items = list_rules()
    if as_json:
        show_json([_object(item.rule) | {"state": item.state} for item in items])
        return
    show_table(["rule", "severity", "state", "holds if", "of"], [_row(item) for item in items])


@spread
def show(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Show a rule: when it holds, what it means, and what to do.

    \b
    Example:
      heliograph alert show redis-down
    """
    with database(place):
        from heliograph.monitor.alerts.rules import find_rule

        rule = find_rule(name)
    _tell(rule, as_json=as_json)


@spread
def add(
    name: Name,
    kind: Annotated[RuleKind, typer.Argument(metavar="KIND", help="threshold, burn, absence or anomaly.")],
    measure: Annotated[
        str,
        typer.Argument(metavar="MEASURE", help="Of what; docs/reference/measures.md lists all."),
    ],
    limits: Limits,
    ways: Ways,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Add a rule of your own; it is evaluated from the next look on.

    \b
    Examples:
      heliograph alert add few-signals threshold generation_published --below 1 --for 7200 --severity info
      heliograph alert add backlog threshold queues_depth --above 50 --label queue=generate
      heliograph alert add late burn notices_lag_seconds --above 60 --objective 0.99 --window 300:3600:14.4
    """
    with database(place), changing("alert.add", name, kind=kind.value, measure=measure):
        from heliograph.monitor.alerts.rules import add_rule
        from heliograph.monitor.alerts.terms import WARNING, Terms

        options = limits.options()
        if kind is RuleKind.ANOMALY:
            options = {"deviations": 6.0, "least": 0.0, "side": "both", "days": 14} | options
        title = f"{measure} is not as it should be"
        given = {"title": title, "says": title, "severity": WARNING, "cause": name} | ways.fields()
        rule = add_rule(name, Terms(kind=kind.value, measure=measure, options=options, **given))  # type: ignore[arg-type]
    _tell(rule, as_json=as_json)


@spread
def change(name: Name, limits: Limits, ways: Ways, place: Place, as_json: AsJson = False) -> None:
    """Change a rule. What you change of one that comes with Heliograph stays yours when it is updated.

    \b
    Examples:
      heliograph alert change disk-filling --below 0.2 --clear 0.25
      heliograph alert change redis-down --for 60 --escalate 5
    """
    said, options = ways.fields(), limits.options()
    if not said and not options:
        raise UserError("Say what is to be other than it is; `heliograph alert change --help` lists it.")
    with database(place), changing("alert.change", name) as told:
        from heliograph.monitor.alerts.rules import change_rule, find_rule

        if options:
            known = find_rule(name).options
            # Another limit takes the place of the one there was, with what it cleared at.
            old = {"above", "below", "clear"} if {"above", "below"} & options.keys() else set()
            said["options"] = {key: one for key, one in known.items() if key not in old} | options
        told["fields"] = sorted(said)
        rule = change_rule(name, said)
    _tell(rule, as_json=as_json)


@spread
def enable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Let a rule be evaluated again.

    \b
    Example:
      heliograph alert enable load-high
    """
    _switch(name, place, enabled=True, as_json=as_json)


@spread
def disable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Switch a rule off; its alerts are over with the next look.

    \b
    Example:
      heliograph alert disable load-high
    """
    _switch(name, place, enabled=False, as_json=as_json)


@spread
def reset(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Make a rule as it comes with Heliograph again.

    \b
    Example:
      heliograph alert reset disk-filling
    """
    with database(place), changing("alert.reset", name):
        from heliograph.monitor.alerts.rules import reset_rule

        rule = reset_rule(name)
    _tell(rule, as_json=as_json)


@spread
def remove(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Forget a rule of your own.

    \b
    Example:
      heliograph alert remove few-signals
    """
    with database(place), changing("alert.remove", name):
        from heliograph.monitor.alerts.rules import remove_rule

        remove_rule(name)
    if as_json:
        show_json({"rule": name, "removed": True})
    else:
        print(f"{name} is removed.")


def _switch(name: str, place: Place, *, enabled: bool, as_json: bool) -> None:
    with database(place), changing(f"alert.{'enable' if enabled else 'disable'}", name):
        from heliograph.monitor.alerts.rules import change_rule

        rule = change_rule(name, {"enabled": enabled})
    if as_json:
        show_json(_object(rule))
    else:
        print(f"{name} is {'on' if enabled else 'off'}.")


def _tell(rule: "Rule", *, as_json: bool) -> None:
    if as_json:
        show_json(_object(rule))
        return
    print(f"{rule.name}, {rule.severity}{'' if rule.enabled else ', off'}: {rule.title}")
    print(f"Holds if {_holds(rule)} for {rule.for_seconds} s; over after {rule.clear_seconds} s")
    for word, text in (
        ("", rule.says),
        ("Mostly: ", rule.comes_from),
        ("Look: ", rule.look),
        ("What to do: ", rule.remedy),
        ("Follows from: ", ", ".join(rule.follows)),
        ("Yours: ", ", ".join(rule.changed)),
        ("More: ", rule.anchor),
    ):
        if text:
            print(f"{word}{text}")
    if rule.shipped is None:
        note("It is a rule of your own.")


def _row(item: "RuleItem") -> list[str]:
    own = "yours" if item.rule.shipped is None else "changed" if item.rule.changed else ""
    return [item.rule.name, item.rule.severity, item.state, _holds(item.rule), own]


def _holds(rule: "Rule") -> str:
    from heliograph.monitor.alerts.sentences import holds_if

    return holds_if(rule)


def _object(rule: "Rule") -> dict[str, object]:
    from heliograph.monitor.alerts.terms import FIELDS

    own = {"shipped": rule.shipped is not None, "changed": rule.changed}
    return {"name": rule.name, **{field: getattr(rule, field) for field in FIELDS}, **own}
