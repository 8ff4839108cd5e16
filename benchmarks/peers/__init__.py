"""Programs that run other people's libraries, each in an environment of its own below .bench/."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(name: str, packages: Sequence[str]) -> Path:
    """The Python of an environment with those packages, made where it is not there or has others."""
    home = ROOT / ".bench" / name
    python, stamp = home / "bin" / "python", home / "packages.txt"
    wanted = "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        uv = str(Path(sys.prefix) / "bin" / "uv")
        settings = {**os.environ, "UV_SYSTEM_CERTS": "1"}
        subprocess.run(
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)], check=True, env=settings
        )
        subprocess.run(
            [uv, "pip", "install", "-q", "--python", str(python), *packages], check=True, env=settings
        )
        stamp.write_text(wanted)
    return python


class Peer:
    """A program that waits for one question a line and answers each with one line of JSON."""

    def __init__(self, python: Path, program: str, *arguments: str):
        command = [str(python), str(Path(__file__).parent / program), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question: str) -> dict[str, float]:
        """The answer to a question."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("The peer has no pipes.")
        process.stdin.write(question + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"The peer ended at {question!r} with {process.wait()}.")
        answer: dict[str, float] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the program."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
