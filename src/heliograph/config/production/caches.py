"""What is kept as pickle: who can write to it runs code here."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error

from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting

# Ours keeps JSON; the others keep nothing outside the process.
PLAIN = (
    "heliograph.accounts.attempts.AttemptsCache",
    "django.core.cache.backends.dummy.DummyCache",
    "django.core.cache.backends.locmem.LocMemCache",
)


def caches(_: Environment) -> Iterator[CheckMessage]:
    """Caches and sessions whose values are pickled."""
    try:
        described = settings.CACHES
    except BadSetting:  # told of as such
        return
    for name, cache in described.items():
        options = cache.get("OPTIONS", {})
        if cache["BACKEND"] not in PLAIN and "json" not in str(options.get("serializer", "")).lower():
            yield Error(
                f"The cache `{name}` ({cache['BACKEND']}) pickles: who can write to it runs code here.",
                hint="Give it a serializer of JSON, or take heliograph.accounts.attempts.AttemptsCache.",
                obj="CACHES",
                id="heliograph.E015",
            )
    if "pickle" in settings.SESSION_SERIALIZER.lower():
        yield Error(
            "Sessions are pickled: who can write to them runs code here.",
            hint="Leave SESSION_SERIALIZER at django.contrib.sessions.serializers.JSONSerializer.",
            obj="SESSION_SERIALIZER",
            id="heliograph.E015",
        )
