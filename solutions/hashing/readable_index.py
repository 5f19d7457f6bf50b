"""The index images that could be decoded, and rankings of them."""

import numpy as np

from harness import Extractor, ImageSet, Ranking


class ReadableIndex:
    """The decodable images of an index. Searchers number only these; rankings number all images."""

    def __init__(self, index: ImageSet, extractor: Extractor) -> None:
        self.index, self.extractor = index, extractor
        broken = index.undecodable(extractor)
        self.readable_positions = np.flatnonzero(~broken) if broken.any() else None

    def rows(self, name: str, extractor: Extractor | None = None) -> np.ndarray:
        """Return the named descriptors of the readable images; memory-mapped if all are readable."""
        rows = self.index.describe(extractor or self.extractor, name)
        return rows if self.readable_positions is None else rows[self.readable_positions]

    @property
    def ids(self) -> np.ndarray:
        """Return the ids of the readable images."""
        return self.index.ids if self.readable_positions is None else self.index.ids[self.readable_positions]

    def ranking(self, queries: ImageSet, positions: np.ndarray, extractor: Extractor | None = None) -> Ranking:
        """Return the ranking for positions `(n_queries, any)` among the readable; undecodable queries get none."""
        ranked = np.where(queries.undecodable(extractor or self.extractor)[:, None], -1, positions)
        if self.readable_positions is not None and len(self.readable_positions):
            ranked = np.where(ranked >= 0, self.readable_positions[ranked], -1)
        return Ranking.from_positions(ranked, queries.ids, self.index.ids)


def pad_lists(lists: list[np.ndarray]) -> np.ndarray:
    """Return lists of positions as one array, padded with -1.

    >>> pad_lists([np.array([3, 1]), np.array([2])]).tolist()
    [[3, 1], [2, -1]]
    """
    width = max(map(len, lists), default=0)
    padded = [np.pad(each, (0, width - len(each)), constant_values=-1) for each in lists]
    return np.array(padded).reshape(len(lists), width)
