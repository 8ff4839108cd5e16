"""What can be asked for a channel, in words for a form; an option that ends in `_env` names a variable."""

from dataclasses import dataclass, replace

TEXT, LINES, NUMBER, TICK, CHOICE, AREA = "text", "lines", "number", "tick", "choice", "area"


@dataclass(frozen=True, slots=True)
class Ask:
    """One option. `shape`: how it is typed; `more`: few need it; `inside`: it reaches into the machine or the
    network around it, so only admins say it. `flag` is the option of the command for it."""

    name: str
    label: str
    says: str = ""
    needed: bool = False
    shape: str = TEXT
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    more: bool = False
    inside: bool = False

    @property
    def is_secret(self) -> bool:
        """True if it is the name of an environment variable."""
        return self.name.endswith("_env")

    @property
    def flag(self) -> str:
        """As `heliograph channel add` has it."""
        return "--from" if self.name == "sender" else f"--{self.name.replace('_', '-')}"

    def but(self, **changed: object) -> "Ask":
        """The same, with other words."""
        return replace(self, **changed)  # type: ignore[arg-type]


URL = Ask("url", "Address", "The web address that takes the requests.", example="https://example.com/hook")
URL_ENV = Ask(
    "url_env", "Environment variable with the address", "The address is a secret there.", example="HOOK_URL"
)
TOKEN_ENV = Ask("token_env", "Environment variable with the token", example="BOT_TOKEN")
SECRET_ENV = Ask(
    "secret_env",
    "Environment variable with the signing secret",
    "Leave it empty, and Heliograph makes the secret and shows it when the channel is stored.",
    example="DESK_SECRET",
    more=True,
)
TO = Ask("to", "To", "The chat, room, topic or number.")
SERVER = Ask("server", "Server", "Its address.", example="https://push.example.com")
USER = Ask("user", "Sender")
USER_ENV = Ask("user_env", "Environment variable with the user's key", example="PUSHOVER_USER")
PICTURE = Ask("picture", "With the chart of the signal as a picture", shape=TICK)
ALLOW_PRIVATE = Ask(
    "allow_private",
    "Private hosts that it may reach",
    "Hosts or networks inside, one a line; empty: only public addresses, over TLS.",
    shape=LINES,
    example="10.0.0.7",
    more=True,
    inside=True,
)
TEMPLATE = Ask(
    "template", "Template", "Named fields such as {pair}; empty: as the form has it.", shape=AREA, more=True
)
FORMAT = Ask(
    "format",
    "Posted as",
    shape=CHOICE,
    choices=(("form", "a form"), ("json", "JSON"), ("raw", "plain text")),
    more=True,
)
FILE = Ask(
    "file",
    "File",
    "Lines of JSON are added to it; empty: the log of Heliograph alone.",
    example="/var/log/heliograph/notices.jsonl",
    inside=True,
)
MAIL = (
    Ask("host", "Mail server", needed=True, example="smtp.example.com"),
    Ask(
        "tls",
        "Encryption",
        shape=CHOICE,
        choices=(("starttls", "STARTTLS, port 587"), ("tls", "TLS, port 465"), ("none", "none, port 25")),
    ),
    Ask("sender", "From", "Empty: who signs in.", example="helio@example.com"),
    Ask("to", "To", "One address a line.", needed=True, shape=LINES, example="me@example.com"),
    Ask("user", "Signs in as", "Empty: nobody signs in.", example="helio@example.com"),
    Ask(
        "password_env", "Environment variable with the password", "Of who signs in.", example="MAIL_PASSWORD"
    ),
    PICTURE,
    Ask("port", "Port", "Empty: that of the encryption.", shape=NUMBER, more=True),
    ALLOW_PRIVATE,
)
OF_SERVICES = {ask.name: ask for ask in (URL_ENV, TOKEN_ENV, TO, SERVER, USER, USER_ENV)}
