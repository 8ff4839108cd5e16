"""Workers, their placement and their number, and what is kept."""

from heliograph.config.declared.setting import Kind, Section, Setting

WORK = Section(
    "Work",
    (
        Setting(
            "HELIOGRAPH_WORKERS",
            "Workers that `heliograph up` runs for signals (`--workers`), a process for work in each.",
            Kind.NUMBER,
            "workers",
            default="1",
        ),
        Setting(
            "HELIOGRAPH_PLACEMENT",
            "How shards are placed on nodes: `rendezvous`, `round_robin`, `smooth_weighted`, "
            "`least_outstanding`, `two_choices` or `peak_ewma` ([which when](../concepts/placement.md)).",
            default="rendezvous",
        ),
        Setting(
            "HELIOGRAPH_REPLAY", "0 stops the replay of the sample (`--no-replay`).", Kind.FLAG, default="1"
        ),
        Setting(
            "HELIOGRAPH_TUNE",
            "1 does once a day what [`heliograph tune`](../how-to/tune.md) calls safe; 0 only advises.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_NOTICE_DAYS",
            "How long notices and what was sent of them are kept. What was given up is kept 180 days at "
            "least.",
            Kind.NUMBER,
            "days",
            default="90",
        ),
        Setting(
            "HELIOGRAPH_ALERT_DAYS",
            "How long [alerts from outside](../how-to/inbound.md) are kept that were refused, or that told "
            "to leave what had been left.",
            Kind.NUMBER,
            "days",
            default="90",
        ),
        Setting(
            "HELIOGRAPH_RETENTION",
            "How many days each kind of row is kept, where not as declared: `candles.1m=400, jobs=30` "
            "([all kinds](../how-to/retention.md)).",
            Kind.NAMES,
            without="as `heliograph retention` shows; candles for ever",
        ),
        Setting(
            "HELIOGRAPH_RETENTION_FOLDER",
            "The folder into which candles are written before they are dropped.",
            Kind.PATH,
            without="`retention` in the home",
        ),
        Setting(
            "HELIOGRAPH_<VENUE>_KEY",
            "A key of an exchange, such as `HELIOGRAPH_BINANCE_KEY` "
            "([candles need none](../how-to/exchanges.md#pace-keys-mirrors)).",
            is_secret=True,
        ),
        Setting("HELIOGRAPH_<VENUE>_SECRET", "The secret of that key.", is_secret=True),
        Setting(
            "HELIOGRAPH_PULSE",
            "Set by whoever watches a worker: a file that it touches as long as it gets on.",
            Kind.PATH,
        ),
    ),
)
SCALING = Section(
    "Scaling",
    (
        Setting(
            "HELIOGRAPH_POOL",
            "What the policy of [scaling](../concepts/scaling.md) acts on: `none`, `local`, `systemd`, or "
            "the `https://` address of a hook.",
            default="none",
        ),
        Setting(
            "HELIOGRAPH_POOL_TOKEN",
            "The bearer token for the hook.",
            without="must be set for a hook",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_POOL_PRIVATE",
            "Private hosts and networks that the hook may be at, with commas between them.",
            Kind.NAMES,
        ),
        Setting(
            "HELIOGRAPH_POOL_DRY_RUN",
            "1 stores what would be done, and tells no pool.",
            Kind.FLAG,
            default="0",
        ),
        Setting(
            "HELIOGRAPH_POOL_EFFECT_SECONDS",
            "How long after an action its effect is measured.",
            Kind.NUMBER,
            "seconds",
            default="60",
        ),
        Setting(
            "HELIOGRAPH_WORKERS_MIN", "The least workers of a pool.", Kind.NUMBER, "workers", default="1"
        ),
        Setting(
            "HELIOGRAPH_WORKERS_MAX",
            "The most workers of a pool.",
            Kind.NUMBER,
            "workers",
            without="the processors of this machine",
        ),
        Setting(
            "HELIOGRAPH_WORKER_MEMORY_MB",
            "The memory that one worker may have, for the policy.",
            Kind.NUMBER,
            "MB",
            without="memory is not looked at",
        ),
        Setting(
            "HELIOGRAPH_SCALING",
            "A TOML file with another policy.",
            Kind.PATH,
            without="the policy of the docs",
        ),
    ),
)
