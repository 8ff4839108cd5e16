"""All settings, read once from the environment."""

from environs import Env

env = Env()

DATABASES = {"default": env.dj_db_url("DATABASE_URL", default="postgres:///heliograph")}
SECRET_KEY = env.str("SECRET_KEY", default="")
INSTALLED_APPS = [
    "django.contrib.postgres",
    "heliograph.market",
    "heliograph.signals",
]
USE_TZ = True
TIME_ZONE = "UTC"
