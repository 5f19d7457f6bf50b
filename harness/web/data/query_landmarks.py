"""The landmarks that queries show, as pairs of query and landmark: for filters, and for sums by landmark."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from harness.data.tables.id_index import find_positions
from harness.web.data.query_truth import QueryTruth


@dataclass(frozen=True, eq=False)
class QueryLandmarks:
    """Query `rows[i]` shows landmark `ids[codes[i]]`; one with several landmarks has several pairs, others have none.

    `ids` `(n_landmarks,)` ascend; `rows` and `codes` `(n_pairs,)` are ordered by row.
    """

    n_queries: int
    ids: np.ndarray
    rows: np.ndarray
    codes: np.ndarray

    @classmethod
    def from_pairs(cls, n_queries: int, rows: np.ndarray, landmarks: np.ndarray) -> Self:
        """Return the landmarks of queries from their rows, ascending, and the landmark of each.

        >>> landmarks = QueryLandmarks.from_pairs(3, np.array([0, 0, 2]), np.array([7, 5, 7]))
        >>> landmarks.of(0), landmarks.of(1), landmarks.counts.tolist()
        ([7, 5], [], [1, 2])
        """
        ids, codes = np.unique(landmarks, return_inverse=True)
        return cls(n_queries, ids, rows, codes)

    @classmethod
    def from_bytes(cls, content: bytes, n_queries: int) -> Self | None:
        """Return stored landmarks; None if they are of another number of queries."""
        numbers = np.frombuffer(content, np.int64) if len(content) % 8 == 0 else np.array([], np.int64)
        if len(numbers) < 2 or numbers[0] != n_queries:
            return None
        ids, pairs = numbers[2 : 2 + numbers[1]], numbers[2 + numbers[1] :]
        return cls(n_queries, ids, *pairs.reshape(2, -1)) if len(pairs) % 2 == 0 else None

    def to_bytes(self) -> bytes:
        """Return the landmarks as bytes."""
        numbers = np.concatenate([[self.n_queries, len(self.ids)], self.ids, self.rows, self.codes])
        return bytes(numbers.astype(np.int64).tobytes())

    def of(self, row: int) -> list[int]:
        """Return the landmarks of a query."""
        begin, end = np.searchsorted(self.rows, (row, row + 1))
        landmarks: list[int] = self.ids[self.codes[begin:end]].tolist()
        return landmarks

    @property
    def counts(self) -> np.ndarray:
        """Return the number of queries of each landmark `(n_landmarks,)`."""
        return np.bincount(self.codes, minlength=len(self.ids))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of values `(n_queries,)` over the queries of each landmark `(n_landmarks,)`."""
        return np.bincount(self.codes, weights=values[self.rows], minlength=len(self.ids))

    def mask(self, *landmarks: int) -> np.ndarray:
        """Return which queries show one of the landmarks `(n_queries,)`; -1 selects those that show none."""
        shows = np.zeros(self.n_queries, bool)
        if -1 in landmarks:
            shows[:] = True
            shows[self.rows] = False
        shows[self.rows[np.isin(self.ids[self.codes], landmarks)]] = True
        return shows

    def are_correct(self, landmarks: np.ndarray) -> np.ndarray:
        """Return for landmarks `(n_queries, n)` which of them the query itself shows, of the same shape."""
        equal = landmarks[self.rows] == self.ids[self.codes][:, None]
        result = np.zeros(landmarks.shape, bool)
        result[self.rows] = equal
        several = np.flatnonzero(np.diff(self.rows, prepend=-1) == 0)
        for position in np.union1d(several, several - 1).tolist():
            result[self.rows[position]] |= equal[position]
        return result


def truth_landmarks(query_ids: np.ndarray, truth: QueryTruth) -> QueryLandmarks:
    """Return the landmarks of queries by the ground truth of the recognition task."""
    recognition = truth.ground_truth
    positions = find_positions(query_ids, recognition.query_ids)
    begins, ends = recognition.offsets[:-1], recognition.offsets[1:]
    counts = np.where(positions < 0, 0, (ends - begins)[positions]) if len(begins) else np.zeros(len(query_ids), int)
    rows = np.repeat(np.arange(len(query_ids)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    pairs = begins[positions[rows]] + np.arange(len(rows)) - first
    return QueryLandmarks.from_pairs(len(query_ids), rows, recognition.relevant[pairs])


def label_landmarks(query_ids: np.ndarray, image_ids: np.ndarray, labels: np.ndarray) -> QueryLandmarks:
    """Return the landmarks of queries that are labelled images, as in a fold."""
    positions = find_positions(query_ids, image_ids)
    rows = np.flatnonzero(positions >= 0)
    return QueryLandmarks.from_pairs(len(query_ids), rows, labels[positions[rows]])
