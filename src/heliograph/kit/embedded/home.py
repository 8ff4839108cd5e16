"""The folder in which all state of one installation lives."""

import os
import secrets
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import platformdirs

import heliograph
from heliograph.kit.account import ROOT_STATE, Account
from heliograph.kit.errors import BadHome
from heliograph.kit.locks import FileLock

# A fresh cluster and its first write-ahead log take about 60 MB.
NEEDED_FREE = 200_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """A home that exists, can be written to and is not of a newer version."""

    path: Path

    @classmethod
    def default_path(cls) -> Path:
        """HELIOGRAPH_HOME, else /var/lib/heliograph for root and the user's data folder for others."""
        if named := os.environ.get("HELIOGRAPH_HOME"):
            return Path(named)
        return ROOT_STATE if os.geteuid() == 0 else platformdirs.user_data_path("heliograph")

    @classmethod
    def open(cls, path: Path | None = None) -> "Home":
        """Make or enter a home; BadHome says in one sentence why it cannot be used."""
        home = cls((path or cls.default_path()).expanduser().absolute())
        try:
            home._prepare()
        except OSError as fault:
            raise BadHome(
                f"{home.path} cannot be used as a home ({fault.strerror}); choose another folder with --home."
            ) from fault
        return home

    @property
    def secret_file(self) -> Path:
        """The file with the secret key of this home."""
        return self.path / "secret.key"

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.path / "logs"

    @property
    def state_file(self) -> Path:
        """What the keeper says about its servers, as JSON."""
        return self.path / "servers.json"

    @property
    def servers(self) -> Path:
        """The folder of the servers' data, resolved: it may lie elsewhere, see `place_servers`."""
        return (self.path / "servers").resolve()

    def lock(self, name: str) -> FileLock:
        """A lock of this home: `start`, `users`, `keeper` or `up`."""
        return FileLock(self.path / f"{name}.lock")

    def place_servers(self, account: Account | None) -> None:
        """Make the servers' data folder; where their account cannot reach it, elsewhere with a link to it."""
        link = self.path / "servers"
        if account is None:
            link.mkdir(mode=0o700, exist_ok=True)
            return
        if not link.exists() and not account.reaches(link):
            elsewhere = ROOT_STATE / "homes" / sha256(bytes(self.path)).hexdigest()[:16]
            elsewhere.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            account.give(elsewhere)
            link.unlink(missing_ok=True)
            link.symlink_to(elsewhere)
        account.give(link.resolve())

    @property
    def moved_servers(self) -> Path | None:
        """Where the servers' data lies, if that is outside the home."""
        return self.servers if (self.path / "servers").is_symlink() else None

    def _prepare(self) -> None:
        # Root's home must let the servers' account through to its own folder; secrets have their own modes.
        self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        self._check_version()
        refuse_if_full(self.path)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        with self.lock("start").held():
            self._write_once(self.secret_file, secrets.token_urlsafe(50))
            if self._version() != heliograph.__version__:
                write_whole(self.path / "version", heliograph.__version__)

    def _check_version(self) -> None:
        found = self._version()
        if found and _numbers(found) > _numbers(heliograph.__version__):
            raise BadHome(
                f"{self.path} was last used by Heliograph {found}, newer than this {heliograph.__version__}; "
                "install that release or choose another folder with --home."
            )

    def _version(self) -> str:
        try:
            return (self.path / "version").read_text().strip()
        except FileNotFoundError:
            return ""

    @staticmethod
    def _write_once(path: Path, text: str) -> None:
        if not path.exists():
            write_whole(path, text)


def refuse_if_full(folder: Path, *, needed: int = NEEDED_FREE) -> None:
    """BadHome if the folder has less than that many bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BadHome(
            f"{folder} has {free // 1_000_000} MB free and needs {needed // 1_000_000} MB; "
            "free some or choose another folder with --home."
        )


def write_whole(path: Path, text: str) -> None:
    """Write a private file so that a reader sees either the old or the new text, never a part."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
