"""Whether a release is well: its pages say so several times in a row, and so does `heliograph health`."""

import http.client
import json
import socket
import time
from dataclasses import dataclass

from heliograph_deploy.place import Failed, Place


class _Line(http.client.HTTPConnection):
    """A line to unix:PATH or HOST:PORT."""

    def __init__(self, address: str) -> None:
        super().__init__("localhost" if address.startswith("unix:") else address, timeout=10)
        self._address = address

    def connect(self) -> None:
        """Open it."""
        if not self._address.startswith("unix:"):
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._address.removeprefix("unix:"))


@dataclass(frozen=True)
class Gate:
    """How many good answers in a row are asked for, and within how many seconds."""

    web: str
    good: int = 5
    seconds: float = 180.0
    every: float = 0.5

    def pages(self, release: str, *, at_least: float = 0.0) -> None:
        """Wait until the pages of that release are ready; Failed if that does not come within its seconds,
        or within those that are given where these are more."""
        seconds = max(self.seconds, at_least)
        row, last, deadline = 0, "nothing answered", time.monotonic() + seconds
        while row < self.good:
            answer, last = self._ask()
            row = row + 1 if answer == (200, release) else 0
            if time.monotonic() > deadline:
                raise Failed(f"The pages of {release} were not ready in {seconds:.0f} s: {last}.")
            if row < self.good:
                time.sleep(self.every)

    def _ask(self) -> tuple[tuple[int, str], str]:
        line = _Line(self.web)
        try:
            line.request("GET", "/readyz", headers={"Connection": "close", "Host": "localhost"})
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
            found = json.loads(text)
            return (answer.status, str(found.get("release", ""))), f"{answer.status} {text}"
        except (OSError, http.client.HTTPException, ValueError) as fault:
            return (0, ""), str(fault) or type(fault).__name__
        finally:
            line.close()

    def health(self, place: Place, release: str, *, was_red: bool) -> None:
        """Failed if health is red and was not before: what was sick already is no fault of a release."""
        if not was_red and is_red(place, release):
            raise Failed(f"Health is red with {release}; `heliograph health` tells why.")


def is_red(place: Place, release: str) -> bool:
    """Whether the command says so, or cannot say anything."""
    try:
        return place.asked(release, "health").get("state") == "red"
    except Failed:
        return True
