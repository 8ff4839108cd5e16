"""The REST side: time, ping, exchangeInfo, klines, and a private path that refuses keys."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from tests.emulated_exchange.book import Book, Row
from tests.emulated_exchange.faults import REQUEST
from tests.emulated_exchange.shapes import compact, exchange_info, kline
from tests.emulated_exchange.venue import Venue
from tests.emulated_exchange.wrong import spoil

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/api/v3"
WEIGHTS = {f"{API}/klines": 2, f"{API}/exchangeInfo": 20, f"{API}/account": 20}
WEIGHT_LIMIT = 6000
MOST_ROWS, ROWS = 1000, 500
PAGE = "<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
BAD_KEY = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
LIMITED = {
    "code": -1003,
    "msg": "Too much request weight used; current limit is {} request weight per 1 MINUTE.",
}
BANNED = {"code": -1003, "msg": "Way too much request weight used; IP banned. Please use the websocket."}
DOWN = {"code": -1001, "msg": "Internal error; unable to process your request. Please try again."}


class Rest:
    """Answers requests from the state of the venue."""

    def __init__(self, venue: Venue):
        self.venue = venue

    def routes(self) -> list[web.RouteDef]:
        """What is answered, and by whom."""
        answers = {"ping": self.ping, "time": self.time, "exchangeInfo": self.info, "klines": self.klines}
        return [web.get(f"{API}/{name}", answer) for name, answer in answers.items()] + [
            web.get(f"{API}/account", self.account),
            web.get("/sapi/{rest:.*}", self.account),
        ]

    async def ping(self, request: web.Request) -> web.Response:
        """Nothing, quickly."""
        return _json({})

    async def time(self, request: web.Request) -> web.Response:
        """The time that the exchange tells."""
        return _json({"serverTime": self.venue.told_ms()})

    async def info(self, request: web.Request) -> web.Response:
        """All symbols with their status."""
        limit = self.venue.faults.weight_limit or WEIGHT_LIMIT
        return _json(exchange_info(self.venue.listed(), now_ms=self.venue.told_ms(), weight=limit))

    async def account(self, request: web.Request) -> web.Response:
        """No key has rights here."""
        self.venue.served.faults["bad_key"] += 1
        return _json(BAD_KEY, status=401)

    async def klines(self, request: web.Request) -> web.Response:
        """Candles as they are known now, the forming one last."""
        asked, venue = request.query, self.venue
        if "X-MBX-APIKEY" in request.headers and venue.strikes("bad_key"):
            return _json(BAD_KEY, status=401)
        if not venue.knows(asked.get("symbol", "")):
            return _refuse(-1121, "Invalid symbol.")
        if not venue.market.serves(asked.get("interval", "")):
            return _refuse(-1120, "Invalid interval.")
        try:
            limit = min(int(asked.get("limit", ROWS)), MOST_ROWS)
            book = venue.book(asked["interval"])
            rows = _rows(venue, book, venue.row_of[asked["symbol"]], asked=asked, limit=limit)
        except ValueError:
            return _refuse(-1100, "Illegal characters found in a parameter.")
        period = book.market.period_ms
        told = [kline(row, period_ms=period) for row in rows for _ in range(1 + row.twice)]
        self._count(rows)
        return _json(spoil(told, venue=venue, period_ms=period))

    def _count(self, rows: list[Row]) -> None:
        served = self.venue.served
        served.final_rows += sum(row.final for row in rows)
        served.forming_rows += sum(not row.final for row in rows)
        served.faults["duplicated"] += sum(row.twice for row in rows)


def _rows(venue: Venue, book: Book, symbol: int, *, asked: Mapping[str, str], limit: int) -> list[Row]:
    """The first `limit` rows from startTime on, or else the last ones until endTime."""
    now = venue.clock.ms
    until = min(int(asked.get("endTime", now)), now)
    since = int(asked.get("startTime", 0))
    bars = book.bars(since_ms=since, until_ms=until)
    ordered = bars if "startTime" in asked else reversed(bars)
    rows: list[Row] = []
    for bar in ordered:
        row = venue.row(book, symbol, bar, at_ms=now)
        if row is not None:
            rows.append(row)
        if len(rows) == limit:
            break
    return rows if "startTime" in asked else rows[::-1]


def faulty(venue: Venue) -> Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]:
    """Counts requests and their weight, and lets faults strike before or after the answer is made."""

    @web.middleware
    async def middleware(request: web.Request, handler: Answer) -> web.StreamResponse:
        if not request.path.startswith(API):
            return await handler(request)
        weight = WEIGHTS.get(request.path, 1)
        used = venue.served.count_request(request.path, weight=weight, at_ms=venue.clock.ms)
        kind = next((kind for kind in REQUEST if venue.strikes(kind)), None)
        limit = venue.faults.weight_limit
        if kind is None and limit is not None and used > limit:
            venue.served.faults["over_weight"] += 1
            kind = "limited"
        response = await (_struck(kind, venue, request, handler) if kind else handler(request))
        response.headers["X-MBX-USED-WEIGHT"] = response.headers["X-MBX-USED-WEIGHT-1M"] = str(used)
        return response

    return middleware


async def _struck(kind: str, venue: Venue, request: web.Request, answer: Answer) -> web.StreamResponse:
    wait = {"Retry-After": str(venue.faults.retry_after_s)}
    match kind:
        case "banned":
            return _json(BANNED, status=418, headers=wait)
        case "limited":
            message = LIMITED["msg"].format(venue.faults.weight_limit or WEIGHT_LIMIT)
            return _json(LIMITED | {"msg": message}, status=429, headers=wait)
        case "down":
            return _json(DOWN, status=503)
        case "html":
            return web.Response(text=PAGE, content_type="text/html")
        case "truncated":
            whole = await answer(request)
            body = whole.body if isinstance(whole, web.Response) else b"[["
            return web.Response(body=bytes(body)[: len(body) // 2], content_type="application/json")
    if kind == "stall":
        await asyncio.sleep(venue.faults.stall_s)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


def _json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        text=compact(value), status=status, headers=headers, content_type="application/json", charset="utf-8"
    )


def _refuse(code: int, message: str) -> web.Response:
    return _json({"code": code, "msg": message}, status=400)
