"""Bytes that are made in a thread of their own, while the loop serves others."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
from django.db import connection, connections


async def in_a_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The parts, each made when the one before it was taken; who stops reading ends the query as well."""
    maker = Maker(parts)
    loop = asyncio.get_running_loop()
    try:
        while (part := await loop.run_in_executor(maker.thread, maker.step)) is not None:
            yield part
    finally:
        # Neither the loop nor a client that is gone has to wait for the server.
        threading.Thread(target=maker.stop, name="export-stop", daemon=True).start()


class Maker:
    """Makes parts in one thread, which has its own connection to the database."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._parts = parts
        self._server: psycopg.Connection | None = None

    def step(self) -> bytes | None:
        """The next part, None behind the last."""
        connection.ensure_connection()
        self._server = connection.connection
        return next(self._parts, None)

    def stop(self) -> None:
        """End the query that runs, if any, and leave the connection."""
        if self._server is not None:
            # It may be gone, or done.
            with suppress(psycopg.Error):
                self._server.cancel_safe(timeout=5)
        self.thread.submit(connections.close_all)
        self.thread.shutdown(wait=True)
