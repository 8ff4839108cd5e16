"""The options of channels: which kind or service, and what each of them takes."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from heliograph.errors import UserError


class KindName(StrEnum):
    """The kinds of channels."""

    APPRISE = "apprise"
    EMAIL = "email"
    LOG = "log"
    WEBHOOK = "webhook"


class WrongWay(UserError):
    """A channel was not described."""


def _option(*names: str, metavar: str, says: str) -> object:
    return typer.Option(*names, metavar=metavar, help=says)


@dataclass(frozen=True)
class Way:
    """The options of one kind or another."""

    url: Annotated[
        str | None, _option("--url", metavar="URL", says="webhook: the address that it goes to.")
    ] = None
    url_env: Annotated[
        str | None,
        _option(
            "--url-env",
            metavar="NAME",
            says="webhook, discord, slack and others: the environment variable that holds the address.",
        ),
    ] = None
    secret_env: Annotated[
        str | None,
        _option(
            "--secret-env",
            metavar="NAME",
            says="webhook: the environment variable that holds the secret (whsec_...); default: one is made.",
        ),
    ] = None
    preset: Annotated[
        str | None,
        _option(
            "--preset",
            metavar="NAME",
            says="webhook: what is posted; standard, freqtrade, discord, slack or tradingview.",
        ),
    ] = None
    template: Annotated[
        Path | None,
        _option("--template", metavar="FILE", says="webhook: a template with fields such as {pair}."),
    ] = None
    format: Annotated[
        str | None,
        _option("--format", metavar="form|json|raw", says="webhook: how the preset freqtrade is posted."),
    ] = None
    token_env: Annotated[
        str | None,
        _option(
            "--token-env",
            "--bot-token-env",
            metavar="NAME",
            says="telegram, matrix, gotify and others: the environment variable that holds the token.",
        ),
    ] = None
    user_env: Annotated[
        str | None,
        _option(
            "--user-env", metavar="NAME", says="pushover: the environment variable that holds the user's key."
        ),
    ] = None
    to: Annotated[
        list[str] | None,
        _option(
            "--to",
            "--chat",
            "--room",
            metavar="PLACE",
            says="The chat, room, topic or number; email: who receives it, once for each.",
        ),
    ] = None
    server: Annotated[
        str | None,
        _option("--server", metavar="URL", says="matrix, ntfy, gotify and others: the server's address."),
    ] = None
    host: Annotated[
        str | None, _option("--host", metavar="HOST", says="email: the server that takes mail.")
    ] = None
    port: Annotated[int | None, _option("--port", metavar="N", says="email: its port.")] = None
    tls: Annotated[
        str | None,
        _option("--tls", metavar="starttls|tls|none", says="email: how the line is encrypted."),
    ] = None
    user: Annotated[
        str | None,
        _option("--user", metavar="NAME", says="email: who signs in; signal: the sender's number."),
    ] = None
    password_env: Annotated[
        str | None,
        _option(
            "--password-env",
            metavar="NAME",
            says="email: the environment variable that holds the password.",
        ),
    ] = None
    sender: Annotated[
        str | None, _option("--from", metavar="ADDRESS", says="email: who sends it; default: --user.")
    ] = None
    picture: Annotated[
        bool, typer.Option("--picture", help="With the chart of the signal, where the service takes it.")
    ] = False
    allow_private: Annotated[
        list[str] | None,
        _option(
            "--allow-private",
            metavar="HOST|CIDR",
            says="A private host or network that it may reach; may be repeated.",
        ),
    ] = None
    file: Annotated[
        Path | None, _option("--file", metavar="FILE", says="log: a file of JSON lines as well.")
    ] = None

    def options(self) -> dict[str, object]:
        """Those that were given."""
        given = asdict(self) | {"file": None if self.file is None else str(self.file)}
        given["template"] = None if self.template is None else _read(self.template)
        return {name: value for name, value in given.items() if value is not None and value is not False}


def kind_and_options(named: str | None, kind: KindName | None, way: Way) -> tuple[str, dict[str, object]]:
    """What a channel is, and its options. `named` is a kind or one of the services."""
    options = way.options()
    if (named is None) == (kind is None):
        raise WrongWay(
            "Say what the channel is: `heliograph channel add NAME telegram ...`, or webhook, email, log."
        )
    if kind is not None:
        return kind.value, options
    if named in list(KindName):
        return str(named), options
    return KindName.APPRISE.value, options | {"service": named}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as fault:
        raise WrongWay(f"{path} cannot be read as a template ({fault}).") from fault
