"""`heliograph subscription`: who wants which notices, on which channel and when."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import counted, note, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.notices.models import Subscription

Number = Annotated[
    int, typer.Argument(metavar="ID", help="The number of a subscription.", show_default=False)
]

subscription = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


class SideName(StrEnum):
    """The sides of signals."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True)
class Filters:
    """What is wanted."""

    topics: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="TOPIC", help="Only these; `signal.*`: all below. Repeatable."),
    ] = None
    strategies: Annotated[
        list[str] | None,
        typer.Option("--strategy", metavar="NAME", help="Only of these, * and ? allowed; repeatable."),
    ] = None
    instruments: Annotated[
        list[str] | None,
        typer.Option(
            "--instrument", metavar="SYMBOL", help="Only these, such as BTC/* or binance:*; repeatable."
        ),
    ] = None
    confidence: Annotated[
        float | None, typer.Option("--confidence", min=0, max=1, help="Signals of at least this.")
    ] = None
    side: Annotated[SideName | None, typer.Option("--side", help="Signals of this side.")] = None


@dataclass(frozen=True)
class Hours:
    """When it is told."""

    quiet: Annotated[
        str | None,
        typer.Option("--quiet", metavar="FROM-UNTIL", help="Nothing comes meanwhile, such as 22:00-07:00."),
    ] = None
    quiet_but: Annotated[
        list[str] | None,
        typer.Option("--quiet-but", metavar="TOPIC", help="These come all the same; repeatable."),
    ] = None
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="Whose clock that is.")] = "UTC"
    digest: Annotated[
        str | None,
        typer.Option("--digest", metavar="N|HH:MM", help="All together every N minutes, or daily at HH:MM."),
    ] = None
    per_minute: Annotated[
        int | None,
        typer.Option("--per-minute", metavar="N", help="When more come in a minute, they are told together."),
    ] = None


@subscription.callback()
def about() -> None:
    """Say who wants which notices, on which channel and when."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"add": add, "list": list_, "pause": pause, "resume": resume, "remove": remove}
    for name, command in verbs.items():
        subscription.command(name)(command)
    app.add_typer(subscription, name="subscription")


@spread
def add(
    channel: Annotated[
        str, typer.Argument(metavar="CHANNEL", help="Where notices are to go.", show_default=False)
    ],
    filters: Filters,
    hours: Hours,
    place: Place,
    audience: Annotated[
        str, typer.Option("--for", metavar="WHO", help="person:7 or team:3. Default: the installation.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let notices go to a channel from now on.

    A filter lets through what has no such property: --side long does not keep out notices of data. Where
    several subscriptions of a channel want the same notice, it goes once, by the one that tells it soonest.

    \b
    Examples:
      heliograph subscription add desk --topic signal.published --confidence 0.6 --instrument "BTC/*"
      heliograph subscription add phone --quiet 22:00-07:00 --zone Europe/Berlin --quiet-but work.parked
      heliograph subscription add mail --topic "signal.*" --digest 08:00 --zone Europe/Berlin
    """
    begin, end = _quiet(hours.quiet)
    minutes, at = _digest(hours.digest)
    with database(place), changing("subscription.add", channel) as told:
        from heliograph.notices.subscription import Wish, add_subscription

        wish = Wish(
            channel=channel,
            audience=audience,
            topics=filters.topics or (),
            strategies=filters.strategies or (),
            instruments=filters.instruments or (),
            least_confidence=filters.confidence,
            side=filters.side.value if filters.side else "",
            quiet_from=begin,
            quiet_until=end,
            quiet_but=hours.quiet_but or (),
            zone=hours.zone,
            digest_minutes=minutes,
            digest_at=at,
            per_minute=hours.per_minute,
        )
        made = add_subscription(wish, at=now())
        told["subscription"] = made.pk
    if as_json:
        show_json(_object(made))
    else:
        print(f"Subscription {made.pk} is stored: {_says(made)}.")


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """List the subscriptions.

    \b
    Example:
      heliograph subscription list
    """
    with database(place):
        from heliograph.notices.models import Subscription

        found = list(Subscription.objects.select_related("channel").order_by("channel__name", "pk"))
    if as_json:
        show_json([_object(one) for one in found])
    elif found:
        show_table([">id", "channel", "for", "state", "what and when"], [_row(one) for one in found])
    else:
        note("No subscriptions yet; `heliograph subscription add` adds one.")


