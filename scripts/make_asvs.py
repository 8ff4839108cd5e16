"""Writes docs/security/asvs.md from asvs.csv, as a part of `make docs`."""

import csv
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "security"
CHAPTERS = (
    "Encoding and sanitization",
    "Validation and business logic",
    "Web frontend",
    "API and web services",
    "File handling",
    "Authentication",
    "Session management",
    "Authorization",
    "Self-contained tokens",
    "OAuth and OpenID Connect",
    "Cryptography",
    "Secure communication",
    "Configuration",
    "Data protection",
    "Secure coding and architecture",
    "Logging and errors",
    "WebRTC",
)
COLUMNS = "| id | level | requirement | applies | control, or why not | test |\n|---|---|---|---|---|---|"
HEAD = """\
# OWASP ASVS 5.0, levels 1 and 2

Written by `make docs` from `asvs.csv`; a test looks that each test named here exists. The numbers are those
of the [Application Security Verification Standard 5.0](https://github.com/OWASP/ASVS), the words are ours:
read the requirement itself there. A test named here shows that the control works, not always all that the
requirement asks for. Of {all} requirements {yes} apply and have a control and a test, {open} apply and are
open, {no} do not apply.
"""


def rows() -> list[dict[str, str]]:
    """The lines of the table: id, level, requirement, applies (yes, no, open), control or why, test."""
    with (FOLDER / "asvs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def page() -> str:
    """The page as Markdown."""
    table = rows()
    counts = Counter(row["applies"] for row in table)
    told = [HEAD.format(all=len(table), **counts)]
    for number, chapter in enumerate(CHAPTERS, 1):
        told.append(f"\n## V{number} {chapter}\n\n{COLUMNS}")
        told += [_line(row) for row in table if row["id"].split(".")[0] == str(number)]
    return "\n".join(told) + "\n"


def _line(row: dict[str, str]) -> str:
    names = ("id", "level", "requirement", "applies", "control")
    words = (row[name].replace("__", "\\_\\_") for name in names)
    test = f"`{row['test']}`" if row["test"] else ""
    return f"| {' | '.join(words)} | {test} |"


def main() -> None:
    """Write the page anew."""
    (FOLDER / "asvs.md").write_text(page())


if __name__ == "__main__":
    main()
