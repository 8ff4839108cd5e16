"""Django's own commands on a home: `python -m heliograph.config makemigrations market`."""

import os
import sys

from django.core.management import execute_from_command_line

from heliograph.kit.embedded import connect


def main() -> None:
    """Run a command with the database of HELIOGRAPH_HOME or DATABASE_URL."""
    with connect() as servers:
        os.environ.update(servers.environment(), DJANGO_SETTINGS_MODULE="heliograph.config.settings")
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
