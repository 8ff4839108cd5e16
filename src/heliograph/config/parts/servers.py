"""The database and Redis."""

from heliograph.config import reading as read
from heliograph.config.reading import env
from heliograph.kit.direct import DIRECT
from heliograph.kit.errors import BadSetting
from heliograph.kit.redis_url import RedisUrl
from heliograph.kit.replica import REPLICA

# Those who need a session of their own, or the cache, read these where they stand.
env.keep("DATABASE_URL", "REDIS_URL", "HELIOGRAPH_DIRECT_DATABASE_URL")
# Threads of a web process that answer requests (see config/gunicorn.py). Each keeps its session, which is
# tried before it is used.
HELIOGRAPH_WEB_CONNECTIONS = read.number("HELIOGRAPH_WEB_CONNECTIONS")
IDLE = read.number("HELIOGRAPH_IDLE_TRANSACTION_TIMEOUT")
LIMIT = read.number("HELIOGRAPH_STATEMENT_TIMEOUT")


def database(name: str) -> dict[str, object]:
    """Django's description of the database that a setting names, with the limits of this process."""
    described = env.postgres(name)
    asked = {"idle_in_transaction_session_timeout": f"{IDLE}s"}
    if HELIOGRAPH_WEB_CONNECTIONS:
        described |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600}
        # Its questions are short and many: helpers for one, or compiling it, cost more than they save.
        asked |= {"jit": "off", "max_parallel_workers_per_gather": "0", "statement_timeout": f"{LIMIT}s"}
        # Only for what is asked by `ask_prepared`.
        described["OPTIONS"]["prepare_threshold"] = 5  # type: ignore[index]
    options = described["OPTIONS"]
    assert isinstance(options, dict)
    words = [options.get("options", ""), *(f"-c {name}={value}" for name, value in asked.items())]
    options["options"] = " ".join(filter(None, words))
    return described


def pooled(name: str) -> dict[str, object]:
    """The same through a pooler in transaction mode: nothing stays with a session from one to the next."""
    described = env.postgres(name)
    described |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}
    assert isinstance(described["OPTIONS"], dict)
    described["OPTIONS"]["prepare_threshold"] = None
    return described


def redis_url(name: str) -> str | None:
    """The URL as it was given; BadSetting, with the name of the setting, where it is none."""
    url = read.text(name)
    try:
        return str(url) if url and RedisUrl.read(url) else None
    except BadSetting as fault:
        raise BadSetting(f"{name}: {fault}") from fault


if read.flag("HELIOGRAPH_POOLER"):
    if not read.text("HELIOGRAPH_DIRECT_DATABASE_URL"):
        raise BadSetting(
            "HELIOGRAPH_POOLER needs HELIOGRAPH_DIRECT_DATABASE_URL, the same database past the pooler: "
            "locks and events need sessions of their own."
        )
    DATABASES = {"default": pooled("DATABASE_URL"), DIRECT: env.postgres("HELIOGRAPH_DIRECT_DATABASE_URL")}
else:
    DATABASES = {"default": database("DATABASE_URL")}

HELIOGRAPH_REPLICA_LAG = read.number("HELIOGRAPH_REPLICA_LAG")
DATABASE_ROUTERS: list[str] = []
if read.text("HELIOGRAPH_DATABASE_REPLICA_URL"):
    standby = database("HELIOGRAPH_DATABASE_REPLICA_URL")
    # Who waits longer for it is better served by the primary; a session that was lost is not asked twice.
    standby["OPTIONS"] = {"connect_timeout": "2", **standby["OPTIONS"]}  # type: ignore[dict-item]
    standby |= {"CONN_HEALTH_CHECKS": True, "TEST": {"MIRROR": "default"}}
    DATABASES[REPLICA] = standby
    DATABASE_ROUTERS = ["heliograph.config.reads.ReadsFromStandby"]

# Commands on a database alone need no Redis; worker and beat refuse to start without one (see checks.py).
REDIS_URL = redis_url("REDIS_URL")
HELIOGRAPH_BROKER_URL = redis_url("HELIOGRAPH_BROKER_URL")
