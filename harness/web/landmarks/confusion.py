"""Landmarks that an entry takes for each other: the most frequent pairs, and a matrix of the worst landmarks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from harness.web.data.answer_landmarks import NONE
from harness.web.data.query_landmarks import QueryLandmarks

MAX_PAIRS = 20_000
_COLUMNS = 3  # of the stored array: landmark of the query, landmark of the answer, queries


@dataclass(frozen=True, eq=False)
class ConfusionPairs:
    """Landmarks of queries and of wrong answers, and how many queries have both, most frequent first `(n, 3)`.

    The landmark is `NONE` for queries that show none.
    """

    rows: np.ndarray

    @classmethod
    def count(cls, wrong: np.ndarray, landmarks: QueryLandmarks) -> Self:
        """Count the pairs of `wrong` landmarks `(n_queries, n)`, `NONE` for no wrong one; each once for a query."""
        shows_none = np.setdiff1d(np.arange(landmarks.n_queries), landmarks.rows)
        rows = np.r_[landmarks.rows, shows_none]
        of_query = np.r_[landmarks.ids[landmarks.codes], np.full(len(shows_none), NONE)]
        answers = np.sort(wrong[rows], axis=1)
        counts = (answers != NONE) & (np.diff(answers, axis=1, prepend=NONE) != 0)
        row, column = np.nonzero(counts)
        ids, codes = np.unique(np.r_[of_query[row], answers[row, column]], return_inverse=True)
        keys, number = np.unique(codes[: len(row)] * len(ids) + codes[len(row) :], return_counts=True)
        order = np.argsort(-number, kind="stable")[:MAX_PAIRS]
        first, second = np.divmod(keys[order], max(1, len(ids)))
        return cls(np.stack([ids[first], ids[second], number[order]], axis=1).astype(np.int64))

    @property
    def between_landmarks(self) -> np.ndarray:
        """Return the pairs of two landmarks `(n, 3)`."""
        return np.asarray(self.rows[self.rows[:, 0] != NONE])

    @property
    def of_other_queries(self) -> np.ndarray:
        """Return landmarks that were answered to queries that show none, and the number of these queries `(n, 2)`."""
        return np.asarray(self.rows[self.rows[:, 0] == NONE, 1:])

    @classmethod
    def from_bytes(cls, content: bytes) -> Self | None:
        """Return stored pairs; None for content of another form."""
        if len(content) % (8 * _COLUMNS):
            return None
        return cls(np.frombuffer(content, np.int64).reshape(-1, _COLUMNS))

    def to_bytes(self) -> bytes:
        """Return the pairs as bytes."""
        return self.rows.tobytes()


@dataclass(frozen=True)
class ConfusionMatrix:
    """How many queries of a landmark (row) have a wrong answer of another one (column)."""

    landmarks: Sequence[int]
    counts: Sequence[Sequence[int]]

    @property
    def highest(self) -> int:
        """The highest count, at least 1."""
        return max(1, *(count for row in self.counts for count in row))

    def level(self, count: int) -> int:
        """Return the shade of a count, from 0 for none to 5 for the highest."""
        return -(-5 * count // self.highest)


def worst_matrix(pairs: ConfusionPairs, size: int) -> ConfusionMatrix:
    """Return the matrix of the landmarks that are confused most often, as query or as answer; related ones adjoin."""
    rows = pairs.between_landmarks
    ids, codes = np.unique(rows[:, :2], return_inverse=True)
    codes = codes.reshape(-1, 2)
    weights = np.bincount(codes.ravel(), np.repeat(rows[:, 2], 2), len(ids))
    chosen = np.sort(np.argsort(-weights, kind="stable")[:size])
    place = np.full(len(ids), -1)
    place[chosen] = np.arange(len(chosen))
    inside = (place[codes] >= 0).all(axis=1)
    counts = np.zeros((len(chosen), len(chosen)), np.int64)
    np.add.at(counts, tuple(place[codes[inside]].T), rows[inside, 2])
    order = _clustered(counts + counts.T)
    return ConfusionMatrix(ids[chosen[order]].tolist(), counts[np.ix_(order, order)].tolist())


def _clustered(weights: np.ndarray) -> list[int]:
    """Return an order in which each landmark follows the one that it is confused with most among those left."""
    left = list(range(len(weights)))
    order: list[int] = []
    while left:
        last = weights[order[-1]] if order and weights[order[-1]][left].any() else weights.sum(axis=1)
        order.append(max(left, key=lambda landmark: (last[landmark], -landmark)))
        left.remove(order[-1])
    return order
