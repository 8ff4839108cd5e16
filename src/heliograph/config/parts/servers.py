"""The database and Redis."""

from heliograph.config import reading as read
from heliograph.config.reading import env

# Those who need a session of their own, or the cache, read these where they stand.
env.keep("DATABASE_URL", "REDIS_URL")
DATABASES = {"default": env.postgres("DATABASE_URL")}
# Threads of a web process that answer requests (see config/gunicorn.py). Each keeps its session, which is
# tried before it is used.
HELIOGRAPH_WEB_CONNECTIONS = read.number("HELIOGRAPH_WEB_CONNECTIONS")
if HELIOGRAPH_WEB_CONNECTIONS:
    DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600}
    options = DATABASES["default"]["OPTIONS"]
    # Its questions are short and many: helpers for one, or compiling it, cost more than they save.
    options["options"] = f"{options.get('options', '')} -c jit=off -c max_parallel_workers_per_gather=0"
    # Only for what is asked by `ask_prepared`.
    options["prepare_threshold"] = 5

# Commands on a database alone need no Redis; worker and beat refuse to start without one (see checks.py).
REDIS_URL = read.text("REDIS_URL") or None
HELIOGRAPH_BROKER_URL = read.text("HELIOGRAPH_BROKER_URL") or None
