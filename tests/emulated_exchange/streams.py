"""The WebSocket side: who listens to which streams, and what they are told when."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.emulated_exchange.book import NEVER
from tests.emulated_exchange.shapes import compact, kline_event, stream_name
from tests.emulated_exchange.tape import Moment, Tape
from tests.emulated_exchange.venue import Venue
from tests.emulated_exchange.wrong import spoil_row

# As Binance: a ping every 20 s, answered or else the connection ends.
PING_S = 20.0
UNKNOWN_METHOD = {"code": 2, "msg": "Invalid request: unknown variant"}


@dataclass(eq=False)
class Listener:
    """One connection. `wrapped` is the form of /stream, which names the stream of each message."""

    socket: web.WebSocketResponse
    request: web.Request
    wrapped: bool
    names: set[str] = field(default_factory=set)
    # None: what stands before it is sent, and then the connection is cut.
    waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    quiet_until_ms: int = 0

    async def write(self) -> None:
        """Send what waits, in order, until the connection ends."""
        while (text := await self.waiting.get()) is not None:
            await self.socket.send_str(text)
        if self.request.transport is not None:
            self.request.transport.close()

    def cut(self) -> None:
        """End the connection without a word of parting."""
        self.waiting.put_nowait(None)


class Streams:
    """Tells kline events to those who subscribed."""

    def __init__(self, venue: Venue):
        self.venue = venue
        self.told_until_ms = venue.clock.ms
        self.listeners: set[Listener] = set()
        self._tapes: dict[str, Tape] = {}
        self._changed = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        """Where sockets are opened; ccxt adds a number to the path."""
        raw = ["/ws", "/ws/{names:.*}", "/stream/ws", "/stream/ws/{names:.*}"]
        return [*(web.get(path, self.open) for path in raw), web.get("/stream", self.open)]

    def start(self) -> None:
        """Begin to tell, in the running loop."""
        loop = asyncio.get_running_loop()
        self.venue.clock.tell(lambda: loop.call_soon_threadsafe(self._changed.set))
        self._telling = loop.create_task(self._tell())

    async def stop(self) -> None:
        """End all connections."""
        if self._telling is not None:
            self._telling.cancel()
        for listener in self.listeners:
            if listener.request.transport is not None:
                listener.request.transport.abort()

    async def open(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(heartbeat=PING_S)
        try:
            await socket.prepare(request)
        except ConnectionError:
            # It hung up while it connected.
            return socket
        listener = Listener(socket, request, wrapped=request.path == "/stream")
        asked = request.query.get("streams", "") or request.match_info.get("names", "")
        self.venue.served.connections += 1
        self.listeners.add(listener)
        self._subscribe(listener, [name for name in asked.split("/") if "@" in name])
        writing = asyncio.create_task(listener.write())
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    listener.waiting.put_nowait(compact(self._answer(listener, json.loads(message.data))))
        finally:
            self.listeners.discard(listener)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        return socket

    def _answer(self, listener: Listener, asked: dict) -> dict:
        names = [str(name) for name in asked.get("params") or []]
        match asked.get("method"):
            case "SUBSCRIBE":
                self._subscribe(listener, names)
            case "UNSUBSCRIBE":
                listener.names -= set(names)
            case "LIST_SUBSCRIPTIONS":
                return {"result": sorted(listener.names), "id": asked.get("id")}
            case _:
                return {"error": UNKNOWN_METHOD, "id": asked.get("id")}
        return {"result": None, "id": asked.get("id")}

    def _subscribe(self, listener: Listener, names: list[str]) -> None:
        listener.names |= set(names)
        self.venue.served.subscriptions += len(names)
        for timeframe in {name.partition("@kline_")[2] for name in names} - set(self._tapes):
            if self.venue.market.serves(timeframe):
                book = self.venue.book(timeframe)
                self._tapes[timeframe] = Tape(timeframe, book, since_ms=self.venue.clock.ms)
        self._changed.set()

    async def _tell(self) -> None:
        while True:
            self._changed.clear()
            now = self.venue.clock.ms
            if now < self.told_until_ms:
                self._tapes = {name: Tape(name, one.book, since_ms=now) for name, one in self._tapes.items()}
            for tape in list(self._tapes.values()):
                for moment in tape.upto(now):
                    self._tell_moment(tape, moment)
                    await asyncio.sleep(0)
            self.told_until_ms = now
            try:
                await asyncio.wait_for(self._changed.wait(), self._pause_s())
            except TimeoutError:
                continue

    def _pause_s(self) -> float | None:
        """Seconds of ours until something is due; None: until the clock is moved or someone subscribes."""
        due = min((tape.next_ms() for tape in self._tapes.values()), default=NEVER)
        speed = self.venue.clock.speed
        if due == NEVER or speed <= 0:
            return None
        return max((due - self.venue.clock.ms) / 1000 / speed, 0.001)

    def _tell_moment(self, tape: Tape, moment: Moment) -> None:
        heard: dict[str, list[Listener]] = {}
        for listener in self.listeners:
            for name in listener.names if listener.quiet_until_ms <= moment.at_ms else ():
                heard.setdefault(name, []).append(listener)
        symbols = self.venue.market.symbols
        for row in moment.late or range(len(symbols)):
            listeners = heard.get(stream_name(symbols[row], tape.timeframe))
            if listeners:
                self._tell_symbol(tape, moment, row, listeners)
        if moment.closing and not moment.late:
            tape.postpone(moment)
            self._strike(moment.at_ms)

    def _tell_symbol(self, tape: Tape, moment: Moment, symbol: int, listeners: list[Listener]) -> None:
        venue, period = self.venue, tape.book.market.period_ms
        row = venue.row(tape.book, symbol, moment.bar, at_ms=moment.at_ms)
        if row is None:
            return
        told = spoil_row(row, venue=venue, period_ms=period) if row.final else row
        event = kline_event(
            venue.market.symbols[symbol],
            tape.timeframe,
            told,
            now_ms=venue.told_ms(moment.at_ms),
            period_ms=period,
        )
        name = stream_name(venue.market.symbols[symbol], tape.timeframe)
        for _ in range(1 + row.twice):
            self._send(name, compact(event), listeners, final=row.final)
        venue.served.faults["duplicated"] += row.twice

    def _send(self, name: str, event: str, listeners: list[Listener], *, final: bool) -> None:
        served = self.venue.served
        served.final_messages += final * len(listeners)
        served.forming_messages += (not final) * len(listeners)
        for listener in listeners:
            text = f'{{"stream":"{name}","data":{event}}}' if listener.wrapped else event
            listener.waiting.put_nowait(text)

    def _strike(self, at_ms: int) -> None:
        for listener in list(self.listeners):
            if self.venue.strikes("quiet"):
                listener.quiet_until_ms = at_ms + int(self.venue.faults.quiet_s * 1000)
            if self.venue.strikes("disconnect"):
                listener.cut()
