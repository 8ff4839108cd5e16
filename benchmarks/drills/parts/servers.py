"""The servers of a drill behind proxies, started again whenever they die."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import redis

from benchmarks.parts.proxy import Proxy, proxy
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.servers import (
    POSTGRES_SOCKET,
    VALKEY_SOCKET,
    Ground,
    Postgres,
    Valkey,
    start_server,
)
from heliograph.kit.errors import ServerFailed


@dataclass(slots=True)
class Behind:
    """One server, and the proxy through which all others reach it."""

    server: Postgres | Valkey
    proxy: Proxy
    log: IO[bytes]
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.process = start_server(self.server, log=self.log)

    def revive(self) -> bool:
        """Start it again if it died; True if it had."""
        if self.process.poll() is None:
            return False
        # What was killed leaves children that take a moment to see that they are orphans.
        while True:
            try:
                self.process = start_server(self.server, log=self.log)
            except ServerFailed:
                time.sleep(0.1)
            else:
                return True


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers. `direct` are the URLs that go round the proxies, `through` those that do not."""

    postgres: Behind
    valkey: Behind
    direct: dict[str, str]
    through: dict[str, str]

    def revive(self) -> None:
        """Start again what died."""
        self.postgres.revive()
        self.valkey.revive()

    def flush(self) -> None:
        """Empty all of Redis."""
        with redis.Redis.from_url(self.direct["redis_url"]) as client:
            client.flushall()


@contextmanager
def servers(home: Path) -> Iterator[Servers]:
    """Servers of a home behind proxies, for a block."""
    place = Home.open(home)
    ground = Ground.of(place)
    front = home / "front"
    front.mkdir()
    with ExitStack() as stack:
        log = stack.enter_context(open(place.logs / "servers.log", "ab"))
        lines = [
            stack.enter_context(proxy(front / name, ground.sockets / name))
            for name in (POSTGRES_SOCKET, VALKEY_SOCKET)
        ]
        made = Servers(
            Behind(Postgres(ground), lines[0], log),
            Behind(Valkey(ground), lines[1], log),
            direct={"database_url": ground.database_url, "redis_url": ground.redis_url},
            through={
                "database_url": f"postgres://heliograph@/heliograph?host={quote(str(front), safe='/')}",
                "redis_url": f"unix://{front / VALKEY_SOCKET}",
            },
        )
        try:
            yield made
        finally:
            for one in (made.valkey, made.postgres):
                one.server.stop(one.process)
