"""The channels that can be added, one line each, with what each of them asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from heliograph.notices.channels.apprise.messengers import SERVICES
from heliograph.notices.channels.asks import (
    ALLOW_PRIVATE,
    FILE,
    FORMAT,
    MAIL,
    OF_SERVICES,
    PICTURE,
    SECRET_ENV,
    TEMPLATE,
    URL,
    URL_ENV,
    Ask,
)

PROGRAMS, PEOPLE, MACHINE = "Programs", "People", "This machine"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that a channel can be: its kind, and the options that are the same for all of them."""

    name: str
    title: str
    says: str
    group: str
    kind: str
    asks: tuple[Ask, ...]
    fixed: Mapping[str, object] = field(default_factory=dict)


def offer_of(kind: str, options: Mapping[str, object]) -> Offer | None:
    """What a channel is that has these options."""
    same = [one for one in OFFERS.values() if one.kind == kind]
    fitting = [one for one in same if all(options.get(key) == value for key, value in one.fixed.items())]
    # Those that fix most come first: all else is a webhook too.
    return max(fitting, key=lambda one: len(one.fixed), default=None)


def _webhook(name: str, title: str, says: str, *asks: Ask, group: str = PROGRAMS) -> Offer:
    address = URL_ENV.but(says="In place of the address, where that is a secret.", more=True)
    fixed = {} if name == "webhook" else {"preset": name.removesuffix("-hook")}
    return Offer(name, title, says, group, "webhook", (URL, address, *asks, SECRET_ENV, ALLOW_PRIVATE), fixed)


# What a service asks for by other words than most do.
WORDS = {
    "telegram": {
        "token_env": {"says": "The token that @BotFather gives for a bot.", "example": "TG_TOKEN"},
        "to": {"label": "Chat", "says": "Its number, of a group with a minus, or @name of a channel."},
    },
    "discord": {"url_env": {"says": "In Discord: settings of the channel, Integrations, Webhooks."}},
    "slack": {
        "url_env": {"says": "Of an incoming webhook; or name a token and a channel."},
        "token_env": {"says": "Of a bot, in place of the webhook."},
        "to": {"label": "Channel", "says": "Where the bot writes.", "example": "#signals"},
    },
    "matrix": {"to": {"label": "Room", "says": "One without encryption.", "example": "!abc:matrix.org"}},
    "ntfy": {
        "to": {"label": "Topic", "says": "Whoever knows it can read it.", "example": "my-signals-7f3a"},
        "server": {"says": "Empty: ntfy.sh.", "example": "https://ntfy.sh"},
        "token_env": {"says": "Where the server asks for one."},
    },
    "pushover": {"token_env": {"label": "Environment variable with the application's token"}},
    "mattermost": {"url_env": {"says": "Of an incoming webhook: https://host/hooks/..."}},
    "rocketchat": {"url_env": {"says": "Of an incoming webhook: https://host/hooks/.../..."}},
    "teams": {"url_env": {"says": "Of a workflow that posts to a chat or channel."}},
    "signal": {
        "server": {"says": "Of a Signal REST API of yours."},
        "user": {"label": "Sender's number", "example": "+15551234567"},
        "to": {"label": "Receiver's number", "says": "", "example": "+15557654321"},
    },
}
TITLES = {
    "telegram": ("Telegram", "a bot writes to a chat, a group or a channel"),
    "discord": ("Discord", "a webhook of a channel there"),
    "slack": ("Slack", "an incoming webhook, or a bot"),
    "matrix": ("Matrix", "a room, on any server"),
    "ntfy": ("ntfy", "push to phones and desktops, without an account"),
    "gotify": ("Gotify", "push by a server of yours"),
    "pushover": ("Pushover", "push to phones"),
    "pushbullet": ("Pushbullet", "push to phones and browsers"),
    "mattermost": ("Mattermost", "an incoming webhook"),
    "rocketchat": ("Rocket.Chat", "an incoming webhook"),
    "teams": ("Microsoft Teams", "a workflow posts it"),
    "googlechat": ("Google Chat", "a webhook of a space"),
    "webex": ("Webex", "an incoming webhook"),
    "signal": ("Signal", "by a Signal REST API of yours"),
    "homeassistant": ("Home Assistant", "a notification in the house"),
}


def _service(name: str) -> Offer:
    title, says = TITLES[name]
    found, words = SERVICES[name], WORDS.get(name, {})
    # What is needed, and what may be said, in the order in which the service lists them.
    asks = [OF_SERVICES[one].but(needed=True, **words.get(one, {})) for one in found.needs]
    asks += [OF_SERVICES[one].but(**words.get(one, {})) for one in found.may]
    return Offer(
        name,
        title,
        says,
        PEOPLE,
        "apprise",
        (*asks, PICTURE.but(more=True), ALLOW_PRIVATE),
        {"service": name},
    )


OFFERS: dict[str, Offer] = {
    one.name: one
    for one in (
        _webhook("webhook", "Webhook", "signed requests to a program of yours, by Standard Webhooks"),
        _webhook("freqtrade", "freqtrade's form", "what takes webhooks of freqtrade", FORMAT, TEMPLATE),
        _webhook("tradingview", "TradingView's form", "what takes alerts of TradingView", TEMPLATE),
        Offer("email", "E-mail", "a letter, by any mail server", PEOPLE, "email", MAIL),
        *map(_service, TITLES),
        Offer(
            "apprise",
            "Any other service",
            "what else Apprise knows, by its URL",
            PEOPLE,
            "apprise",
            (
                URL_ENV.but(needed=True, label="Environment variable with the URL of Apprise"),
                PICTURE,
                ALLOW_PRIVATE,
            ),
        ),
        _webhook("discord-hook", "Discord, by a webhook", "plain texts", group=""),
        _webhook("slack-hook", "Slack, by a webhook", "plain texts", group=""),
        Offer("log", "Log", "lines of JSON in the log and in a file", MACHINE, "log", (FILE,)),
    )
}
