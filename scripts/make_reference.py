"""Writes the pages of docs/reference that programs know best: `make docs`."""

import os
import re
from pathlib import Path

import django
import make_asvs
import make_client

from heliograph.cli.reference import reference
from heliograph.config.declared.reference import settings_reference
from heliograph.engine.language.pages import indicators_reference
from heliograph.engine.language.reference import functions_reference

PAGES = Path(__file__).parents[1] / "docs" / "reference"
SETTINGS = re.compile(r"(<!-- settings:.*?-->\n).*?(<!-- end -->)", re.DOTALL)
FUNCTIONS = re.compile(r"(<!-- functions:.*?-->\n).*?(<!-- end -->)", re.DOTALL)

# Nothing is asked of the database.
NOWHERE = {
    "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
    "DATABASE_URL": "postgres://heliograph@/heliograph?host=/not/started",
    "HELIOGRAPH_SECRET_KEY": "only for the reference",
}


def main() -> None:
    """Write each page, or its part, anew."""
    make_asvs.main()
    (PAGES / "cli.md").write_text(reference())
    language = PAGES / "language.md"
    made = FUNCTIONS.sub(lambda match: match[1] + functions_reference() + match[2], language.read_text())
    language.write_text(made)
    (PAGES / "indicators.md").write_text(indicators_reference())
    settings = PAGES / "settings.md"
    made = SETTINGS.sub(lambda match: match[1] + settings_reference() + match[2], settings.read_text())
    settings.write_text(made)
    os.environ |= NOWHERE
    django.setup()
    from heliograph.monitor.alerts.reference import alerts_reference
    from heliograph.monitor.reference import measures_reference
    from heliograph.web.accounts.doors import permissions_reference
    from heliograph.web.api.reference import api_reference

    (PAGES / "measures.md").write_text(measures_reference())
    (PAGES.parent / "operations" / "alerts.md").write_text(alerts_reference())
    (PAGES / "permissions.md").write_text(permissions_reference())
    (PAGES / "api.md").write_text(api_reference())
    make_client.main()


if __name__ == "__main__":
    main()
