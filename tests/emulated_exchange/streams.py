"""The WebSocket side: who listens to which streams, and what they are told when."""

from aiohttp import web

from tests.emulated_exchange.venue import Venue


class Streams:
    """Tells kline events to those who subscribed."""

    def __init__(self, venue: Venue):
        self.venue = venue
        self.told_until_ms = venue.clock.ms

    def routes(self) -> list[web.RouteDef]:
        """Where sockets are opened."""
        return []

    def start(self) -> None:
        """Begin to tell, in the running loop."""

    async def stop(self) -> None:
        """Close all sockets."""
