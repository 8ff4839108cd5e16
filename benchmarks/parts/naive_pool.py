"""The naive way in processes forked from one, as a pool of workers forks them: each evaluates its share.

`python -m benchmarks.parts.naive_pool PROCESSES TIMESTAMP`; what is evaluated as JSON on standard input.
"""

import json
import os
import sys
from datetime import UTC, datetime
from multiprocessing import get_context

import django


def main() -> None:
    """Until all are done."""
    count, moment = int(sys.argv[1]), datetime.fromtimestamp(float(sys.argv[2]), UTC)
    asked = json.load(sys.stdin)
    os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
    django.setup()
    # Before they fork, so that they share it.
    from benchmarks.peers import naive

    forks = get_context("fork")
    shares = [asked["instruments"][number::count] for number in range(count)]
    started = [
        forks.Process(target=naive.run, args=(share, asked["versions"], [moment]))
        for share in shares
        if share
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    sys.exit(any(process.exitcode for process in started))


if __name__ == "__main__":
    main()