@spread
def pause(number: Number, place: Place, as_json: AsJson = False) -> None:
    """Let nothing go by a subscription; notices of meanwhile are not for it.

    \b
    Example:
      heliograph subscription pause 3
    """
    _switch(number, place, paused=True, as_json=as_json)


@spread
def resume(number: Number, place: Place, as_json: AsJson = False) -> None:
    """Let notices go by a subscription again, from now on.

    \b
    Example:
      heliograph subscription resume 3
    """
    _switch(number, place, paused=False, as_json=as_json)


@spread
def remove(number: Number, place: Place, as_json: AsJson = False) -> None:
    """Forget a subscription; what waited for its hours goes at once.

    \b
    Example:
      heliograph subscription remove 3
    """
    with database(place), changing("subscription.remove", f"subscription {number}"):
        from heliograph.notices.subscription import remove_subscription

        left = remove_subscription(number, at=now())
    if as_json:
        show_json({"subscription": number, "sent_at_once": left})
    else:
        rest = f"; {counted(left, 'notice')} that waited will be sent at once" if left else ""
        print(f"Subscription {number} is removed{rest}.")


def _switch(number: int, place: Place, *, paused: bool, as_json: bool) -> None:
    action = "subscription.pause" if paused else "subscription.resume"
    with database(place), changing(action, f"subscription {number}"):
        from heliograph.notices.subscription import pause_subscription

        pause_subscription(number, paused=paused)
    if as_json:
        show_json({"subscription": number, "paused": paused})
    else:
        print(f"Subscription {number} {'is paused' if paused else 'goes on'}.")


def _quiet(text: str | None) -> tuple[time | None, time | None]:
    if text is None:
        return None, None
    begin, dash, end = text.partition("-")
    if not dash:
        raise UserError(f"--quiet takes two times such as 22:00-07:00, not `{text}`.")
    return _time(begin, "--quiet"), _time(end, "--quiet")


def _digest(text: str | None) -> tuple[int | None, time | None]:
    if text is None:
        return None, None
    if text.isascii() and text.isdecimal() and len(text) < 9:
        return int(text), None
    return None, _time(text, "--digest")


def _time(text: str, option: str) -> time:
    try:
        read = time.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{option} takes a time such as 07:00, not `{text}`.") from None
    if read.tzinfo is not None:
        raise UserError(f"{option}: leave the zone out of `{text}`; --zone names it.")
    return read


def _object(one: "Subscription") -> dict[str, object]:
    names = (
        "audience",
        "topics",
        "strategies",
        "instruments",
        "least_confidence",
        "side",
        "quiet_but",
        "zone",
    )
    more = ("digest_minutes", "per_minute", "paused")
    times = {name: getattr(one, name) for name in ("quiet_from", "quiet_until", "digest_at")}
    return {
        "id": one.pk,
        "channel": one.channel.name,
        **{name: getattr(one, name) for name in (*names, *more)},
        **{name: None if value is None else f"{value:%H:%M}" for name, value in times.items()},
        "created_at": utc(one.created_at),
    }


def _row(one: "Subscription") -> list[str]:
    state = "paused" if one.paused else "on"
    return [f"{one.pk}", one.channel.name, one.audience or "all", state, _says(one)]


def _says(one: "Subscription") -> str:
    from heliograph.notices.subscription_words import hours_of, what_of

    return f"{what_of(one)}, {hours_of(one)}"
