"""Asks the lists of known faults for every locked part: `make audit`.

Exits with 0 where nothing is known, 1 where something is, 3 where a list was not reached: never called clean.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "src/heliograph/web/assets"
UV = str(Path(sys.executable).parent / "uv")
PIP_AUDIT = ["tool", "run", "--from", "pip-audit==2.9.0", "pip-audit", "--strict", "--require-hashes"]
CLEAN, KNOWN_FAULTS, NOT_REACHED = 0, 1, 3
# One of these says every run that reached its list, clean or not.
REACHED = ("No known vulnerabilities found", "known vulnerabilit", "vulnerabilities")
WORDS = {CLEAN: "no known fault", KNOWN_FAULTS: "known faults", NOT_REACHED: "no list was reached"}


def verdict(code: int, said: str) -> int:
    """What a run came to: one that says nothing of faults has not reached its list."""
    if code not in (CLEAN, KNOWN_FAULTS) or not any(word in said for word in REACHED):
        return NOT_REACHED
    return code


def run(name: str, words: Sequence[str], folder: Path) -> int:
    """Run one, and say what it came to."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = verdict(done.returncode, said)
    sys.stdout.write(f"{name}: {WORDS[found]}.\n")
    if found:
        sys.stdout.write("\n".join(said.strip().splitlines()[-40:]) + "\n")
    return found


def main() -> int:
    """The worse of both."""
    lock = str(ROOT / "requirements/run.txt")
    python = run("Python", [UV, *PIP_AUDIT, "--disable-pip", "-r", lock], ROOT)
    return max(python, run("pages", ["npm", "audit", "--package-lock-only"], ASSETS))


if __name__ == "__main__":
    raise SystemExit(main())
