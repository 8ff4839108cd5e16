"""The client: every operation of the API as a method, and its events."""

from collections.abc import Iterator, Sequence

from heliograph.client.connection import Connection
from heliograph.client.events import Event, listen
from heliograph.client.operations import Operations


class Client(Operations):
    """A Heliograph at an address. `token` is what `heliograph token add` printed; `timeout` is in seconds.

    Refusals raise Problem, silence raises NoAnswer; passing trouble (429, 503, a line that is cut) is tried
    again, and a write that is tried twice is done once.
    """

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 30.0) -> None:
        super().__init__(Connection(url, token=token, timeout=timeout))

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._connection.close()

    def events(
        self,
        topics: Sequence[str] = (),
        *,
        strategy: str | None = None,
        symbol: str | None = None,
        after: str | None = None,
    ) -> Iterator[Event]:
        """Events for ever, those behind the id `after` first; a cut line is taken up without a gap."""
        query = {"topics": ",".join(topics) or None, "strategy": strategy, "symbol": symbol}
        return listen(self._connection, query=query, after=after)
