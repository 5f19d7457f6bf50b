"""Arrays with a varying number of rows per image, e.g. local descriptors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ragged:
    """Rows of several images; `ragged[i]` is `rows[starts[i]:ends[i]]`, the rows of image i.

    >>> two = Ragged(np.arange(6).reshape(3, 2), np.array([0, 2]), np.array([2, 3]))
    >>> two[0].shape, two[1].tolist(), len(two)
    ((2, 2), [[4, 5]], 2)
    """

    rows: np.ndarray  # (total, d), memory-mapped
    starts: np.ndarray  # (n,)
    ends: np.ndarray  # (n,)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, image: int) -> np.ndarray:
        return np.asarray(self.rows[self.starts[image] : self.ends[image]])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[image] for image in range(len(self)))
