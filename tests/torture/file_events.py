"""Count the changes of files in a folder by inotify, and call a function at the n-th."""

import ctypes
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from select import select

_EVENT = struct.Struct("iIII")
_CREATE, _IS_FOLDER = 0x100, 0x40000000
_CHANGES = (
    0x2 | 0x4 | 0x8 | 0x40 | 0x80 | _CREATE | 0x200
)  # modify, attributes, close after writing, moves, create, delete


class FileEvents:
    """Watches a folder and all folders below it, from now on, in a thread."""

    def __init__(self, folder: Path, number: int | None = None, then: Callable[[], None] = lambda: None) -> None:
        self.count, self._number, self._then, self._ended = 0, number, then, False
        self._library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._library.inotify_init1(os.O_CLOEXEC)
        self._folders: dict[int, str] = {}
        self._watch(str(folder))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> int:
        """Stop watching; return the number of changes."""
        self._ended = True
        self._thread.join()
        os.close(self._descriptor)
        return self.count

    def _watch(self, folder: str) -> None:
        for path, *_ in os.walk(folder):
            watch = self._library.inotify_add_watch(self._descriptor, os.fsencode(path), _CHANGES)
            self._folders[watch] = path

    def _read(self) -> None:
        while not self._ended:
            if select([self._descriptor], [], [], 0.05)[0]:
                self._handle(os.read(self._descriptor, 1 << 16))

    def _handle(self, events: bytes) -> None:
        while events:
            watch, mask, _, length = _EVENT.unpack_from(events)
            name = events[_EVENT.size : _EVENT.size + length].rstrip(b"\0")
            events = events[_EVENT.size + length :]
            self.count += 1
            if self.count == self._number:
                self._then()
            if mask & _CREATE and mask & _IS_FOLDER:
                self._watch(os.path.join(self._folders.get(watch, ""), os.fsdecode(name)))
