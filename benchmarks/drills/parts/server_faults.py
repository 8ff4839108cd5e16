"""Faults of the servers and of the lines to them: each begins when called, and returns what mends it."""

from collections.abc import Callable
from contextlib import suppress

import psutil

from benchmarks.drills.parts.servers import Behind, Servers

Mend = Callable[[], object]
Fault = Callable[[], Mend]


def server_faults(servers: Servers) -> dict[str, Fault]:
    """Redis killed or emptied, PostgreSQL killed or crashed, and three faults of each line, by name."""
    made: dict[str, Fault] = {
        "Redis killed": lambda: _killed(servers, servers.valkey),
        "FLUSHALL": lambda: _flushed(servers),
        "PostgreSQL killed": lambda: _killed(servers, servers.postgres),
        "PostgreSQL crashed": lambda: _crashed(servers),
    }
    for name, behind in (("Redis", servers.valkey), ("PostgreSQL", servers.postgres)):
        for fault in ("stall", "swallow", "cut"):
            made[f"{name} {fault}"] = lambda behind=behind, fault=fault: _line(behind, fault)
    return made


def _killed(servers: Servers, behind: Behind) -> Mend:
    behind.process.kill()
    behind.process.wait()
    return servers.revive


def _flushed(servers: Servers) -> Mend:
    servers.flush()
    return servers.revive


def _crashed(servers: Servers) -> Mend:
    """Kill a backend: PostgreSQL then ends all others and recovers from its log."""
    for backend in psutil.Process(servers.postgres.process.pid).children():
        with suppress(psutil.NoSuchProcess):
            if "[local]" in " ".join(backend.cmdline()):
                backend.kill()
                break
    return servers.revive


def _line(behind: Behind, fault: str) -> Mend:
    getattr(behind.proxy, fault)()
    return behind.proxy.pass_on
