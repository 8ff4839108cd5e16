"""The parts of Django that pages are made by."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]

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
    "heliograph.web.headers.headers_middleware",
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
