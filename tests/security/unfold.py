"""Takes the files of a folder as an upload does, in little memory; says what came of each as JSON.

Run as `python -m tests.security.unfold FOLDER`.
"""

import json
import resource
import sys
from pathlib import Path

from heliograph.errors import UserError
from heliograph.market.sources.files import read_candles
from heliograph.market.upload_files import refuse_oversize, safe_name

# Far less than what all of them ask for: much of it is set aside by libraries, and never touched.
ROOM = 3 << 30
MOST_ROWS = 2_000_000


def take(path):
    """The sentence that refuses a file, None if it is taken."""
    try:
        safe_name(path.name)
        refuse_oversize(path, most_rows=MOST_ROWS)
        for _ in read_candles(path):
            pass
    except UserError as fault:
        return str(fault)
    return None


if __name__ == "__main__":
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ROOM, now + ROOM))
    sys.stdout.write(json.dumps({path.name: take(path) for path in sorted(Path(sys.argv[1]).iterdir())}))
