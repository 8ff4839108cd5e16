"""Who may come in, and for how long. Addresses of clients are those that gunicorn.py takes from the proxy."""

from heliograph.config import reading as read

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
HELIOGRAPH_HTTPS = read.flag("HELIOGRAPH_HTTPS")
HELIOGRAPH_SESSION_IDLE = read.number("HELIOGRAPH_SESSION_IDLE")
HELIOGRAPH_SESSION_ABSOLUTE = read.number("HELIOGRAPH_SESSION_ABSOLUTE")
SESSION_COOKIE_AGE = HELIOGRAPH_SESSION_ABSOLUTE * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HELIOGRAPH_HTTPS
# Browsers take a cookie of such a name over https alone, and from this very host: neighbours under the same
# domain cannot set it.
_HOST = "__Host-" if HELIOGRAPH_HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
# Not in a cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
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
