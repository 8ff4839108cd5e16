"""Makes a home ready: `python -m heliograph.workers.prepare [--no-sample] [--loopback]`, a line a step.

With `--tables` that is all that is made.

The first line is printed when the tables stand; before it, where nobody could come in otherwise, the path of
a one-time link. Exit code 2: the last line says what is wrong.
"""

import os
import subprocess
import sys

import django

from heliograph.errors import HeliographError
from heliograph.kit.clock import utc_now
from heliograph.kit.tied import start_tied
from heliograph.workers.preparation import LINK


def main() -> int:
    """Prepare the home that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()
    try:
        _make_tables(loopback="--loopback" in sys.argv)
        if "--tables" not in sys.argv:
            _fill(sample="--no-sample" not in sys.argv)
    except HeliographError as fault:
        _say(str(fault))
        return 2
    return 0


def _make_tables(*, loopback: bool) -> None:
    from heliograph.accounts.links import first_link
    from heliograph.workers.place import bring_up_to_date

    applied = bring_up_to_date()
    if link := first_link(loopback=loopback, at=utc_now()):
        _say(f"{LINK}{link.path}")
    _say(f"Tables made ready ({applied} migrations)" if applied else "Tables are up to date")
    if not applied:
        _tell_of_lacking_indexes()


def _fill(*, sample: bool) -> None:
    warming = _start_warming()
    from heliograph.workers.sample import catch_up, make_sample_ready

    if sample:
        make_sample_ready(at=utc_now(), say=_say)
    if warming and not any(process.wait() for process in warming):
        _say("Kernels compiled")
    catch_up(at=utc_now(), say=_say)


def _tell_of_lacking_indexes() -> None:
    """Without them all works, and takes long."""
    from heliograph.monitor.tuning.needed import lacking

    for one in lacking():
        what = "is invalid" if one.is_invalid else "is missing"
        _say(f"The index {one.name} {what}; `heliograph tune --apply` does: {one.statement}")


def _start_warming() -> "list[subprocess.Popen[bytes]]":
    from heliograph.workers import warm

    if warm.kernels_are_on_disk():
        return []
    _say("Kernels are being compiled, half a minute that the next start will not need")
    return [start_tied((*warm.PROGRAM, part), log=sys.stderr.buffer) for part in warm.PARTS]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
