"""A bare Debian in a folder, with processes, mounts and a network of its own, which end with it."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from configparser import RawConfigParser
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import psutil

from heliograph.kit.wait import wait_until

PARTS = ("debootstrap", "unshare", "nsenter", "ip", "curl", "openssl")
CACHE = Path(os.environ.get("UV_CACHE_DIR", Path.home() / ".cache/uv"))
# What it needs is 3 GB; in memory it takes a third of the time.
NEEDED = 6_000_000_000
FIRST = """
set -e
ip link set lo up
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1/var/cache/uv"
mount --bind "$3" "$1/srv"
touch "$1/begun"
sleep infinity & wait
"""
# How this machine reaches the network, but nothing of how the tests of Heliograph are set up.
AROUND = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("HELIOGRAPH_", "DATABASE_", "REDIS_", "DJANGO_", "PYTEST_"))
}
# As systemd hands over a socket: as descriptor 3, to the process that this becomes.
HAND_OVER = 'exec 3<&"$1"; export LISTEN_FDS=1 LISTEN_PID=$$; shift; exec "$@"'


def lacking():
    """The programs that are not here."""
    return [part for part in PARTS if not shutil.which(part, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]


@contextmanager
def bare_root(release):
    """A Root in which `release` lies at /srv."""
    memory = Path("/dev/shm")
    spacious = memory.is_dir() and shutil.disk_usage(memory).free > NEEDED
    path = Path(tempfile.mkdtemp(prefix="heliograph-root-", dir=memory if spacious else None))
    try:
        path.chmod(0o755)
        _bootstrap(path)
        CACHE.mkdir(parents=True, exist_ok=True)
        words = ["bash", "-c", FIRST, "_", path, CACHE, release]
        unshared = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"]
        with subprocess.Popen([*unshared, *words]) as keeper:
            try:
                assert wait_until(lambda: (path / "begun").exists(), seconds=60)
                root = Root(path, psutil.Process(keeper.pid).children()[0].pid)
                yield root
            finally:
                keeper.kill()
                # All that runs inside ends with the first process there.
                for process in root.started:
                    process.wait(60)
    finally:
        shutil.rmtree(path)


def _bootstrap(path):
    command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    # How this machine reaches the network is how that one does.
    asked = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True)
    (path / "etc/apt/apt.conf.d/99beside").write_text(asked.stdout)
    for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(Path("/") / name, path / name)
    (path / "var/cache/uv").mkdir()
    # Packages start their services unless this file says no; see invoke-rc.d(8).
    policy = path / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)


class Root:
    """Runs programs in the folder; `online` ones in the network of this machine, others in its own."""

    def __init__(self, path, first):
        self.path, self._first = path, first
        self.started = []

    def command(self, *words, online=False):
        """The command that runs these words inside."""
        names = ["-m", "-p", *([] if online else ["-n"])]
        return ["nsenter", "-t", str(self._first), *names, "chroot", str(self.path), *map(str, words)]

    def run(self, *words, online=False, **env):
        """Run to the end; the answer with what was said."""
        home = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "UV_CACHE_DIR": "/var/cache/uv"}
        return subprocess.run(
            self.command(*words, online=online),
            capture_output=True,
            text=True,
            env={**AROUND, **home, **env},
            check=False,
        )

    def beside(self, *words):
        """Run a program of this machine in the network of that one."""
        words = ["nsenter", "-t", str(self._first), "-n", *map(str, words)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def serve(self, unit, number=""):
        """Start what a unit says, as the account and with the settings that it names."""
        service = self._section(f"{unit}.service", "Service")
        words = shlex.split(service["ExecStart"].replace("%i", number).lstrip("-"))
        env = dict(pair.split("=", 1) for pair in shlex.split(service.get("Environment", "")))
        if file := service.get("EnvironmentFile", "").lstrip("-"):
            lines = (self.path / file.lstrip("/")).read_text().splitlines()
            env |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        user, group = service.get("User", "root"), service.get("Group", service.get("User", "root"))
        for made in service.get("RuntimeDirectory", "").split():
            self.run("install", "-d", "-o", user, "-g", group, f"/run/{made.replace('%i', number)}")
        account = ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups"]
        pairs = [f"{name}={value}" for name, value in {"PATH": "/usr/sbin:/usr/bin", **env}.items()]
        become = ["env", "-i", "-C", "/", *pairs, *account, *words]
        listener = self._listener(f"{unit}.socket")
        if listener is None:
            return self._start(become)
        with listener:
            # `env -i` would drop what the hand-over sets.
            hand_over = ["bash", "-c", HAND_OVER, "_", listener.fileno()]
            become = ["env", "-i", "-C", "/", *pairs, *account, *hand_over, *words]
            return self._start(become, pass_fds=[listener.fileno()])

    def end(self, account):
        """End what runs as an account, as `systemctl stop` would."""
        uid = int(self.run("id", "-u", account).stdout)
        for first in self.started:
            for process in psutil.Process(first.pid).children(recursive=True) if first.poll() is None else ():
                with suppress(psutil.NoSuchProcess):
                    if process.uids().real == uid:
                        process.kill()

    def _start(self, words, **options):
        self.started.append(subprocess.Popen(self.command(*words), stdout=sys.stderr, **options))
        return self.started[-1]

    def _listener(self, unit):
        if not (self.path / "etc/systemd/system" / unit).exists():
            return None
        said = self._section(unit, "Socket")
        where = self.path / said["ListenStream"].lstrip("/")
        where.parent.mkdir(exist_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(where))
        listener.listen()
        self.run("chown", f"{said['SocketUser']}:{said['SocketGroup']}", said["ListenStream"])
        where.chmod(int(said["SocketMode"], 8))
        return listener

    def _section(self, unit, name):
        """Of what is repeated, the last."""
        found = RawConfigParser(strict=False)
        found.optionxform = str
        where = [self.path / folder / unit for folder in ("etc/systemd/system", "usr/lib/systemd/system")]
        found.read_string(next(path for path in where if path.exists()).read_text())
        return found[name]

    def contents(self, *folders):
        """What lies in folders: for each path its mode, its owner, and the digest of its content."""
        return {
            str(path.relative_to(self.path)): _facts(path)
            for folder in folders
            for path in sorted((self.path / folder).rglob("*"))
        }


def _facts(path):
    seen = path.lstat()
    if path.is_symlink():
        content = os.readlink(path)
    else:
        content = sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return oct(seen.st_mode), seen.st_uid, seen.st_gid, content
