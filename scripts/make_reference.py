"""Writes the pages of docs/reference that programs know best: `make docs`."""

import re
from pathlib import Path

from heliograph.cli.reference import reference
from heliograph.engine.language.reference import functions_reference

PAGES = Path(__file__).parents[1] / "docs" / "reference"
FUNCTIONS = re.compile(r"(<!-- functions:.*?-->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write each page, or its part, anew."""
    (PAGES / "cli.md").write_text(reference())
    language = PAGES / "language.md"
    made = FUNCTIONS.sub(lambda match: match[1] + functions_reference() + match[2], language.read_text())
    language.write_text(made)


if __name__ == "__main__":
    main()
