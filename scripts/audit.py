"""Asks the lists of known faults for every locked part: `make audit`.

Exits with 0 where nothing is known, 1 where something is, 3 where a list was not reached: that is never `clean`.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "src/heliograph/web/assets"
BIN = Path(sys.executable).parent
PIP_AUDIT = "pip-audit==2.9.0"
CLEAN, KNOWN_FAULTS, NOT_REACHED = 0, 1, 3
# What both say on every run that reached its list, clean or not.
REACHED = (
    "No known vulnerabilities found",
    "known vulnerabilit",
    "found 0 vulnerabilities",
    "vulnerabilities",
)


def python_words() -> list[str]:
    """The command that looks at the Python lock."""
    lock = str(ROOT / "requirements/run.txt")
    words = ["tool", "run", "--from", PIP_AUDIT, "pip-audit", "--strict", "--require-hashes", "--disable-pip"]
    return [str(BIN / "uv"), *words, "-r", lock]


def verdict(code: int, said: str) -> int:
    """What a run came to: an error that says nothing of faults is a list that was not reached."""
    if code == 0 and any(word in said for word in REACHED):
        return CLEAN
    return KNOWN_FAULTS if code == 1 and any(word in said for word in REACHED) else NOT_REACHED


def run(name: str, words: Sequence[str], folder: Path) -> int:
    """Run one, and print what it came to."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = verdict(done.returncode, said)
    told = {
        CLEAN: "no known fault",
        KNOWN_FAULTS: "known faults",
        NOT_REACHED: "not looked at: no list was reached",
    }
    print(f"{name}: {told[found]}.")
    if found:
        print("\n".join(said.strip().splitlines()[-40:]))
    return found


def main() -> int:
    """The worse of both."""
    python = run("Python", python_words(), ROOT)
    return max(python, run("pages", ["npm", "audit", "--package-lock-only"], ASSETS))


if __name__ == "__main__":
    raise SystemExit(main())
