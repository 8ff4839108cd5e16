"""Clients of a web server: requests at a fixed rate, pages one after the other, and many listeners."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request took, in seconds, from when it was due; `found` is the status."""

    path: str
    seconds: float
    found: int


def at_a_rate(address: str, paths: Sequence[str], *, rate: float, headers: dict[str, str]) -> list[Taken]:
    """Ask for the paths at that rate, whether or not earlier answers have come: waiting counts."""
    return asyncio.run(_at_a_rate(address, paths, rate, headers))


async def _at_a_rate(address: str, paths: Sequence[str], rate: float, headers: dict[str, str]) -> list[Taken]:
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    async with aiohttp.ClientSession(
        address, connector=connector, headers=headers, timeout=TIMEOUT
    ) as session:
        begin = time.perf_counter() + 0.1
        tasks = []
        for place, path in enumerate(paths):
            due = begin + place / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(_ask(session, path, due)))
        return await asyncio.gather(*tasks)


def one_by_one(address: str, paths: Sequence[str], *, headers: dict[str, str]) -> list[Taken]:
    """Ask for each path when the one before it was answered."""
    return asyncio.run(_one_by_one(address, paths, headers))


async def _one_by_one(address: str, paths: Sequence[str], headers: dict[str, str]) -> list[Taken]:
    async with aiohttp.ClientSession(address, headers=headers, timeout=TIMEOUT) as session:
        return [await _ask(session, path, time.perf_counter()) for path in paths]


async def _ask(session: aiohttp.ClientSession, path: str, due: float) -> Taken:
    async with session.get(path, allow_redirects=False) as answer:
        await answer.read()
        return Taken(path, time.perf_counter() - due, answer.status)


def listen(address: str, number: int, pipe: Connection, headers: dict[str, str]) -> None:
    """Open so many streams, say so, and send when each of them got which event, when told to end."""
    asyncio.run(_listen(address, number, pipe, headers))


async def _listen(address: str, number: int, pipe: Connection, headers: dict[str, str]) -> None:
    got: list[tuple[str, float]] = []
    connector = aiohttp.TCPConnector(limit=0)
    endless = aiohttp.ClientTimeout(total=None)
    opened: asyncio.Queue[int] = asyncio.Queue()
    async with aiohttp.ClientSession(
        address, connector=connector, headers=headers, timeout=endless
    ) as session:
        listeners = []
        # Not all in one moment: the queue of the socket is shorter than that.
        for start in range(0, number, 50):
            now = min(50, number - start)
            listeners += [asyncio.create_task(_one(session, got, opened)) for _ in range(now)]
            for _ in range(now):
                if (status := await opened.get()) != 200:
                    raise SystemExit(f"A stream was answered by {status}.")
        pipe.send("open")
        await asyncio.to_thread(pipe.recv)
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    pipe.send(got)


async def _one(
    session: aiohttp.ClientSession, got: list[tuple[str, float]], opened: "asyncio.Queue[int]"
) -> None:
    async with session.get("/api/v1/events?topics=progress") as answer:
        opened.put_nowait(answer.status)
        async for line in answer.content:
            if line.startswith(b'data: {"type"'):
                got.append((json.loads(line[6:])["data"]["title"], time.time()))
