"""The train, index and test images of a competition as one list of rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from harness import Extractor, ImageSet

PARTS = ("train", "index", "test")


@dataclass(frozen=True)
class Collection:
    """All images; row `starts[p] + i` is image i of part p, in the order of `PARTS`."""

    sets: tuple[ImageSet, ...]

    @classmethod
    def of(cls, competition: Any) -> Collection:
        """Return the images of a competition."""
        return cls((competition.train, competition.index, competition.queries))

    def __len__(self) -> int:
        return sum(map(len, self.sets))

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of each part, and the total number of rows at the end."""
        return np.cumsum([0, *map(len, self.sets)])

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """Return the part of each row, as a position in `PARTS`."""
        return np.asarray(np.searchsorted(self.starts, rows, side="right") - 1)

    def rows_of(self, part: int) -> np.ndarray:
        """Return all rows of a part."""
        return np.arange(self.starts[part], self.starts[part + 1])

    def ids(self, rows: np.ndarray) -> list[str]:
        """Return the id of each row."""
        pairs = zip(rows.tolist(), self.parts(rows).tolist(), strict=True)
        return [str(self.sets[part].ids[row - self.starts[part]]) for row, part in pairs]

    def split(self, rows: np.ndarray) -> list[tuple[np.ndarray, ImageSet]]:
        """Return, for each part that has some of the rows, their positions in `rows` and the images."""
        parts = self.parts(rows)
        positions = [np.flatnonzero(parts == part) for part in range(len(self.sets))]
        return [
            (where, self.sets[part][rows[where] - self.starts[part]])
            for part, where in enumerate(positions)
            if len(where)
        ]

    def describe(self, extractor: Extractor, rows: np.ndarray) -> np.ndarray:
        """Return the descriptors of the rows, `(len(rows), d)`; there must be at least one row."""
        parts = [(where, images.describe(extractor)) for where, images in self.split(rows)]
        descriptors = np.empty((len(rows), *parts[0][1].shape[1:]), parts[0][1].dtype)
        for where, values in parts:
            descriptors[where] = values
        return descriptors
