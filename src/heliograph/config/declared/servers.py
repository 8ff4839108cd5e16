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
            "HELIOGRAPH_POOLER",
            "1 where `DATABASE_URL` leads to a pooler in transaction mode, such as PgBouncer: nothing is "
            "prepared, no cursor is kept at the server.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_DIRECT_DATABASE_URL",
            "With a pooler: the same database past it, for locks and events, which need sessions of their "
            "own.",
            Kind.URL,
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_DATABASE_REPLICA_URL",
            "A standby of the database: reports and analytics are read from it.",
            Kind.URL,
            without="all is read from the primary",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_REPLICA_LAG",
            "How far the standby may be behind; where it is further, or away, the primary is read.",
            Kind.NUMBER,
            "seconds",
            default="5",
        ),
        Setting(
            "HELIOGRAPH_OWNER_DATABASE_URL",
            "The same database past any pooler as the owner of its tables, for `heliograph migrate`; the "
            "programs that run all day need not know it.",
            Kind.URL,
            without="what the other programs use",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_STATEMENT_TIMEOUT",
            "After how long the database ends a statement of a page or of the API; 0 is no limit. A pooler "
            "takes it from the role.",
            Kind.NUMBER,
            "seconds",
            default="60",
        ),
        Setting(
            "HELIOGRAPH_IDLE_TRANSACTION_TIMEOUT",
            "After how long the database ends a session that holds a transaction open and asks nothing; 0 is "
            "no limit. A pooler takes it from the role.",
            Kind.NUMBER,
            "seconds",
            default="600",
        ),
        Setting(
            "REDIS_URL",
            "Redis 7 or Valkey 8 or later, and which of its databases the cache may use; the queue takes the "
            "one after it. `redis://user:password@host:6379/0`, `rediss://` with TLS, `unix:///path`, or "
            "`sentinel://user:password@host:26379,host2:26379/0?service=NAME`, `sentinels://` with TLS.",
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
