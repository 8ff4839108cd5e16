"""The async door: streams events to many listeners that hold neither a thread nor a connection each.

Whether somebody is let in is asked of Django, with the very request: its middleware and its view know. What
follows costs a position and two small tasks.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple, TypeAlias

import psycopg

from heliograph.web.stream.door import DOOR, Door
from heliograph.web.stream.hub import Hub, Limits
from heliograph.web.stream.told import Admission, Told, gap_frame

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/api/v1/events"
# Bytes that are handed to a connection at a time.
PIECE = 64 * 1024
CREDENTIALS = (b"authorization", b"cookie")
# By which somebody who listens is told to end; anything else may pass.
REFUSED = (401, 403, 404)


class TooSlow(Exception):
    """The listener takes nothing; what it missed it gets when it comes back with its last id."""


@dataclass(slots=True)
class Answer:
    """What Django said to a request."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


class Check(NamedTuple):
    """When it was asked whether somebody may still listen, and what the answer is or will be."""

    at: float
    asking: asyncio.Task[tuple[Answer, Admission | None]]


class EventStream:
    """Serves the one path of events, and hands everything else to the application behind it."""

    def __init__(self, application: Application, *, limits: Limits | None = None) -> None:
        self._application = application
        self._limits = limits or Limits()
        self.hub = Hub(self._limits)
        self.listeners: Counter[str] = Counter()
        self._checks: dict[tuple[bytes, ...], Check] = {}
        self._hears_the_end = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self._application(scope, receive, send)
            return
        self._hear_the_end()
        if self.hub.is_ending:
            await _relay(Answer(503, [(b"retry-after", b"2"), (b"content-length", b"0")]), send)
            return
        answer, admission = await self._ask(scope)
        if admission is None:
            await _relay(answer, send)
            return
        await self._listen(scope, receive, send, answer, admission)

    async def _ask(self, scope: Scope, *, again: bool = False) -> tuple[Answer, Admission | None]:
        """Let Django answer the request; the view puts what it decided into the door."""
        door, answer = Door(self.listeners, again=again), Answer()
        is_asked = False

        async def receive() -> Message:
            nonlocal is_asked
            if is_asked:
                await asyncio.Event().wait()
            is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        await self._application({**scope, DOOR: door}, receive, send)
        return answer, door.admission if answer.status == 200 else None

    async def _listen(
        self, scope: Scope, receive: Receive, send: Send, answer: Answer, admission: Admission
    ) -> None:
        self.listeners[admission.person] += 1
        telling = asyncio.create_task(self._tell(scope, send, answer, admission))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait([telling, leaving], return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
        except TooSlow:
            _cut(send)
        finally:
            self.listeners[admission.person] -= 1
            if not self.listeners[admission.person]:
                del self.listeners[admission.person]
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)

    async def _tell(self, scope: Scope, send: Send, answer: Answer, admission: Admission) -> None:
        await self.hub.begin()
        line = Line(send, slow=self._limits.slow)
        headers = [one for one in answer.headers if one[0].lower() != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        position = admission.after
        opening = f"retry: {self._limits.retry_ms}\n".encode()
        if admission.gap is not None:
            opening += b"\n" + gap_frame(position, admission.gap)
            position = admission.gap
        # An id without data: who is cut off before the first event knows where to go on.
        await line.say(opening + f"id: {position}\n\n".encode())
        farewell = await self._follow(scope, line, position, admission)
        await line.say(f": {farewell}\n\n".encode(), more=False)

    async def _follow(self, scope: Scope, line: "Line", position: int, admission: Admission) -> str:
        """Events as they come, until there is a reason to end, which is returned."""
        # Many come at once when a server starts: what they do by the clock is spread over its time.
        recheck_at = time.monotonic() + self._limits.recheck * random.uniform(0.5, 1)
        while not self.hub.is_ending:
            try:
                found = await self.hub.after(position)
            except (psycopg.Error, OSError):
                return "the database does not answer; come again"
            is_new = any((event.strategy_id or 0) > admission.newest_strategy for event in found)
            if is_new or time.monotonic() >= recheck_at:
                # What is asked after an event was heard of knows its strategy.
                since = self.hub.heard_at if is_new else recheck_at - self._limits.recheck / 2
                status, again = await self._still(scope, since=since)
                if again is not None:
                    admission = admission.as_of(again)
                elif is_new or status in REFUSED:
                    return "you may listen no longer" if status in REFUSED else "come again"
                recheck_at = time.monotonic() + self._limits.recheck * random.uniform(0.5, 1)
            if found:
                position = await _tell_of(found, line, position, admission)
            silence = self._limits.heartbeat - (time.monotonic() - line.said_at)
            if silence <= 0:
                await line.say(_beat(position, admission.asked.beats))
            elif not found:
                until = min(silence, recheck_at - time.monotonic())
                await self.hub.wait(position, seconds=max(until, 0.01))
        return "the server ends; come again"

    async def _still(self, scope: Scope, *, since: float) -> tuple[int, Admission | None]:
        """What such a request is answered now; asked once for all that carry the same credentials."""
        names = [value for name, value in scope["headers"] if name.lower() in CREDENTIALS]
        key = (*names, str((scope.get("client") or ("",))[0]).encode())
        check = self._checks.get(key)
        if check is None or check.at < since:
            now = time.monotonic()
            oldest = now - self._limits.recheck
            self._checks = {one: kept for one, kept in self._checks.items() if kept.at > oldest}
            check = self._checks[key] = Check(now, asyncio.create_task(self._ask(scope, again=True)))
        answer, admission = await asyncio.shield(check.asking)
        return answer.status, admission

    def _hear_the_end(self) -> None:
        """Streams would hold up the end of the server, which waits for what it serves."""
        if self._hears_the_end:
            return
        self._hears_the_end = True
        loop = asyncio.get_running_loop()
        with suppress(ValueError):  # not the main thread: whoever runs us there ends the hub
            for number in (signal.SIGTERM, signal.SIGINT):
                before = signal.getsignal(number)

                def heard(number: int, frame: FrameType | None, before: Any = before) -> None:
                    loop.call_soon_threadsafe(self.hub.end_soon)
                    if callable(before):
                        before(number, frame)

                signal.signal(number, heard)


class Line:
    """Says text to one listener; TooSlow if it is not taken in time."""

    def __init__(self, send: Send, *, slow: float) -> None:
        self._send, self._slow = send, slow
        self.said_at = time.monotonic()

    async def say(self, text: bytes, *, more: bool = True) -> None:
        """Hand it to the connection, which takes no more than its buffer holds."""
        try:
            async with asyncio.timeout(self._slow):
                await self._send({"type": "http.response.body", "body": text, "more_body": more})
        except TimeoutError as fault:
            raise TooSlow from fault
        self.said_at = time.monotonic()


async def _tell_of(found: Sequence[Told], line: Line, position: int, admission: Admission) -> int:
    """Say what the listener asked for and may see; returns where it now stands."""
    if found[0].position > position + 1:
        await line.say(gap_frame(position, found[0].position - 1))
    told = bytearray()
    for event in found:
        if admission.lets(event):
            told += event.text
        # The connection takes whatever it is given at once: only between two pieces it can make us wait.
        if len(told) >= PIECE or (told and event is found[-1]):
            await line.say(bytes(told))
            told.clear()
    return found[-1].position


def _beat(position: int, as_event: bool) -> bytes:
    """The id moves on though nothing was told: what was left out is not looked through again."""
    if as_event:
        return f"id: {position}\nevent: beat\ndata: {{}}\n\n".encode()
    return f": still here\nid: {position}\n\n".encode()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _relay(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


def _cut(send: Send) -> None:
    """Closing in order would wait for the listener to take what is buffered, which it does not."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
