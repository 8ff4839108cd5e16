"""The one door to Redis: a server by its URL, or by those who know which server leads (Sentinel).

`redis://`, `rediss://`, `unix://` as redis-py has them, and
`sentinel://user:password@host:26379,host2:26379/0?service=NAME`, `sentinels://` with TLS to sentinels and
server. `sentinel_password=` is that of the sentinels, `ssl_ca_certs=FILE` who signs.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from heliograph.kit.errors import BadSetting

SOCKETS = ("unix", "redis+socket")
SENTINELS = ("sentinel", "sentinels")
SERVERS = ("redis", "rediss")
PORTS = dict.fromkeys(SENTINELS, 26379) | dict.fromkeys(SERVERS, 6379)
WAITS = ("socket_timeout", "socket_connect_timeout")
# What a connection may be told in a URL of sentinels; redis-py reads those of servers itself.
PASSED = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname")


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """What a URL says; `hosts` is empty for a socket, whose path is `path`."""

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    database: int
    path: str = ""
    user: str = ""
    password: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, url: str) -> "RedisUrl":
        """BadSetting in a sentence that does not repeat the URL, which may hold a password."""
        try:
            parts = urlsplit(url)
            if "cluster" in parts.scheme:
                raise BadSetting(
                    "A Redis Cluster can be neither the queue nor the cache: neither can have its keys on "
                    "several servers. Name one server, or sentinels."
                )
            options = dict(parse_qsl(parts.query))
            login, _, hosts = parts.netloc.rpartition("@")
            user, _, password = login.partition(":")
            is_socket = parts.scheme in SOCKETS
            given = parts.path.strip("/") if not is_socket else ""
            number = given or options.pop("db", "") or options.pop("virtual_host", "") or "0"
            found = cls(
                parts.scheme,
                () if is_socket else tuple(_host(one, PORTS[parts.scheme]) for one in hosts.split(",")),
                int(number),
                parts.path if is_socket else "",
                unquote(user),
                unquote(password),
                tuple(sorted(options.items())),
            )
        except (ValueError, KeyError) as fault:
            raise BadSetting(
                "A URL of Redis looks like redis://user:password@host:6379/0, or for sentinels "
                "sentinel://user:password@host:26379,host2:26379/0?service=NAME."
            ) from fault
        if found.is_sentinel and not found.service:
            raise BadSetting("A URL of sentinels ends with ?service=NAME, the name they know the server by.")
        return found

    @property
    def is_sentinel(self) -> bool:
        """True where sentinels are asked who leads."""
        return self.scheme in SENTINELS

    @property
    def is_encrypted(self) -> bool:
        """True where TLS is asked for."""
        return self.scheme in ("rediss", "sentinels")

    @property
    def service(self) -> str:
        """The name by which sentinels know the server."""
        return dict(self.options).get("service", "")

    @property
    def passed(self) -> dict[str, str]:
        """What is said of TLS."""
        return {name: value for name, value in self.options if name in PASSED}

    @property
    def of_sentinels(self) -> dict[str, Any]:
        """How the sentinels themselves are reached."""
        own = dict(self.options)
        return {
            # One that is away is passed over at once: there are others.
            "retry": Retry(NoBackoff(), 0),
            **({"password": own["sentinel_password"]} if "sentinel_password" in own else {}),
            **({"username": own["sentinel_user"]} if "sentinel_user" in own else {}),
            **({"ssl": True, **self.passed} if self.is_encrypted else {}),
        }

    def at(self, database: int) -> "RedisUrl":
        """Another database of the same server."""
        return replace(self, database=database)

    def __str__(self) -> str:
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.password else ""
        if not self.hosts:
            return f"unix://{login}{self.path}?{urlencode({'db': self.database, **dict(self.options)})}"
        hosts = ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.hosts)
        asked = f"?{urlencode(self.options)}" if self.options else ""
        return f"{self.scheme}://{login}{hosts}/{self.database}{asked}"


def redis_pool(url: str, **options: Any) -> redis.ConnectionPool:
    """A pool of connections to the server that the URL names, or that leads among those of a service."""
    found = RedisUrl.read(url)
    if not found.is_sentinel:
        return redis.ConnectionPool.from_url(_plain(url), **options)
    waits: dict[str, Any] = {name: options[name] for name in WAITS if name in options}
    asked: dict[str, Any] = {**waits, **found.of_sentinels}
    sentinel = Sentinel(list(found.hosts), sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
    tls: dict[str, Any] = {"ssl": True, **found.passed} if found.is_encrypted else {}
    login = {"username": found.user or None, "password": found.password or None}
    options = {"db": found.database, **login, **tls, **options}
    return SentinelConnectionPool(found.service, sentinel, **options)  # type: ignore[no-untyped-call]


def redis_client(url: str, **options: Any) -> "redis.Redis":
    """A client of that server; who is done with it closes it."""
    return redis.Redis.from_pool(redis_pool(url, **options))


def _plain(url: str) -> str:
    """Celery writes a socket as `redis+socket:///path?virtual_host=1`, redis as `unix:///path?db=1`."""
    return url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")


def _host(text: str, port: int) -> tuple[str, int]:
    one = urlsplit(f"//{text}")
    return one.hostname or "localhost", one.port or port
