"""A proxy before a Unix socket that can stall, swallow what it hears, or cut its lines."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECE = 65_536


class Proxy:
    """Passes on what it hears until told otherwise; all faults end with `pass_on`.

    `stall` holds everything back and delivers it late. `swallow` is a black hole: lines are taken, what is
    sent on them is lost, answers too. `cut` closes all lines at once; new ones are taken.
    """

    def __init__(self, front: Path, back: Path) -> None:
        self._front, self._back = front, back
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._swallows = False
        self._lines: set[asyncio.StreamWriter] = set()

    def pass_on(self) -> None:
        """Behave. Lines that lost something cannot be mended: they are closed."""
        was_hole, self._swallows = self._swallows, False
        self._call(self._flows.set)
        if was_hole:
            self.cut()

    def stall(self) -> None:
        """Hold everything back."""
        self._call(self._flows.clear)

    def swallow(self) -> None:
        """Lose everything."""
        self._swallows = True

    def cut(self) -> None:
        """Close all lines."""
        self._call(self._close_all)

    async def serve(self) -> asyncio.Server:
        """Begin to listen."""
        self._flows.set()
        return await asyncio.start_unix_server(self._meet, path=self._front)

    def run(self, ready: threading.Event) -> None:
        """Serve until `stop`."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.serve())
        ready.set()
        self._loop.run_forever()
        server.close()
        self._close_all()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def stop(self) -> None:
        """End `run`."""
        self._call(self._loop.stop)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._back)
        except OSError:
            # The server behind is down: so are we.
            writer.close()
            return
        self._lines |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while piece := await reader.read(PIECE):
                await self._flows.wait()
                if not self._swallows:
                    writer.write(piece)
                    await writer.drain()
        writer.close()
        self._lines.discard(writer)

    def _close_all(self) -> None:
        for line in self._lines:
            line.transport.abort()
        self._lines.clear()

    def _call(self, what) -> None:
        self._loop.call_soon_threadsafe(what)


@contextmanager
def proxy(front: Path, back: Path) -> Iterator[Proxy]:
    """A proxy that listens at `front` and speaks to `back`, for a block."""
    made, ready = Proxy(front, back), threading.Event()
    thread = threading.Thread(target=made.run, args=[ready], daemon=True)
    thread.start()
    ready.wait()
    try:
        yield made
    finally:
        made.stop()
        thread.join()
