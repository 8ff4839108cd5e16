"""Makes a home ready: `python -m heliograph.workers.prepare [--no-sample]`, one printed line for each step.

The first line is printed when the tables stand. Exit code 2: the last line says what is wrong.
"""

import os
import sys

import django

from heliograph.errors import HeliographError
from heliograph.kit.clock import utc_now


def main() -> int:
    """Prepare the home that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()
    try:
        _prepare(sample="--no-sample" not in sys.argv)
    except HeliographError as fault:
        _say(str(fault))
        return 2
    return 0


def _prepare(*, sample: bool) -> None:
    from heliograph.workers.place import migrate

    applied = migrate()
    _say(f"Tables made ready ({applied} migrations)" if applied else "Tables are up to date")
    from heliograph.workers.sample import catch_up, make_sample_ready

    if sample:
        make_sample_ready(at=utc_now(), say=_say)
    catch_up(at=utc_now(), say=_say)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
