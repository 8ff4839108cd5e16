"""Lines to the database and to Redis that others could read or take."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from django.core.checks import CheckMessage, Error

from heliograph.config.given import value_of
from heliograph.config.production.access import is_local
from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting
from heliograph.kit.redis_url import RedisUrl

DATABASES = ("DATABASE_URL", "HELIOGRAPH_DIRECT_DATABASE_URL", "HELIOGRAPH_DATABASE_REPLICA_URL")
REDISES = ("REDIS_URL", "HELIOGRAPH_BROKER_URL")
ENCRYPTED = ("require", "verify-ca", "verify-full")


def wires(environment: Environment) -> Iterator[CheckMessage]:
    """Servers on other hosts without TLS or password."""
    for name in DATABASES:
        yield from _database(name, str(value_of(name, environment)))
    for name in REDISES:
        yield from _redis(name, str(value_of(name, environment)))


def _database(name: str, url: str) -> Iterator[CheckMessage]:
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        host = options.get("host", parts.hostname or "")
    except ValueError:
        return
    if not is_local(host) and options.get("sslmode") not in ENCRYPTED:
        yield Error(
            f"{name} reaches {host} without TLS: everybody on the way reads along.",
            hint=f"End {name} with ?sslmode=verify-full (or require, which does not look who answers).",
            obj=name,
            id="heliograph.E017",
        )


def _redis(name: str, url: str) -> Iterator[CheckMessage]:
    try:
        found = RedisUrl.read(url) if url else None
    except BadSetting:  # told of where it is read
        return
    host = next((one for one, _ in found.hosts if not is_local(one)), "") if found else ""
    if not found or not host:
        return
    if not found.is_encrypted:
        scheme = "sentinels" if found.is_sentinel else "rediss"
        yield Error(
            f"{name} reaches {host} without TLS: everybody on the way reads along.",
            hint=f"Let {name} begin with {scheme}:// and let that Redis listen with TLS.",
            obj=name,
            id="heliograph.E018",
        )
    if not found.password:
        yield Error(
            f"{name} reaches {host} without a password: whoever reaches it too can ring for work.",
            hint=f"Give that Redis a user with a password and put both into {name}.",
            obj=name,
            id="heliograph.E018",
        )
