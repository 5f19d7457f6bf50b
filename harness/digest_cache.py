"""A file of digests and other short texts, each computed once from all that its key names."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from threading import Lock

from harness.atomic_files import write_atomically
from harness.errors import HarnessError

Stat = tuple[int, int, int, int]

_NAME = "digests.json"
_LIMIT = 5000  # digests, at most
_MAX_BYTES = 4_000_000
_LARGEST = 1 << 38  # bytes; a larger file is digested by its state alone
_SMALL = 1 << 20  # bytes; a smaller file is digested in no time
_DIGESTS: dict[str, str] = {}  # of this process; keys name all that a digest depends on


class DigestCache:
    """Digests by a key that names their inputs, in memory and in a file. A damaged or missing file is an empty one."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._stored: dict[str, str] | None = None
        self._new: dict[str, str] = {}

    def __reduce__(self) -> tuple[type["DigestCache"], tuple[Path]]:
        """Pickle without the digests, which another process reads from the file."""
        return DigestCache, (self._path,)

    def get(self, key: str, compute: Callable[[], str]) -> str:
        """Return the digest of a key; compute it once."""
        with self._lock:
            self._stored = _load(self._path) if self._stored is None else self._stored
            digest = self._stored.get(key) or _DIGESTS.get(key)
        digest = digest or compute()
        if digest and key not in self._stored:
            with self._lock:
                self._new[key] = _DIGESTS[key] = digest
        return digest

    def file(self, path: str, stat: Stat) -> str:
        """Return the digest of the content of a regular file in this state; "" if it cannot be read."""
        if stat[0] < _SMALL:
            return _content_digest(path)
        return self.get(f"{path}\0{stat}", lambda: _content_digest(path))

    def save(self) -> None:
        """Write new digests to the file; without effect where it cannot be written."""
        with self._lock:
            if self._new:
                latest = dict(list((_load(self._path) | self._new).items())[-_LIMIT:])
                with suppress(OSError, HarnessError):
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    text = json.dumps(latest)
                    write_atomically(self._path, f"{sha256(text.encode()).hexdigest()}\n{text}")
                self._stored, self._new = latest, {}


@cache
def workspace_digests(folder: Path) -> DigestCache:
    """Return the digests of a workspace, the same object at every call."""
    return DigestCache(folder / _NAME)


def _load(path: Path) -> dict[str, str]:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return {}
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
        return dict(json.loads(text)) if sha256(text.encode()).hexdigest() == digest else {}
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _content_digest(path: str) -> str:
    """Return the SHA-256 of a regular file; "" for anything else, which could block, and for what cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            stat = os.fstat(descriptor)
            is_regular = os.path.isfile(path) and stat.st_size <= _LARGEST
            return file_digest(file, "sha256").hexdigest() if is_regular else ""
    except (OSError, ValueError):
        return ""
