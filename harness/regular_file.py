"""Reading files of a workspace that may be damaged: never waiting for a pipe, never filling the memory."""

import errno
import json
import os
from io import BufferedReader
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

LARGEST = 1 << 28  # bytes


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading; OSError, which names it, if it is a folder, a pipe, a device or missing."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not S_ISREG(mode):
        os.close(descriptor)
        if S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "Is a pipe or a device", str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, limit: int = LARGEST) -> bytes:
    """Return the content of a file; OSError if it is no file, ValueError if it has more than `limit` bytes."""
    with open_regular(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"{path}: has more than {limit} bytes")
    return content


def read_json(path: Path, limit: int = LARGEST) -> Any:
    """Return the value in a JSON file; OSError if it is no file, ValueError if it is no JSON or nests too deep."""
    try:
        return json.loads(read_regular(path, limit).decode("utf-8"))
    except RecursionError:
        raise ValueError(f"{path}: nests too deep") from None
