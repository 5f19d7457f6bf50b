"""The images of one table with fingerprints of their files, shared by all subsets of an image set."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from harness.data.images.find import ImageFolder

NO_FILE = 2  # fingerprint of a missing file
_WORD, _EVEN_WORD = 2**64 - 1, 2**64 - 2


@dataclass(eq=False)
class TableImages:
    """The images of one table, shared by all subsets of an image set."""

    part: str  # "train", "index" or "test"
    ids: np.ndarray  # (n,) str
    folder: ImageFolder
    store: Path  # folder of the descriptors
    undecodable_ids: set[str] = field(default_factory=set)  # known so far
    _fingerprints: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.ids.flags.writeable = False
        self._fingerprints = np.zeros(len(self.ids), np.uint64)

    def __reduce__(self) -> tuple[type[TableImages], tuple[str, np.ndarray, ImageFolder, Path]]:
        """Pickle without the states of the files, so that another process looks them up itself."""
        return TableImages, (self.part, self.ids, self.folder, self.store)

    @cached_property
    def key(self) -> str:
        """Return the name of the folder for descriptors of these images, a digest of folder and ids."""
        digest = sha256("\n".join([str(self.folder.folder), self.part, *self.ids]).encode("utf-8", "surrogatepass"))
        return f"{self.part}-{digest.hexdigest()[:16]}"

    def path(self, row: int) -> Path | None:
        """Return the path of an image, or None for a missing file."""
        path = self.folder.path(self.ids[row])
        return None if path is None else Path(path)

    def fingerprints(self, rows: np.ndarray) -> np.ndarray:
        """Return an even 64-bit digest of file size and times of change for each row `(n,)`, looked up once.

        It changes when a file is changed, replaced, removed or created.
        """
        unknown = rows[self._fingerprints[rows] == 0]
        if len(unknown):
            self._fingerprints[unknown] = [_fingerprint(self.folder.path(image_id)) for image_id in self.ids[unknown]]
        return np.asarray(self._fingerprints[rows])


def _fingerprint(path: str | None) -> int:
    if path is None:
        return NO_FILE
    try:
        status = os.stat(path)
    except OSError:
        return NO_FILE
    state = struct.pack("<3Q", status.st_size, status.st_mtime_ns & _WORD, status.st_ctime_ns & _WORD)
    word = int.from_bytes(blake2b(state, digest_size=8).digest(), "little") & _EVEN_WORD
    return word if word > NO_FILE else 4
