"""Reads strategies in a process that may do nothing else: lists of texts in, what came of each out.

Run as `python -m tests.security.fenced`. Whatever reads, opens, connects, starts or runs something ends it.
"""

import json
import resource
import sys
from pathlib import Path

from heliograph.engine.graph import Graph
from heliograph.engine.language import BadExpression, clauses
from heliograph.engine.strategy import BadStrategy, Strategy

# For all texts together; more of either ends the process.
ROOM = 512 << 20
SECONDS = 60
FORBIDDEN = (
    "open",
    "exec",
    "import",
    "os.",
    "socket.",
    "subprocess.",
    "shutil.",
    "ctypes.",
    "pickle.",
    "pty.",
)
ENDED = 86


def expression(text):
    """None if it is taken, else the sentence that refuses it."""
    try:
        clauses(text, graph=Graph(), params={"fast": 12.0}, timeframe="5m")
    except BadExpression as fault:
        return str(fault)
    return None


def strategy(text):
    """The same for a whole file, whose findings are sentences in lines."""
    try:
        Strategy.parse(text)
    except BadStrategy as fault:
        return str(fault)
    return None


def main():
    asked = json.load(sys.stdin)
    # What is imported where it is needed is imported now.
    strategy("x"), expression("x"), expression("sma(close, 3) > (")
    strategy('name="x"\ntimeframe="1h"\n[params]\na={default=3,min=1,max=5}\n[long]\nenter="cloze > a"')
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ROOM, now + ROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.addaudithook(guard)
    if asked["run"]:  # by which the fence itself is tried
        eval(asked["run"])
    told = [
        read(text)
        for name, read in (("expressions", expression), ("strategies", strategy))
        for text in asked[name]
    ]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used) >> 10
    sys.stdout.write(json.dumps({"told": told, "grown_mib": grown}))


def guard(event, words):
    if event.startswith(FORBIDDEN):
        sys.stderr.write(f"{event} {words!r:.200}\n")
        sys.stderr.flush()
        raise SystemExit(ENDED)


if __name__ == "__main__":
    main()
