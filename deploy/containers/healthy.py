"""Exit code 0 if the web process of this container answers: at the address given, or at port 8420.

    python healthy.py [unix:PATH | HOST:PORT]

It asks as the proxy does, by the first name that the pages answer to and as if by https.
"""

import http.client
import os
import socket
import sys

SECONDS = 4


class Local(http.client.HTTPConnection):
    """A connection to a socket of this machine."""

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.host)


def main(address: str) -> int:
    """0: it answers; 1: it does not."""
    kind, _, path = address.partition(":")
    line = Local(path) if kind == "unix" else http.client.HTTPConnection(address, timeout=SECONDS)
    host = os.environ.get("HELIOGRAPH_HOSTS", "localhost").partition(",")[0]
    try:
        line.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return 0 if line.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["127.0.0.1:8420"]))
