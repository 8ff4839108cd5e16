"""All settings, read once from the environment; no secret has a default."""

from pathlib import Path
from tempfile import gettempdir

from heliograph.kit.env import Environment

env = Environment()
PACKAGE = Path(__file__).resolve().parents[1]

SECRET_KEY = env.secret("HELIOGRAPH_SECRET_KEY")
DEBUG = env.flag("HELIOGRAPH_DEBUG", default=False)
ALLOWED_HOSTS = env.names("HELIOGRAPH_HOSTS", default="127.0.0.1,localhost,[::1]")
HELIOGRAPH_HOME = env.text("HELIOGRAPH_HOME", default="") or None
HELIOGRAPH_REPLAY = env.flag("HELIOGRAPH_REPLAY", default=True)

# The address at which people reach the pages: what is sent to them links there.
HELIOGRAPH_PUBLIC_URL = env.text("HELIOGRAPH_PUBLIC_URL", default="").rstrip("/")
HELIOGRAPH_NOTICE_DAYS = env.number("HELIOGRAPH_NOTICE_DAYS", default=90)

# A connection for each request: under ASGI each may have a thread of its own, and kept ones would pile up.
DATABASES = {"default": env.postgres("DATABASE_URL")}
# The web takes them from a pool of so many (see config/gunicorn.py); each is tried before it is used.
if connections := env.number("HELIOGRAPH_WEB_CONNECTIONS", default=0):
    DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True}
    DATABASES["default"]["OPTIONS"] |= {"pool": {"min_size": 1, "max_size": connections, "timeout": 10}}

# Commands on a database alone need no Redis; worker and beat refuse to start without one (see checks.py).
REDIS_URL = env.text("REDIS_URL", default="") or None
HELIOGRAPH_BROKER_URL = env.text("HELIOGRAPH_BROKER_URL", default="") or None
# Streams of events that a web process serves, in all and for one person.
HELIOGRAPH_STREAMS = env.number("HELIOGRAPH_STREAMS", default=2_000)
HELIOGRAPH_STREAMS_PER_PERSON = env.number("HELIOGRAPH_STREAMS_PER_PERSON", default=20)
HELIOGRAPH_PLACEMENT = env.text("HELIOGRAPH_PLACEMENT", default="rendezvous")
# Requests a minute that the API answers for each token, person or address; 0 is no limit.
HELIOGRAPH_API_READS = env.number("HELIOGRAPH_API_READS", default=600)
HELIOGRAPH_API_WRITES = env.number("HELIOGRAPH_API_WRITES", default=120)

# Where uploaded files wait for their import; what one upload may hold, in bytes and in rows of one file.
HELIOGRAPH_UPLOADS = env.text("HELIOGRAPH_UPLOADS", default="") or (
    f"{HELIOGRAPH_HOME}/uploads" if HELIOGRAPH_HOME else f"{gettempdir()}/heliograph-uploads"
)
HELIOGRAPH_UPLOAD_MB = env.number("HELIOGRAPH_UPLOAD_MB", default=1024)
HELIOGRAPH_UPLOAD_ROWS = env.number("HELIOGRAPH_UPLOAD_ROWS", default=20_000_000)

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_vite",
    "heliograph.market",
    "heliograph.fleet",
    "heliograph.notices",
    "heliograph.signals",
    "heliograph.inbound",
    "heliograph.signals.tallies",
    "heliograph.research",
    "heliograph.workers",
    "heliograph.web",
    "heliograph.web.stream",
    "heliograph.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "heliograph.web.context.shell",
            ]
        },
    }
]
ROOT_URLCONF = "heliograph.config.urls"
ASGI_APPLICATION = "heliograph.config.asgi.application"

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
SERVESTATIC_USE_FINDERS = True
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": PACKAGE / "web" / "static" / "dist" / "manifest.json",
        "static_url_prefix": "dist",
    }
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A ring a second would fill the disk with lines that say nothing.
    "loggers": {
        name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")
    },
    "root": {"handlers": ["stream"], "level": env.text("HELIOGRAPH_LOG_LEVEL", default="INFO")},
}
