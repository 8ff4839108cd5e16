"""All settings, read once from the environment; no secret has a default."""

from pathlib import Path
from tempfile import gettempdir

from heliograph.kit.env import Environment

env = Environment()
PACKAGE = Path(__file__).resolve().parents[1]

# Refuses to start with what is unsafe where others can reach it; see production/.
HELIOGRAPH_PRODUCTION = env.flag("HELIOGRAPH_PRODUCTION", default=False)
SECRET_KEY = env.secret("HELIOGRAPH_SECRET_KEY")
DEBUG = env.flag("HELIOGRAPH_DEBUG", default=False)
ALLOWED_HOSTS = env.names("HELIOGRAPH_HOSTS", default="127.0.0.1,localhost,[::1]")
HELIOGRAPH_HOME = env.text("HELIOGRAPH_HOME", default="") or None
HELIOGRAPH_REPLAY = env.flag("HELIOGRAPH_REPLAY", default=True)

# The address at which people reach the pages: what is sent to them links there.
HELIOGRAPH_PUBLIC_URL = env.text("HELIOGRAPH_PUBLIC_URL", default="").rstrip("/")
HELIOGRAPH_NOTICE_DAYS = env.number("HELIOGRAPH_NOTICE_DAYS", default=90)
HELIOGRAPH_ALERT_DAYS = env.number("HELIOGRAPH_ALERT_DAYS", default=90)
# Whether what `heliograph tune` calls safe is done once a day by itself.
HELIOGRAPH_TUNE = env.flag("HELIOGRAPH_TUNE", default=False)

# Those who need a session of their own, or the cache, read these where they stand.
env.keep("DATABASE_URL", "REDIS_URL")
DATABASES = {"default": env.postgres("DATABASE_URL")}
# Threads of a web process that answer requests (see config/gunicorn.py). Each keeps its session, which is
# tried before it is used.
HELIOGRAPH_WEB_CONNECTIONS = env.number("HELIOGRAPH_WEB_CONNECTIONS", default=0)
if HELIOGRAPH_WEB_CONNECTIONS:
    DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600}
    options = DATABASES["default"]["OPTIONS"]
    # Its questions are short and many: helpers for one, or compiling it, cost more than they save.
    options["options"] = f"{options.get('options', '')} -c jit=off -c max_parallel_workers_per_gather=0"
    # Only for what is asked by `ask_prepared`.
    options["prepare_threshold"] = 5

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
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
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
    "heliograph.monitor",
    "heliograph.monitor.forecasts",
    "heliograph.monitor.advice",
    "heliograph.monitor.alerts",
    "heliograph.monitor.tuning",
    "heliograph.reports",
    "heliograph.accounts",
    "heliograph.workers",
    "heliograph.web",
    "heliograph.web.stream",
    "heliograph.config",
    # Below web, whose templates take the place of its own.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "heliograph.web.accounts.presence.PresenceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "heliograph.web.not_allowed.NotAllowedMiddleware",
    "heliograph.web.accounts.gate.AccessMiddleware",
    "heliograph.web.repeats.RepeatsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "heliograph.web.context.shell",
                "heliograph.web.accounts.frame.own",
            ]
        },
    }
]
ROOT_URLCONF = "heliograph.config.urls"
ASGI_APPLICATION = "heliograph.config.asgi.application"

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
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

# Who may come in, and for how long. Addresses of clients are those that gunicorn.py takes from the proxy.
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "UserAttributeSimilarityValidator": {"user_attributes": ["name", "email"]},
    }.items()
]
# New passwords by the first; one that was hashed by the second is hashed anew when its owner signs in.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "PBKDF2")]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
HELIOGRAPH_HTTPS = env.flag("HELIOGRAPH_HTTPS", default=False)
HELIOGRAPH_SESSION_IDLE = env.number("HELIOGRAPH_SESSION_IDLE", default=72)
HELIOGRAPH_SESSION_ABSOLUTE = env.number("HELIOGRAPH_SESSION_ABSOLUTE", default=720)
SESSION_COOKIE_AGE = HELIOGRAPH_SESSION_ABSOLUTE * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HELIOGRAPH_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HELIOGRAPH_HTTPS else 0
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
# Failed sign-ins are counted in rows, so that all web processes see the same count.
CACHES = {
    "default": {
        "BACKEND": "heliograph.accounts.attempts.AttemptsCache",
        "LOCATION": "accounts_attempts",
    }
}
ACCOUNT_ADAPTER = "heliograph.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "heliograph.web.accounts.forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/10m/ip,5/10m/key"}
MFA_ADAPTER = "heliograph.web.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Heliograph"
MFA_TOTP_TOLERANCE = 1

# nginx sends those who come by http to https; whether other names of the domain, and lists in browsers, are
# to hold to it is for who owns the domain.
SILENCED_SYSTEM_CHECKS = [f"security.{name}" for name in ("W005", "W008", "W021")]
# What these say is said by rules of ours, with the name of the setting (see production/).
SILENCED_SYSTEM_CHECKS += [f"security.{name}" for name in ("W004", "W009", "W012", "W016", "W018", "W020")]

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
