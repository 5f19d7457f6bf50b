"""The train, index and test images of a competition, side by side as one list of rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from harness import Extractor, ImageSet

PARTS = ("train", "index", "test")


@dataclass(frozen=True)
class Collection:
    """Row `starts[p] + i` is image i of part p, in the order of `PARTS`."""

    sets: tuple[ImageSet, ...]

    @classmethod
    def of(cls, competition: Any) -> Collection:
        """All images of a competition."""
        return cls((competition.train, competition.index, competition.queries))

    def __len__(self) -> int:
        return sum(map(len, self.sets))

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of each part, and behind them the number of all rows."""
        return np.cumsum([0, *map(len, self.sets)])

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """The part of each row, as a place in `PARTS`."""
        return np.asarray(np.searchsorted(self.starts, rows, side="right") - 1)

    def rows_of(self, part: int) -> np.ndarray:
        """All rows of a part."""
        return np.arange(self.starts[part], self.starts[part + 1])

    def ids(self, rows: np.ndarray) -> list[str]:
        """The id of each row."""
        found = zip(rows.tolist(), self.parts(rows).tolist(), strict=True)
        return [str(self.sets[part].ids[row - self.starts[part]]) for row, part in found]

    def split(self, rows: np.ndarray) -> list[tuple[np.ndarray, ImageSet]]:
        """For each part that has some of the rows: their places among them, and the images."""
        parts = self.parts(rows)
        places = [np.flatnonzero(parts == part) for part in range(len(self.sets))]
        return [
            (where, self.sets[part][rows[where] - self.starts[part]]) for part, where in enumerate(places) if len(where)
        ]

    def describe(self, extractor: Extractor, rows: np.ndarray) -> np.ndarray:
        """A row of numbers for each of the rows, of which there is at least one."""
        found = [(where, images.describe(extractor)) for where, images in self.split(rows)]
        described = np.empty((len(rows), *found[0][1].shape[1:]), found[0][1].dtype)
        for where, values in found:
            described[where] = values
        return described
