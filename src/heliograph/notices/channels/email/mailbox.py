"""The options of e-mail, read once: server, encryption, who sends, who receives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.channels.web_address import HOST, allowed_of
from heliograph.notices.errors import BadChannel, about

# By how the line is encrypted: from the first byte, after STARTTLS, or not at all.
PORTS = {"tls": 465, "starttls": 587, "none": 25}
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail is handed in, and from whom to whom it goes."""

    host: str
    port: int
    tls: str
    user: str
    password_env: str
    sender: str
    to: tuple[str, ...]
    allowed: tuple[str, ...]

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Mailbox":
        """From a channel's options; BadChannel says what is wrong with them."""
        text = {name: str(options.get(name, "")) for name in ("host", "user", "password_env", "sender")}
        tls = str(options.get("tls", "starttls"))
        if tls not in PORTS:
            raise BadChannel(f"'{tls}' is no way to encrypt; there are {', '.join(PORTS)}.", field="tls")
        host = text["host"].lower()
        if not host:
            raise BadChannel("E-mail needs the server that takes it: --host smtp.example.com.", field="host")
        if not HOST.fullmatch(host):
            raise BadChannel(f"`{host}` is no name of a host.", field="host")
        sender = text["sender"] or text["user"]
        to = _recipients(options.get("to", []))
        for one, field in ((sender, "sender"), *((one, "to") for one in to)):
            if not ADDRESS.fullmatch(one):
                raise BadChannel(
                    f"'{one}' is no e-mail address; --from and --to take plain ones.", field=field
                )
        if bool(text["user"]) != bool(text["password_env"]):
            raise BadChannel(
                "Who signs in with --user needs --password-env, the variable that holds the password, and "
                "the other way round.",
                field="password_env" if text["user"] else "user",
            )
        if tls == "none" and text["user"]:
            raise BadChannel(
                "A password is never sent over a line that is not encrypted: leave out --tls none.",
                field="tls",
            )
        port = _port(options.get("port"), default=PORTS[tls])
        return cls(host, port, tls, text["user"], text["password_env"], sender, to, allowed_of(options))

    def password(self) -> str:
        """The password of the environment; empty where nobody signs in."""
        if not self.user:
            return ""
        with about("password_env"):
            return secret_of(self.password_env, holds=f"the password of {self.user}")


def _recipients(given: object) -> tuple[str, ...]:
    found = tuple(map(str, given)) if isinstance(given, list) else (str(given),)
    if not any(found):
        raise BadChannel(
            "E-mail needs somebody who receives it: --to person@example.com, once for each.", field="to"
        )
    if len(found) > MOST_RECIPIENTS:
        raise BadChannel(
            f"A channel writes to at most {MOST_RECIPIENTS} people; use a list of your mail server.",
            field="to",
        )
    return found


def _port(given: object, *, default: int) -> int:
    if given is None:
        return default
    if isinstance(given, int) and 0 < given < 65_536:
        return given
    raise BadChannel(f"--port is a number from 1 to 65535, not {given}.", field="port")
