"""Where messages lie, as Celery wants it said."""

import ssl
from typing import Any
from urllib.parse import quote

from heliograph.kit.redis_url import RedisUrl


def broker(redis_url: str | None, named: str | None) -> RedisUrl | None:
    """What was named, else the database after the one that REDIS_URL names for the cache; None without."""
    if named:
        return RedisUrl.read(named)
    if not redis_url:
        return None
    cache = RedisUrl.read(redis_url)
    return cache.at(cache.database + 1)


def of_celery(url: RedisUrl) -> str:
    """The URL in Celery's form: a socket by its virtual host, each sentinel by a URL of its own."""
    if not url.hosts:
        return f"redis+socket://{url.path}?virtual_host={url.database}"
    if not url.is_sentinel:
        return str(url)
    login = f"{quote(url.user, safe='')}:{quote(url.password, safe='')}@" if url.password else ""
    # Each may be the first that is asked, so each says all.
    return ";".join(f"sentinel://{login}{host}:{port}/{url.database}" for host, port in url.hosts)


def transport_of(url: RedisUrl) -> dict[str, Any]:
    """What Kombu must know of sentinels."""
    if not url.is_sentinel:
        return {}
    # One that hangs must not hold up the next; the server behind them has its own limit.
    waits = {"socket_timeout": 2, "socket_connect_timeout": 2}
    return {"master_name": url.service, "sentinel_kwargs": {**waits, **url.of_sentinels}}


def tls_of(url: RedisUrl) -> dict[str, Any] | None:
    """How the server behind sentinels is reached by TLS; a plain URL says it itself."""
    if not (url.is_sentinel and url.is_encrypted):
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, **url.passed}
