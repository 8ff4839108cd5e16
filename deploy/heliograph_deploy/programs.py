"""How programs take another release: by systemd, or by a command of another supervisor."""

import re
import shlex
import subprocess

from heliograph_deploy.place import Failed


class Systemd:
    """The units of this machine."""

    def names(self) -> list[str]:
        """What runs besides the pages: workers first, the timetable last."""
        said = _said(
            "systemctl", "list-units", "--plain", "--no-legend", "--state=active", "heliograph-worker@*",
            "heliograph-outside.service", "heliograph-beat.service",
        )  # fmt: skip
        found = [line.split()[0].removesuffix(".service") for line in said.splitlines() if line.strip()]
        return sorted(found, key=lambda name: (name == "heliograph-beat", name))

    def reload_web(self) -> None:
        """Let the pages take the release in use; this does not wait for it."""
        if _said("systemctl", "is-active", "heliograph-web.service", checked=False).strip() == "active":
            _said("systemctl", "reload", "heliograph-web.service")

    def restart(self, name: str) -> None:
        """End a program, which finishes what it holds, and start it of the release in use."""
        _said("systemctl", "restart", f"{name}.service")

    def node_of(self, name: str) -> str:
        """The first part of the name of its node; empty where it is none."""
        match = re.fullmatch(r"heliograph-(?:worker@(\d+)|(outside))", name)
        return (f"worker-{match[1]}" if match[1] else match[2]) if match else ""


class Command:
    """Another supervisor: `COMMAND names`, `COMMAND reload-web`, `COMMAND restart NAME`."""

    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)

    def names(self) -> list[str]:
        """What runs besides the pages, a name a line, in the order in which they are to be restarted."""
        return _said(*self._words, "names").split()

    def reload_web(self) -> None:
        """Let the pages take the release in use."""
        _said(*self._words, "reload-web")

    def restart(self, name: str) -> None:
        """End a program and start it of the release in use."""
        _said(*self._words, "restart", name)

    def node_of(self, name: str) -> str:
        """Its node is called as it is; the timetable is none."""
        return "" if name.startswith("beat") else name


def _said(*words: str, checked: bool = True) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    if checked and done.returncode:
        raise Failed(f"`{' '.join(words)}` failed: {done.stderr.strip() or done.returncode}.")
    return done.stdout
