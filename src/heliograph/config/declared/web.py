"""Pages, the API, and who may come in."""

from heliograph.config.declared.setting import Kind, Section, Setting

WEB = Section(
    "Pages and API",
    (
        Setting(
            "HELIOGRAPH_SECRET_KEY",
            "Signs what a browser hands back.",
            without="`secret.key` in the home, made at the first start",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_HOSTS",
            "Host names that the pages answer to, with commas between them.",
            Kind.NAMES,
            default="127.0.0.1,localhost,[::1]",
            without="`127.0.0.1,localhost,[::1]`; all where `--host` opens the port to others",
        ),
        Setting(
            "HELIOGRAPH_HTTPS",
            "1 where the pages are served by https: cookies are sent by https alone, and browsers are told "
            "to come by https.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_PROXY",
            "Addresses of the proxies in front, with commas between them: what these say about the client's "
            "address (`X-Forwarded-For`) and about https (`X-Forwarded-Proto`) counts; `*` where a proxy "
            "comes in by a socket.",
            Kind.NAMES,
            without="none is believed",
        ),
        Setting(
            "HELIOGRAPH_ADDRESS",
            "The address that people open, such as `https://signals.example.com`; links printed by commands "
            "begin with it.",
            Kind.URL,
            without="that of `heliograph up`",
        ),
        Setting(
            "HELIOGRAPH_PUBLIC_URL",
            "The address at which people reach the pages, such as `https://signals.example.com`: messages "
            "link there.",
            Kind.URL,
            without="messages have no link",
        ),
        Setting(
            "HELIOGRAPH_WEB_CONNECTIONS",
            "Requests that a web process answers at once, each with a session of the database; more wait. "
            "Streams share two more, exports have one each.",
            Kind.NUMBER,
            "requests",
            without="12",
        ),
        Setting(
            "HELIOGRAPH_STREAMS",
            "[Streams of events](../how-to/events.md) that a web process serves at a time.",
            Kind.NUMBER,
            "streams",
            default="2000",
        ),
        Setting(
            "HELIOGRAPH_STREAMS_PER_PERSON",
            "Streams of events that one person, token or, signed out, address may have open at a time.",
            Kind.NUMBER,
            "streams",
            default="20",
        ),
    ),
)
ACCESS = Section(
    "Limits of who comes in",
    (
        Setting(
            "HELIOGRAPH_SESSION_IDLE",
            "After how long a session that nobody uses ends. What a page that was left open looks up by "
            "itself is no use.",
            Kind.NUMBER,
            "hours",
            default="72",
        ),
        Setting(
            "HELIOGRAPH_SESSION_ABSOLUTE",
            "After how long every session ends, used or not.",
            Kind.NUMBER,
            "hours",
            default="720",
        ),
        Setting(
            "HELIOGRAPH_API_READS",
            "Reads that the API answers for each token, person or address; 0 is no limit.",
            Kind.NUMBER,
            "a minute",
            default="600",
        ),
        Setting("HELIOGRAPH_API_WRITES", "Writes likewise.", Kind.NUMBER, "a minute", default="120"),
        Setting(
            "HELIOGRAPH_UPLOAD_MB",
            "The most that one upload may have, all its files together.",
            Kind.NUMBER,
            "MiB",
            default="1024",
        ),
        Setting(
            "HELIOGRAPH_UPLOAD_ROWS",
            "The most rows that one uploaded file may hold.",
            Kind.NUMBER,
            "rows",
            default="20000000",
        ),
    ),
)
