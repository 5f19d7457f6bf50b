"""Whether stored vectors are those that were added: by their digest, or by size and time of the files since then."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.atomic_files import write_atomically
from harness.cpu_budget import cores
from harness.data.embeddings.external import ARRAY
from harness.data.store.descriptor_store import ExtractorStore
from harness.regular_file import read_json

_DIGEST_ROWS = 1 << 14  # rows that are digested at once
_CHECKED = "checked.json"


def are_intact(store: ExtractorStore, digest: str) -> bool:
    """Return whether the vectors in a store have a digest, and its states agree with them.

    They are read only if the files were changed or copied since the last time.
    """
    if not store.is_intact() or ARRAY not in store.specs:
        return False
    stamp = [digest, *_stamps(store.folder)]
    if _read(store.folder / _CHECKED) == stamp:
        return True
    array = store.array(ARRAY, slice(None))
    undecodable = store.undecodable(slice(None))
    if vectors_digest(array) != digest or (np.isnan(array[:, 0]) != undecodable).any():
        return False
    with suppress(OSError):  # a process that may only read checks each time
        write_atomically(store.folder / _CHECKED, json.dumps(stamp))
    return True


def vectors_digest(array: np.ndarray) -> str:
    """Return a digest of the shape and the content of an array, computed by all cores."""
    with ThreadPoolExecutor(cores()) as pool:
        starts = range(0, len(array), _DIGEST_ROWS)
        digests = pool.map(lambda start: sha256(array[start : start + _DIGEST_ROWS].data).digest(), starts)
        return sha256(str(array.shape).encode() + b"".join(digests)).hexdigest()


def _stamps(folder: Path) -> list[list[int]]:
    """Return size, time of change in nanoseconds and number of each file of arrays."""
    states = [path.stat() for path in sorted(folder.glob("*.npy"))]
    return [[state.st_size, state.st_mtime_ns, state.st_ino] for state in states]


def _read(path: Path) -> object:
    try:
        return read_json(path, 10_000)
    except (OSError, ValueError):
        return None
