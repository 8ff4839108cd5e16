"""`heliograph cache`: what the levels hold, how often they have what is asked for, and clearing them."""

from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import note, number, show_json, show_table
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.kit.cache import Cache, Counters

NAMES = {1: "memory", 2: "redis", 3: "table"}
Row = dict[str, str | int | float | None]

levels = typer.Typer(rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    levels.callback(invoke_without_command=True)(show)
    levels.command("clear")(clear)
    app.add_typer(levels, name="cache")


@spread
def show(context: typer.Context, place: Place, as_json: AsJson = False) -> None:
    """Show the levels over all processes that run, and what caching saves by prefix of the keys.

    \b
    Example:
      heliograph cache
    """
    if context.invoked_subcommand is not None:
        return
    with database(place):
        from heliograph.kit.cache import cache

        total = cache().sum_of_counters()
        found = [_level(cache(), total, one) for one in NAMES]
    prefixes = [_prefix(total, name) for name in sorted(total.prefixes)]
    if as_json:
        show_json(
            {"processes": total.processes, "levels": found, "prefixes": prefixes, "unpaid": total.unpaid}
        )
        return
    show_table(["level", *[f">{name}" for name in list(found[0])[1:]]], [_cells(row) for row in found])
    if prefixes:
        show_table(["prefix", *[f">{name}" for name in list(prefixes[0])[1:]]], map(_cells, prefixes))
    for name in total.unpaid:
        note(f"Caching '{name}' costs more than computing it each time.")
    note(f"{total.processes} of the processes that run told what they counted, this one included.")


@spread
def clear(
    place: Place,
    tag: Annotated[
        str | None, typer.Argument(metavar="TAG", help="Only what carries this tag.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Empty the cache, or outdate what carries a tag: `signals`, `candles`, `candles:5m`.

    \b
    Example:
      heliograph cache clear candles:5m
    """
    with database(place), doing("cache.clear", tag or "all"):
        from heliograph.kit.cache import cache

        if tag:
            cache().invalidate(tag)
        else:
            cache().clear()
    if as_json:
        show_json({"cleared": tag or "all"})
        return
    note(f"What carries the tag '{tag}' is outdated." if tag else "The cache is empty.")


def _level(cache: "Cache", total: "Counters", number: int) -> Row:
    from heliograph.kit.cache.errors import LevelDown

    entries: int | None = total.entries if number == 1 else None
    size: int | None = total.bytes if number == 1 else None
    store = {2: cache.parts.redis, 3: cache.parts.table}.get(number)
    if store is not None:
        try:
            entries, size = store.size()
        except LevelDown:
            note(f"The level '{NAMES[number]}' does not answer.")
    level = total.levels[number]
    return {
        "level": NAMES[number],
        "entries": entries,
        "bytes": size,
        "hits": level.hits,
        "misses": level.misses,
        "hit_pct": None if level.hit_rate is None else 100 * level.hit_rate,
        "p50_us": level.latency_us(0.5),
        "p99_us": level.latency_us(0.99),
        "outdated": level.outdated,
        "dropped": level.dropped,
        "errors": level.errors,
    }


def _prefix(total: "Counters", name: str) -> Row:
    one = total.prefixes[name]
    return {
        "prefix": name,
        "hits": one.near_hits + one.far_hits,
        "misses": one.misses,
        "computed": one.computed,
        "computing_s": one.computing_s,
        "saved_s": one.saved_s,
        "saved_us_per_byte": one.saved_us_per_byte,
    }


def _cells(row: Row) -> list[str]:
    return [
        f"{value:,}" if isinstance(value, int) else value if isinstance(value, str) else number(value)
        for value in row.values()
    ]
