"""`heliograph nodes`: the workers that take work, and where it is placed."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.fleet.node_list import NodeItem
    from heliograph.fleet.placement.explain import PlaceStory

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a node.", show_default=False)]
Key = Annotated[
    str, typer.Argument(metavar="KEY", help="What was placed, such as shard:12.", show_default=False)
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who look later.")]

nodes = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


@nodes.callback()
def group(context: typer.Context) -> None:
    """Show worker nodes, drain them, and tell where work is placed."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in (
        ("list", list_all),
        ("drain", drain),
        ("undrain", undrain),
        ("weigh", weigh),
        ("explain", explain),
    ):
        nodes.command(name)(command)
    app.add_typer(nodes, name="nodes")


@spread
def list_all(place: Place, as_json: AsJson = False) -> None:
    """List the nodes with their state and what they hold.

    A node is late when heartbeats are missing, and lost after 10 seconds; ejected while it is much slower
    than its peers, then on probation.

    \b
    Example:
      heliograph nodes list
    """
    with database(place):
        from heliograph.fleet.node_list import list_nodes

        items = list_nodes(at=now())
    if as_json:
        show_json({"items": [asdict(item) for item in items]})
    elif items:
        columns = [
            "name",
            "state",
            ">capacity",
            ">weight",
            ">holds",
            ">latency ms",
            ">places",
            ">heartbeat",
            "why",
        ]
        show_table(columns, map(_line, items))
    else:
        note("No node has registered; `heliograph up` starts a worker.")


@spread
def drain(name: Name, place: Place, reason: Reason = "", as_json: AsJson = False) -> None:
    """Place no more work on a node; what it holds, it finishes.

    \b
    Example:
      heliograph nodes drain node-2 --reason "new disk"
    """
    _set(name, place, drains=True, reason=reason, as_json=as_json)


@spread
def undrain(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Place work on a node again.

    \b
    Example:
      heliograph nodes undrain node-2
    """
    _set(name, place, drains=False, reason="", as_json=as_json)


@spread
def weigh(
    name: Name,
    weight: Annotated[float, typer.Argument(metavar="WEIGHT", help="1 is usual.", show_default=False)],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Set a node's share of placed work: 0.5 for a machine of half the speed.

    \b
    Example:
      heliograph nodes weigh node-2 0.5
    """
    with database(place), changing("node.weigh", name, weight=weight):
        from heliograph.fleet import nodes as node_verbs

        node_verbs.weigh(name, weight=weight)
    if as_json:
        show_json({"name": name, "weight": weight})
    else:
        note(f"{name} weighs {weight:g} from now on.")


@spread
def explain(key: Key, place: Place, as_json: AsJson = False) -> None:
    """Tell where a piece of work lies, and why.

    \b
    Example:
      heliograph nodes explain shard:12
    """
    with database(place):
        from heliograph.fleet.placement.explain import explain_place

        story = explain_place(key, at=now())
        what = _what(key)
    if as_json:
        show_json(_story_json(story) | {"what": what})
        return
    print(f"{key}{f' ({what})' if what else ''} lies on {story.node or UNKNOWN}: {story.reason}.")
    print(f"Placed by {story.strategy} at {clock(story.placed_at)} UTC.\n")
    show_table(
        ["rank of nodes", ">holds", ">of at most"],
        [[one.node, f"{one.holds:,}", f"{one.most:,}"] for one in story.ranking],
    )
    print()
    show_table(
        ["decided (UTC)", "from", "to", "by", "why"],
        [
            [clock(one.at), one.before or UNKNOWN, one.after, one.strategy, one.reason]
            for one in story.decisions
        ],
    )


def _line(item: "NodeItem") -> list[str]:
    return [
        item.name,
        item.state,
        f"{item.capacity:,}",
        f"{item.weight:g}",
        f"{item.outstanding:,}",
        number(item.latency_ms, 1),
        f"{item.places:,}",
        f"{item.heartbeat_age_s:,.0f} s ago",
        item.why or UNKNOWN,
    ]


def _set(name: str, place: Place, *, drains: bool, reason: str, as_json: bool) -> None:
    action = "node.drain" if drains else "node.undrain"
    with database(place), changing(action, name, reason=reason):
        from heliograph.fleet import nodes as node_verbs

        if drains:
            node_verbs.drain(name, reason=reason)
        else:
            node_verbs.undrain(name)
    if as_json:
        show_json({"name": name, "draining": drains, "reason": reason})
    else:
        note(f"{name} {'drains: no more work is placed on it' if drains else 'takes work again'}.")


def _what(key: str) -> str:
    """What a shard is, for people; empty for other keys."""
    from heliograph.signals.models import Progress

    kind, _, pk = key.partition(":")
    if kind != "shard" or not pk.isdecimal():
        return ""
    row = Progress.objects.select_related("version__strategy", "venue").filter(pk=int(pk)).first()
    return f"{row.version}, {row.venue.name}, {len(row.instruments):,} instruments" if row else ""


def _story_json(story: "PlaceStory") -> dict[str, object]:
    decisions = [asdict(one) | {"at": utc(one.at)} for one in story.decisions]
    return asdict(story) | {"placed_at": utc(story.placed_at), "decisions": decisions}
