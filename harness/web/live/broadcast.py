"""Send the state of the runs in progress to all open pages, with one reader of the workspace for all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable

INTERVAL_S = 0.8  # between two events while anything runs
IDLE_TICKS = 15  # between two comments while nothing runs, which notice that a page has gone
MAX_STREAMS = 50  # of all pages; each holds a connection
SAME, COMMENT = b"data: 0\n\n", b":\n\n"


class Broadcast:
    """Calls `read` in a thread every INTERVAL_S seconds while pages listen; `b""` says that nothing runs."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._reader: asyncio.Task[None] | None = None
        self._tick, self._state, self._version, self._number = asyncio.Event(), b"", 0, 0
        self.streams, self.is_closed = 0, False

    @property
    def is_full(self) -> bool:
        """Whether no further page can listen."""
        return self.streams >= MAX_STREAMS

    def close(self) -> None:
        """End all streams at the next event, as the server stops."""
        self.is_closed = True

    async def events(self) -> AsyncIterator[bytes]:
        """Yield server-sent events: the state when it has changed, SAME while it has not and anything runs."""
        self.streams += 1
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_on())
        seen = -1
        try:
            while not self.is_closed:
                tick = self._tick
                if seen != self._version:
                    seen = self._version
                    yield b"data: " + (self._state or b"[]") + b"\n\n"
                elif self._state:
                    yield SAME
                elif self._number % IDLE_TICKS == 0:
                    yield COMMENT
                await tick.wait()
        finally:
            self.streams -= 1

    async def _read_on(self) -> None:
        while self.streams and not self.is_closed:
            state = await asyncio.to_thread(self._read)
            if state != self._state:
                self._state, self._version = state, self._version + 1
            self._number += 1
            self._wake()
            await asyncio.sleep(INTERVAL_S)
        self._wake()

    def _wake(self) -> None:
        tick, self._tick = self._tick, asyncio.Event()
        tick.set()
