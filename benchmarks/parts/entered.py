"""Looking at the pages and the API of a running `heliograph up`, as whoever opens its printed link."""

import urllib.request
from http.cookiejar import CookieJar
from typing import Any


class Visitor:
    """Keeps the cookie of the link, which works once; each start prints another."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.address = str(state["address"])
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        if state.get("link"):
            self.read(state["link"].removeprefix(self.address))

    def read(self, path: str) -> bytes:
        """The body of an answer; OSError where there is none, or it is an error."""
        with self._opener.open(f"{self.address}{path}", timeout=30) as answer:
            return bytes(answer.read())
