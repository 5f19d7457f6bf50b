"""An image set that is described already: for tests of what a solution does with descriptors."""

from collections.abc import Sequence

import numpy as np


class Described:
    """Stands in for an ImageSet."""

    def __init__(self, arrays: dict[str, np.ndarray], ids: Sequence[str], broken: Sequence[int] = ()) -> None:
        self.arrays, self.ids = arrays, np.array(ids, object)
        self.broken = np.isin(np.arange(len(ids)), broken)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: slice) -> "Described":
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return Described(arrays, self.ids[rows], np.flatnonzero(self.broken[rows]))

    def describe(self, extractor: object, name: str) -> np.ndarray:
        return self.arrays[name]

    def undecodable(self, extractor: object) -> np.ndarray:
        return self.broken
