"""The record of the stored descriptors that a process reads: `descriptors.json` in the folder of a run.

It names arrays by the last part of their folder in the store, so it holds for a workspace that has moved. A solution
may change the file: readers look its names up among the folders of the store and build no path from them.
"""

import json
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from harness.atomic_files import write_atomically
from harness.regular_file import read_json

FILE = "descriptors.json"
_MAX_USES, _MAX_BYTES = 200, 1 << 20


class DescriptorUse(NamedTuple):
    """An array that was read: the part of the images, the name of the folder in the store, and that of the array."""

    part: str
    folder: str
    array: str


_uses: dict[DescriptorUse, None] = {}
_lock = Lock()


def record_use(part: str, folder: Path, array: str) -> None:
    """Record that this process reads an array of a descriptor store."""
    with _lock:
        if len(_uses) < _MAX_USES:
            _uses.setdefault(DescriptorUse(part, folder.name, array))


def save_uses(run_folder: Path) -> None:
    """Write the arrays that this process has read so far, in the order of their first reading."""
    with _lock:
        rows = [use._asdict() for use in _uses]
    write_atomically(run_folder / FILE, json.dumps({"format": 1, "arrays": rows}, indent=1))


def load_uses(path: Path) -> list[DescriptorUse]:
    """Return the arrays that a run has read; none if the file is missing or damaged."""
    try:
        rows = read_json(path, _MAX_BYTES)["arrays"]
        uses = [DescriptorUse(**row) for row in rows[:_MAX_USES]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [use for use in uses if all(isinstance(text, str) and len(text) < 200 for text in use)]
