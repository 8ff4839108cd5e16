"""Many processes that ask one cold key at once: `python -m tests.kit.cache.herd COUNT FILE`.

Each is forked from one that has imported the cache alone. Every computation adds a line to the file, and each
process writes what it got to standard output.
"""

import os
import sys
import threading

from heliograph.kit.cache import cache, cached


@cached(key="herd:{name}", ttl=60, tags=["herd"])
def compute(name: str) -> int:
    with open(sys.argv[2], "a") as file:
        file.write(f"{os.getpid()}\n")
    # Long enough for all to have asked.
    threading.Event().wait(0.5)
    return os.getpid()


def main() -> None:
    """Fork, let all go at once, and wait for them."""
    ready, gate = os.pipe()
    children = []
    for _ in range(int(sys.argv[1])):
        child = os.fork()
        if not child:
            os.close(gate)
            os.read(ready, 1)
            os.write(1, f"{compute('one')}\n".encode())
            cache().close()
            os._exit(0)
        children.append(child)
    os.close(gate)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main()
