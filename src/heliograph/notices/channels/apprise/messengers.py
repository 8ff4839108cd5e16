"""The services with names of their own: what each asks for, and the Apprise URL that comes of it.

Secrets are named, not stored: an option that ends in `_env` is the name of an environment variable.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.channels.web_address import allowed_of, read_address
from heliograph.notices.errors import BadChannel, about

FLAGS = {
    "token_env": "--token-env names the environment variable that holds its token",
    "url_env": "--url-env names the environment variable that holds its address",
    "user_env": "--user-env names the environment variable that holds the user's key",
    "to": "--to says where to: a chat, channel, room or topic",
    "server": "--server is the address of its server, https://...",
    "user": "--user says in whose name",
}
# Of every service.
ALWAYS = frozenset({"service", "allow_private", "picture"})


@dataclass(frozen=True, slots=True)
class Given:
    """The options of a channel, each read as what it is."""

    service: str
    options: Mapping[str, object]

    def text(self, name: str) -> str:
        """An option, or BadChannel where it is not there."""
        found = self.options.get(name, "")
        if isinstance(found, list):
            if len(found) != 1:
                raise BadChannel(
                    f"A channel to {self.service} goes to one place: give --to once.", field=name
                )
            found = found[0]
        if not str(found):
            raise BadChannel(f"A channel to {self.service} needs more: {FLAGS[name]}.", field=name)
        return str(found)

    def secret(self, name: str) -> str:
        """What the environment variable holds that an option names, fit for a URL."""
        return quote(self._secret(name), safe=":")

    def address(self) -> str:
        """The web address in `url_env`."""
        found = self._secret("url_env")
        if not found.startswith(("https://", "http://")):
            raise BadChannel(
                f"{self.text('url_env')} holds no web address; it begins with https://.", field="url_env"
            )
        return found

    def place(self, name: str) -> str:
        """An option fit for a URL."""
        return quote(self.text(name), safe="")

    def server(self, scheme: str, *, default: str = "", user: str = "") -> str:
        """`scheme://user@host:port` with an s behind the scheme where the server speaks TLS."""
        address = self.text("server") if "server" in self.options or not default else default
        with about("server"):
            found = read_address(address, allowed=allowed_of(self.options))
        path = found.path.rstrip("/")
        return f"{scheme}{'s' * found.place.is_tls}://{user and user + '@'}{found.place.authority}{path}"

    def _secret(self, name: str) -> str:
        with about(name):
            return secret_of(self.text(name), holds=f"the secret of {self.service}")


@dataclass(frozen=True, slots=True)
class Service:
    """What a service asks for; `schemas` are those of Apprise's senders that `url` may lead to."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    schemas: frozenset[str]
    url: Callable[[Given], str]


def _telegram(given: Given) -> str:
    chat = given.text("to")
    if not re.fullmatch(r"-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63}", chat):
        raise BadChannel(
            f"'{chat}' is no chat of Telegram; it is a number such as -100123, or @name.", field="to"
        )
    return f"tgram://{given.secret('token_env')}/{chat}/"


def _slack(given: Given) -> str:
    if "url_env" in given.options:
        return given.address()
    return f"slack://{given.secret('token_env')}/{quote(given.text('to').lstrip('#'), safe='@')}/"


def _mattermost(given: Given) -> str:
    found = read_address(given.address(), allowed=allowed_of(given.options))
    hook = re.fullmatch(r"(.*)/hooks/([A-Za-z0-9]+)", found.path)
    if not hook:
        raise BadChannel(
            "The address of a webhook of Mattermost looks like https://host/hooks/abc.", field="url_env"
        )
    return f"mmost{'s' * found.place.is_tls}://{found.place.authority}{hook[1]}/{hook[2]}"


def _rocketchat(given: Given) -> str:
    found = read_address(given.address(), allowed=allowed_of(given.options))
    hook = re.fullmatch(r"/hooks/([A-Za-z0-9]+)/([A-Za-z0-9]+)", found.path)
    if not hook:
        raise BadChannel(
            "The address of a webhook of Rocket.Chat looks like https://host/hooks/abc/def.", field="url_env"
        )
    scheme = f"rocket{'s' * found.place.is_tls}"
    return f"{scheme}://{hook[1]}/{hook[2]}@{found.place.authority}/?mode=webhook&avatar=no&format=text"


def _ntfy(given: Given) -> str:
    user = given.secret("token_env") if "token_env" in given.options else ""
    server = given.server("ntfy", default="https://ntfy.sh", user=user)
    return f"{server}/{given.place('to')}?mode=private" + ("&auth=token" if user else "")


def _matrix(given: Given) -> str:
    server = given.server("matrix", user=given.secret("token_env"))
    # Rooms that are encrypted need keys of a device that lives on; this one is new with each message.
    return f"{server}/{quote(given.text('to'), safe='!#:')}?e2ee=no&discovery=no&version=3".replace(
        "#", "%23"
    )


def _signal(given: Given) -> str:
    return f"{given.server('signal')}/{given.place('user')}/{given.place('to')}"


def _both(name: str) -> frozenset[str]:
    """A service of one's own, with and without TLS."""
    return frozenset({name, f"{name}s"})


SERVICES: dict[str, Service] = {
    "telegram": Service(("token_env", "to"), (), frozenset({"tgram"}), _telegram),
    "discord": Service(("url_env",), (), frozenset({"discord"}), Given.address),
    "slack": Service((), ("url_env", "token_env", "to"), frozenset({"slack"}), _slack),
    "matrix": Service(("server", "token_env", "to"), (), _both("matrix"), _matrix),
    "ntfy": Service(("to",), ("server", "token_env"), _both("ntfy"), _ntfy),
    "gotify": Service(
        ("server", "token_env"),
        (),
        _both("gotify"),
        lambda given: f"{given.server('gotify')}/{given.secret('token_env')}",
    ),
    "pushover": Service(
        ("token_env", "user_env"),
        (),
        frozenset({"pover"}),
        lambda given: f"pover://{given.secret('user_env')}@{given.secret('token_env')}",
    ),
    "pushbullet": Service(
        ("token_env",), (), frozenset({"pbul"}), lambda given: f"pbul://{given.secret('token_env')}"
    ),
    "mattermost": Service(("url_env",), (), _both("mmost"), _mattermost),
    "rocketchat": Service(("url_env",), (), _both("rocket"), _rocketchat),
    "teams": Service(("url_env",), (), _both("workflow"), Given.address),
    "googlechat": Service(("url_env",), (), frozenset({"gchat"}), Given.address),
    "webex": Service(
        ("token_env",), (), frozenset({"wxteams"}), lambda given: f"wxteams://{given.secret('token_env')}"
    ),
    "signal": Service(("server", "user", "to"), (), _both("signal"), _signal),
    "homeassistant": Service(
        ("server", "token_env"),
        (),
        _both("hassio"),
        lambda given: f"{given.server('hassio')}/{given.secret('token_env')}",
    ),
}
