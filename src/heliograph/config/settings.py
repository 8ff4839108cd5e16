"""All settings, read once from the environment; no secret has a default."""

from heliograph.kit.env import Environment

env = Environment()

SECRET_KEY = env.secret("HELIOGRAPH_SECRET_KEY")
DEBUG = env.flag("HELIOGRAPH_DEBUG", default=False)
ALLOWED_HOSTS = env.names("HELIOGRAPH_HOSTS", default="127.0.0.1,localhost,[::1]")
HELIOGRAPH_HOME = env.text("HELIOGRAPH_HOME", default="") or None

DATABASES = {"default": env.postgres("DATABASE_URL") | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}

# Cache and broker never share a database: emptying the cache must not touch the queue.
REDIS_URL = env.text("REDIS_URL", default="") or None
BROKER_URL = env.text("HELIOGRAPH_BROKER_URL", default="") or None

INSTALLED_APPS = [
    "django.contrib.postgres",
    "heliograph.market",
    "heliograph.signals",
]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
