"""All settings, read once from the environment; no secret has a default."""

from tempfile import gettempdir

from heliograph.config import reading as read
from heliograph.config.parts.logs import (
    LOGGING,
)
from heliograph.config.parts.pages import (
    ASGI_APPLICATION,
    CONTENT_SECURITY_POLICY,
    DJANGO_VITE,
    INSTALLED_APPS,
    MIDDLEWARE,
    ROOT_URLCONF,
    STATIC_URL,
    STATICFILES_DIRS,
    TEMPLATES,
)
from heliograph.config.parts.people import (
    ACCOUNT_ADAPTER,
    ACCOUNT_EMAIL_VERIFICATION,
    ACCOUNT_FORMS,
    ACCOUNT_LOGIN_METHODS,
    ACCOUNT_RATE_LIMITS,
    ACCOUNT_SESSION_REMEMBER,
    ACCOUNT_SIGNUP_FIELDS,
    ACCOUNT_USER_MODEL_USERNAME_FIELD,
    AUTH_PASSWORD_VALIDATORS,
    AUTH_USER_MODEL,
    AUTHENTICATION_BACKENDS,
    CACHES,
    CSRF_COOKIE_HTTPONLY,
    CSRF_COOKIE_NAME,
    CSRF_COOKIE_SAMESITE,
    CSRF_COOKIE_SECURE,
    HELIOGRAPH_HTTPS,
    HELIOGRAPH_SESSION_ABSOLUTE,
    HELIOGRAPH_SESSION_IDLE,
    LOGIN_REDIRECT_URL,
    LOGIN_URL,
    MESSAGE_STORAGE,
    MFA_ADAPTER,
    MFA_ALLOW_UNVERIFIED_EMAIL,
    MFA_PASSKEY_LOGIN_ENABLED,
    MFA_SUPPORTED_TYPES,
    MFA_TOTP_ISSUER,
    MFA_TOTP_TOLERANCE,
    PASSWORD_HASHERS,
    SECURE_HSTS_SECONDS,
    SESSION_COOKIE_AGE,
    SESSION_COOKIE_NAME,
    SESSION_COOKIE_SAMESITE,
    SESSION_COOKIE_SECURE,
)
from heliograph.config.parts.servers import (
    DATABASE_ROUTERS,
    DATABASES,
    HELIOGRAPH_BROKER_URL,
    HELIOGRAPH_REPLICA_LAG,
    HELIOGRAPH_WEB_CONNECTIONS,
    REDIS_URL,
)

# Refuses to start with what is unsafe where others can reach it; see production/.
HELIOGRAPH_PRODUCTION = read.flag("HELIOGRAPH_PRODUCTION")
SECRET_KEY = read.secret("HELIOGRAPH_SECRET_KEY")
DEBUG = read.flag("HELIOGRAPH_DEBUG")
ALLOWED_HOSTS = read.names("HELIOGRAPH_HOSTS")
HELIOGRAPH_HOME = read.text("HELIOGRAPH_HOME") or None
HELIOGRAPH_REPLAY = read.flag("HELIOGRAPH_REPLAY")

# The address at which people reach the pages: what is sent to them links there.
HELIOGRAPH_PUBLIC_URL = read.text("HELIOGRAPH_PUBLIC_URL").rstrip("/")
HELIOGRAPH_NOTICE_DAYS = read.number("HELIOGRAPH_NOTICE_DAYS")
HELIOGRAPH_ALERT_DAYS = read.number("HELIOGRAPH_ALERT_DAYS")
HELIOGRAPH_RETENTION = read.names("HELIOGRAPH_RETENTION")
HELIOGRAPH_RETENTION_FOLDER = read.text("HELIOGRAPH_RETENTION_FOLDER") or (
    f"{HELIOGRAPH_HOME}/retention" if HELIOGRAPH_HOME else ""
)
# Whether what `heliograph tune` calls safe is done once a day by itself.
HELIOGRAPH_TUNE = read.flag("HELIOGRAPH_TUNE")

# Streams of events that a web process serves, in all and for one person.
HELIOGRAPH_STREAMS = read.number("HELIOGRAPH_STREAMS")
HELIOGRAPH_STREAMS_PER_PERSON = read.number("HELIOGRAPH_STREAMS_PER_PERSON")
HELIOGRAPH_PLACEMENT = read.text("HELIOGRAPH_PLACEMENT")
# Requests a minute that the API answers for each token, person or address; 0 is no limit.
HELIOGRAPH_API_READS = read.number("HELIOGRAPH_API_READS")
HELIOGRAPH_API_WRITES = read.number("HELIOGRAPH_API_WRITES")

# Where uploaded files wait for their import; what one upload may hold, in bytes and in rows of one file.
HELIOGRAPH_UPLOADS = read.text("HELIOGRAPH_UPLOADS") or (
    f"{HELIOGRAPH_HOME}/uploads" if HELIOGRAPH_HOME else f"{gettempdir()}/heliograph-uploads"
)
HELIOGRAPH_UPLOAD_MB = read.number("HELIOGRAPH_UPLOAD_MB")
HELIOGRAPH_UPLOAD_ROWS = read.number("HELIOGRAPH_UPLOAD_ROWS")

# nginx sends those who come by http to https; whether other names of the domain, and lists in browsers, are
# to hold to it is for who owns the domain.
SILENCED_SYSTEM_CHECKS = [f"security.{name}" for name in ("W005", "W008", "W021")]
# What these say is said by rules of ours, with the name of the setting (see production/).
SILENCED_SYSTEM_CHECKS += [f"security.{name}" for name in ("W004", "W009", "W012", "W016", "W018", "W020")]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
