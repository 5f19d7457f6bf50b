"""Digests of files, computed once in a process while the file stays the same."""

import os
from functools import cache
from hashlib import file_digest

from harness import HarnessError


def digest_of_file(file: str) -> str:
    """Return the sha256 of a file. Raises HarnessError if it cannot be read."""
    try:
        state = os.stat(file)
        return _digest(file, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise HarnessError(f"{file}: cannot be read: {error.strerror}") from None


@cache
def _digest(file: str, *_: int) -> str:
    with open(file, "rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
