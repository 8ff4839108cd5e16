"""Where the database and Redis are, and where things lie."""

from heliograph.config.declared.setting import Kind, Section, Setting

SERVERS = Section(
    "Database and Redis",
    (
        Setting(
            "DATABASE_URL",
            "PostgreSQL 15 or later: `postgres://user:password@host:port/name?option=value` "
            "(`--database-url`).",
            Kind.URL,
            without="the embedded PostgreSQL of the home",
            is_secret=True,
        ),
        Setting(
            "REDIS_URL",
            "Redis 7 or Valkey 8 or later, and which of its databases the cache may use. The queue takes the "
            "one after it.",
            Kind.URL,
            without="the embedded Valkey of the home",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_BROKER_URL",
            "Another Redis for the queue alone.",
            Kind.URL,
            without="the database after that of `REDIS_URL`",
            is_secret=True,
        ),
    ),
)
PLACES = Section(
    "Where things lie",
    (
        Setting(
            "HELIOGRAPH_HOME",
            "The folder that holds all state (`--home`).",
            Kind.PATH,
            without="`/var/lib/heliograph` for root, else the user's data folder",
        ),
        Setting(
            "HELIOGRAPH_UPLOADS",
            "The folder in which uploaded files wait for their import; where workers run on several "
            "machines, one that they share.",
            Kind.PATH,
            without="`uploads` in the home, else in the system's temporary folder",
        ),
        Setting(
            "HELIOGRAPH_NUMBA_CACHE",
            "Where compiled kernels are kept.",
            Kind.PATH,
            without="the user's cache folder",
        ),
        Setting(
            "HELIOGRAPH_ACCOUNT",
            "As root: the account that the embedded servers run as.",
            without="the owner of their data, `heliograph`, or `nobody`",
        ),
    ),
)
