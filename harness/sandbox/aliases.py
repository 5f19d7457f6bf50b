"""Further paths of a file, where its file system is mounted more than once, as by `mount --bind`."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_ESCAPE = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True)
class MountedFolder:
    """A folder `root` of the file system of a device, which is visible at the path `place`."""

    device: str
    root: str
    place: str


def mounted_folders(table: Path = Path("/proc/self/mountinfo")) -> list[MountedFolder]:
    """Return the mounts that this process sees; [] where the system does not say."""
    try:
        rows = [line.split() for line in table.read_bytes().splitlines()]
    except OSError:
        return []
    return [MountedFolder(row[2].decode(), _text(row[3]), _text(row[4])) for row in rows]


def all_paths(path: str, mounts: list[MountedFolder]) -> set[str]:
    """Return an absolute path without links, and the other paths of the same file.

    >>> mounts = [MountedFolder("8:1", "/", "/"), MountedFolder("8:1", "/data", "/mnt/x")]
    >>> sorted(all_paths("/data/truth.csv", mounts))
    ['/data/truth.csv', '/mnt/x/truth.csv']
    """
    above = [each for each in mounts if _is_below(path, each.place)]
    if not above:
        return {path}
    own = max(reversed(above), key=lambda each: len(each.place))  # of two at one place the later is seen
    inside = _join(own.root, os.path.relpath(path, own.place))
    same = [each for each in mounts if each.device == own.device and _is_below(inside, each.root)]
    return {path} | {_join(each.place, os.path.relpath(inside, each.root)) for each in same}


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _join(folder: str, rest: str) -> str:
    return os.path.normpath(os.path.join(folder, rest))


def _text(field: bytes) -> str:
    """Return a path of the table, in which blanks and backslashes are written as octal numbers."""
    return os.fsdecode(_ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), field))
