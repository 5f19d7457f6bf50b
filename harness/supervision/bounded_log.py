"""A log that keeps its first and last bytes, however much is written to it.

The supervisor imports this module, so it uses the standard library only.
"""

import os

MAX_BYTES = 8_000_000  # of the beginning, and of the end


class BoundedLog:
    """Writes the first `limit` bytes to a file at once, and the last `limit` bytes of the rest when it is closed.

    A full disk is no error: what could not be written counts to the rest.
    """

    def __init__(self, descriptor: int, limit: int = MAX_BYTES) -> None:
        self._descriptor, self._limit, self._room = descriptor, limit, limit
        self._tail, self._omitted = bytearray(), 0

    def write(self, data: bytes) -> None:
        """Append bytes to the log."""
        if self._room:
            written = self._write(data[: self._room])
            self._room = self._room - written if written == min(len(data), self._room) else 0
            data = data[written:]
        self._tail += data
        if len(self._tail) > 2 * self._limit:
            self._omit()

    def close(self) -> None:
        """Write the end of the log, and before it how many bytes are left out."""
        self._omit()
        if self._omitted:
            self._write(f"\n[... {self._omitted:,} bytes of the log are left out here ...]\n".encode())
        self._write(bytes(self._tail))
        self._tail.clear()

    def _omit(self) -> None:
        excess = len(self._tail) - self._limit
        if excess > 0:
            self._omitted += excess
            del self._tail[:excess]

    def _write(self, data: bytes) -> int:
        """Return how many bytes could be written."""
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError:  # the disk is full, or the quota
            pass
        return written
