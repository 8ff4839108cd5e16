"""`heliograph channel`: where notices go."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import asking, changing
from heliograph.cli.channel_options import KindName, Way, WrongWay, kind_and_options
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.notices.queries import ChannelItem

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a channel.", show_default=False)]

channel = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@channel.callback()
def about() -> None:
    """Say where notices go: to people by mail and messengers, to programs by webhooks, to the log."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {"add": add, "list": list_, "test": try_, "secret": secret, "enable": enable, "disable": disable}
    for name, command in (verbs | {"remove": remove}).items():
        channel.command(name)(command)
    app.add_typer(channel, name="channel")


@spread
def add(
    name: Name,
    way: Way,
    place: Place,
    named: Annotated[
        str | None,
        typer.Argument(metavar="[KIND|SERVICE]", help="What it is, such as email or telegram."),
    ] = None,
    kind: Annotated[KindName | None, typer.Option("--kind", help="The same by an option.")] = None,
    topics: Annotated[
        list[str] | None,
        typer.Option("--topics", metavar="TOPIC", help="Only these; `signal.*`: all below. Repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a channel; notices from now on go to it.

    It is a webhook, email, the log, or a service: telegram, discord, slack, matrix, ntfy, gotify, pushover,
    pushbullet, mattermost, rocketchat, teams, googlechat, webex, signal, homeassistant; `apprise` takes any
    other by its URL. Secrets are never stored: name environment variables, which the workers must know too;
    that of a webhook without --secret-env is derived from the key of this installation, and printed.
    Public addresses are reached over TLS, and private ones where --allow-private names them.

    \b
    Examples:
      heliograph channel add phone telegram --bot-token-env TG_TOKEN --chat 123456789
      heliograph channel add room ntfy --to my-signals --server https://ntfy.example.com
      heliograph channel add post email --host mx.example.com --from me@example.com --to you@example.com
      heliograph channel add desk webhook --url https://example.com/hook
      heliograph channel add bot webhook --url https://example.com/hook --secret-env BOT_SECRET
      heliograph channel add audit --kind log --file /var/log/heliograph/notices.jsonl --topics signal.*
    """
    what, options = kind_and_options(named, kind, way)
    with database(place), changing("channel.add", name, kind=str(what)):
        from heliograph.notices.channel import add_channel, made_secrets
        from heliograph.notices.queries import list_channels

        add_channel(name, kind=what, options=options, topics=topics or [], at=now())
        item = next(item for item in list_channels() if item.name == name)
        made = made_secrets(name)
    if as_json:
        show_json(_object(item) | ({"secret": made[0]} if made else {}))
    else:
        _show_added(item, secrets=made)


def _show_added(item: "ChannelItem", *, secrets: list[str]) -> None:
    print(f"{item.name} is stored: notices go to {item.where} from now on.")
    for one in secrets:
        print(f"secret   {one}")
        note("The receiver verifies with it what comes; `heliograph channel secret` prints it again.")
    note(f"`heliograph channel test {item.name}` sends one to try it.")


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """List the channels and how their deliveries stand.

    \b
    Example:
      heliograph channel list
    """
    with database(place):
        from heliograph.notices.queries import list_channels

        items = list_channels()
    if as_json:
        show_json([_object(item) for item in items])
    elif items:
        show_table(COLUMNS, [_row(item) for item in items])
    else:
        note("No channels yet; `heliograph channel add` adds one.")


@spread
def try_(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Send a test notice through a channel at once.

    \b
    Example:
      heliograph channel test desk
    """
    with database(place), asking("channel.test", name):
        from django.conf import settings

        from heliograph.notices.channel import try_channel

        message = try_channel(name, at=now(), site=settings.HELIOGRAPH_PUBLIC_URL)
    if as_json:
        show_json({"channel": name, "id": message.id, "sent": True})
    else:
        print(f"{name} took the test notice {message.id}.")


@spread
def secret(
    name: Name,
    place: Place,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one; the one before signs too.")] = False,
    end_old: Annotated[bool, typer.Option("--end-old", help="Let only the newest sign.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the signing secret that was made for a webhook, or replace it.

    To replace it: --renew, give the new one to the receiver, then --end-old. Until then requests are signed
    with both.

    \b
    Examples:
      heliograph channel secret desk
      heliograph channel secret desk --renew
    """
    if renew and end_old:
        raise WrongWay("Make a new secret first, give it to the receiver, and end the old one afterwards.")
    with database(place), changing("channel.secret", name) as told:
        from heliograph.notices.channel import end_old_secret, made_secrets, renew_secret

        if renew or end_old:
            told["act"] = "renew" if renew else "end old"
            (renew_secret if renew else end_old_secret)(name)
        made = made_secrets(name)
    if as_json:
        show_json({"channel": name, "secrets": made})
    elif made:
        print("\n".join(made))
    else:
        note(f"No secret was made for {name}: it is not signed, or with that of an environment variable.")


@spread
def enable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Let notices go to a channel again.

    \b
    Example:
      heliograph channel enable desk
    """
    with database(place), changing("channel.enable", name):
        from heliograph.notices.channel import enable_channel

        enable_channel(name)
    _tell(name, enabled=True, as_json=as_json)


@spread
def disable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Let nothing go to a channel for the time being.

    What is on its way to it waits; notices of meanwhile are not for it.

    \b
    Example:
      heliograph channel disable desk
    """
    with database(place), changing("channel.disable", name):
        from heliograph.notices.channel import disable_channel

        disable_channel(name)
    _tell(name, enabled=False, as_json=as_json)


@spread
def remove(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Forget a channel and its deliveries.

    \b
    Example:
      heliograph channel remove desk
    """
    with database(place), changing("channel.remove", name):
        from heliograph.notices.channel import remove_channel

        dropped = remove_channel(name)
    if as_json:
        show_json({"channel": name, "unsent": dropped})
    else:
        unsent = f", with {counted(dropped, 'unsent notice')}" if dropped else ""
        print(f"{name} is removed{unsent}.")


def _tell(name: str, *, enabled: bool, as_json: bool) -> None:
    if as_json:
        show_json({"channel": name, "enabled": enabled})
    else:
        print(f"{name} is {'enabled' if enabled else 'disabled'}.")


def _object(item: "ChannelItem") -> dict[str, object]:
    times = {"last_sent_at": utc(item.last_sent_at), "rests_until": utc(item.rests_until)}
    return asdict(item) | {"topics": list(item.topics)} | times


COLUMNS = ["name", "kind", "goes to", "topics", "state", ">sent", ">waiting", ">failed", "last sent (UTC)"]


def _row(item: "ChannelItem") -> list[str]:
    return [
        item.name,
        item.kind,
        item.where,
        ", ".join(item.topics) or "all",
        _state(item),
        f"{item.sent:,}",
        f"{item.pending:,}",
        f"{item.failed:,}",
        clock(item.last_sent_at),
    ]


def _state(item: "ChannelItem") -> str:
    if not item.enabled:
        return f"disabled: {item.reason}" if item.reason else "disabled"
    if item.rests_until is not None and item.rests_until > now():
        return f"failing, tried again {clock(item.rests_until)}: {item.error}".removesuffix(": ")
    return "enabled"
