"""The folders of an installation, and running the programs of one of its releases."""

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "heliograph"
OWNER = "HELIOGRAPH_OWNER_DATABASE_URL"
# Made by the functions of the installer that lies in the release.
BUILD = """
set -euo pipefail
FROM=$1 LOG=$3 DRY_RUN=0
. "$FROM/deploy/lib/say.sh"; . "$FROM/deploy/lib/release.sh"
RELEASE=$2/$(release_name "$FROM")
[[ -e $RELEASE/.complete ]] || build_release "$FROM" >&2
basename "$RELEASE"
"""


class Failed(Exception):
    """A step did not succeed; the message is one sentence."""


@dataclass(frozen=True)
class Place:
    """Where releases, settings and secrets lie."""

    root: Path
    settings: Path
    secrets: Path
    home: Path

    @property
    def releases(self) -> Path:
        """The folder of all releases."""
        return self.root / "releases"

    def current(self) -> str:
        """The name of the release in use; empty where there is none."""
        link = self.root / "current"
        return link.resolve().name if link.is_symlink() else ""

    def complete(self) -> list[str]:
        """The releases that are whole, the oldest first."""
        found = [one for one in self.releases.iterdir() if (one / ".complete").exists()]
        return [one.name for one in sorted(found, key=lambda one: (one / ".complete").stat().st_mtime)]

    def switch(self, name: str) -> None:
        """Let `current` lead to a release, in one step."""
        aside = self.root / "current.new"
        aside.unlink(missing_ok=True)
        aside.symlink_to(self.releases / name)
        aside.replace(self.root / "current")

    def stage(self, asked: str) -> str:
        """The name of a release that is whole: one that is there, or made of an archive or a folder."""
        if (self.releases / asked / ".complete").exists():
            return asked
        source = Path(asked)
        if not source.exists():
            raise Failed(f"There is no release {asked}, and no archive or folder of that name.")
        with _unpacked(source) as folder:
            given = map(str, (folder, self.releases, self.root / "upgrade.log"))
            words = ["bash", "-c", BUILD, "bash", *given]
            done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise Failed(f"The release could not be made; {self.root / 'upgrade.log'} says why.")
        return str(done.stdout.split()[-1])

    def run(self, release: str, *words: str, as_owner: bool = False, seconds: float = 600) -> str:
        """What `heliograph` of a release prints; Failed with its sentence."""
        program = self.releases / release / ".venv/bin/heliograph"
        try:
            done = subprocess.run(
                [program, *words],
                env=self._environment(as_owner),
                cwd="/",
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                **self._account(),  # type: ignore[call-overload]
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise Failed(f"`heliograph {words[0]}` of {release} could not run: {fault}.") from fault
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
            raise Failed(f"`heliograph {' '.join(words)}` of {release} failed: {said[-1]}")
        return str(done.stdout)

    def asked(self, release: str, *words: str, as_owner: bool = False) -> dict[str, object]:
        """The JSON that a command prints."""
        return dict(json.loads(self.run(release, *words, "--json", as_owner=as_owner)))

    def _account(self) -> dict[str, object]:
        """Root runs it as the account of an installation, to whom its settings belong."""
        if os.geteuid() or not self.settings.exists() or self.settings.group() != ACCOUNT:
            return {}
        return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}

    def _environment(self, as_owner: bool) -> dict[str, str]:
        made = {**os.environ, "HELIOGRAPH_HOME": str(self.home)}
        if self.settings.exists():
            lines = [line.strip() for line in self.settings.read_text().splitlines()]
            pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
            made |= {name.strip(): value.strip().strip("'\"") for name, value in pairs}
        owner = self.secrets / OWNER
        if as_owner and owner.exists():
            made[OWNER] = owner.read_text().strip()
        return made


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        found = sorted(Path(folder).glob("*/pyproject.toml")) + sorted(Path(folder).glob("pyproject.toml"))
        if not found:
            raise Failed(f"{source} holds no release of Heliograph.")
        yield found[0].parent
