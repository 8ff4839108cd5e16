"""Hosts of a drill: network namespaces on a bridge of their own, that are cut off and come back."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from heliograph.workers.children import Child

NETWORK = "10.77.0"
CLONE_NEWNET = 0x40000000
OWN = "/proc/thread-self/ns/net"


def missing() -> str:
    """Why there can be no hosts here, in a sentence; empty where there can."""
    if os.geteuid():
        return "Hosts are made of network namespaces, which only root may make."
    if not shutil.which("ip"):
        return "Hosts are made by the program `ip`, which is not here: install the package `iproute2`."
    name = f"hg{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return f"The kernel makes no network namespaces here: {made.stderr.strip()}." if made.returncode else ""


@dataclass(frozen=True, slots=True)
class Host:
    """A network namespace with an address; `line` is its end of the cable at the switch."""

    name: str
    space: str
    address: str
    line: str
    switch: str

    def cut(self) -> None:
        """Pull the cable: nothing is refused, nothing comes."""
        _ip("-n", self.switch, "link", "set", self.line, "down")

    def mend(self) -> None:
        """Plug it in again."""
        _ip("-n", self.switch, "link", "set", self.line, "up")


@contextmanager
def network(names: Sequence[str]) -> "Iterator[tuple[str, dict[str, Host]]]":
    """A switch (the namespace in which it lies) and hosts of these names, for a block."""
    switch = f"hg{os.getpid()}-switch"
    hosts = {
        name: Host(name, f"hg{os.getpid()}-{name}", f"{NETWORK}.{number}", f"v{number}", switch)
        for number, name in enumerate(names, 1)
    }
    try:
        _ip("netns", "add", switch)
        for words in (
            ("link", "set", "lo", "up"),
            ("link", "add", "br0", "type", "bridge"),
            ("addr", "add", f"{NETWORK}.254/24", "dev", "br0"),
            ("link", "set", "br0", "up"),
        ):
            _ip("-n", switch, *words)
        for host in hosts.values():
            _plug_in(host)
        yield switch, hosts
    finally:
        for space in (switch, *(host.space for host in hosts.values())):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def _plug_in(host: Host) -> None:
    _ip("netns", "add", host.space)
    _ip(
        "-n",
        host.switch,
        "link",
        "add",
        host.line,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        host.space,
    )
    _ip("-n", host.switch, "link", "set", host.line, "master", "br0", "up")
    for words in (
        ("link", "set", "lo", "up"),
        ("addr", "add", f"{host.address}/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
    ):
        _ip("-n", host.space, *words)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def inside(space: str) -> Iterator[None]:
    """This thread, and what it starts, in a namespace, for a block."""
    with open(OWN) as own, open(Path("/run/netns") / space) as other:
        _enter(other.fileno())
        try:
            yield
        finally:
            _enter(own.fileno())


def _enter(handle: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class ChildOn(Child):
    """A program of a host."""

    space = ""

    def start(self) -> None:
        """Start it there."""
        with inside(self.space):
            super().start()
