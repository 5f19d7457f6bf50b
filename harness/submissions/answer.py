"""The answers of solutions: a ranking of index images, or a landmark with a confidence, for each query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.data.tables.id_index import find_positions
from harness.errors import SubmissionError
from harness.submissions.list_length import list_length
from harness.submissions.score_recorder import record
from metrics import Task


@dataclass(frozen=True, eq=False)
class Ranking:
    """For each query the index images that may show the same landmark, best first.

    `positions` is `(n_queries, n_listed)` int32: positions in `index_ids`, or -1 for padding. A run writes the first
    100 images that are not the query itself, or all images where the whole index must be ranked.
    """

    query_ids: np.ndarray  # (n_queries,) str
    index_ids: np.ndarray  # (n_index,) str
    positions: np.ndarray  # (n_queries, n_listed)

    task: ClassVar[Task] = "retrieval"

    @classmethod
    def by_similarity(cls, similarity: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the most similar index images of each query, best first; ties are ordered by position.

        `similarity` is `(n_queries, n_index)`. A NaN is never listed.

        >>> similarity = np.array([[0.1, 0.9, np.nan, 0.9]])
        >>> Ranking.by_similarity(similarity, np.array(["q"]), np.array(list("abcd"))).rows()
        [['b', 'd', 'a']]
        """
        return cls._sort(np.asarray(similarity), -1, query_ids, index_ids)

    @classmethod
    def by_distance(cls, distance: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the nearest index images of each query, best first; ties are ordered by position.

        `distance` is `(n_queries, n_index)`. A NaN is never listed.

        >>> Ranking.by_distance(np.array([[3, 1, 2, 1]]), np.array(["q"]), np.array(list("abcd"))).rows()
        [['b', 'd', 'c', 'a']]
        """
        return cls._sort(np.asarray(distance), 1, query_ids, index_ids)

    @classmethod
    def _sort(cls, values: np.ndarray, sign: int, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        expected = (len(query_ids), len(index_ids))
        if values.shape != expected:
            raise SubmissionError(f"the answer has the shape {values.shape}; it must be (queries, index) = {expected}")
        signed = values if sign > 0 else (-row.astype(np.result_type(row, np.float32), copy=False) for row in values)
        positions = np.full((len(values), min(list_length(len(index_ids)), len(index_ids))), -1, np.int32)
        for row, smallest in zip(positions, map(_smallest_positions, signed), strict=True):
            row[: len(smallest)] = smallest
        ranking = cls.from_positions(positions, query_ids, index_ids)
        record(ranking, values)
        return ranking

    @classmethod
    def from_positions(cls, positions: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the ranking with the given index positions `(n_queries, n_listed)`, best first; -1 is padding."""
        integers = _require_integers(positions, "positions in the index").astype(np.int32, copy=False)
        return cls(np.asarray(query_ids, object), np.asarray(index_ids, object), integers)

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[str]], query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the ranking that lists the given ids for each query.

        >>> Ranking.from_rows([["b"], ["b", "a"]], np.array(["q", "r"]), np.array(["a", "b"])).positions
        array([[ 1, -1],
               [ 1,  0]], dtype=int32)
        """
        listed = [image_id for row in rows for image_id in row]
        listed_positions = find_positions(listed, index_ids)
        if (listed_positions < 0).any():
            unknown = listed[int((listed_positions < 0).argmax())]
            raise SubmissionError(f"the answer lists {unknown!r}, which is not an index image")
        lengths = [len(row) for row in rows]
        positions = np.full((len(rows), max(lengths, default=0)), -1, np.int32)
        positions[np.arange(positions.shape[1]) < np.array(lengths, int)[:, None]] = listed_positions
        return cls.from_positions(positions, query_ids, index_ids)

    def rows(self) -> list[list[str]]:
        """Return the listed ids of each query."""
        return [list(self.index_ids[row[row >= 0]]) for row in self.positions]

    @property
    def answered(self) -> np.ndarray:
        """Return a mask of the queries with at least one image `(n_queries,)`."""
        return np.asarray((self.positions >= 0).any(axis=1))


@dataclass(frozen=True, eq=False)
class Labelling:
    """For each query a landmark and the confidence that the query shows it, or no answer."""

    query_ids: np.ndarray  # (n_queries,) str
    landmarks: np.ndarray  # (n_queries,) int64
    confidences: np.ndarray  # (n_queries,) float64; NaN: no answer

    task: ClassVar[Task] = "recognition"

    @classmethod
    def of(cls, landmarks: np.ndarray, confidences: np.ndarray, query_ids: np.ndarray) -> Labelling:
        """Return the labelling with these landmarks and confidences `(n_queries,)`; NaN means no answer."""
        labels = _require_integers(landmarks, "landmarks").astype(np.int64, copy=False)
        return cls(np.asarray(query_ids, object), labels, np.asarray(confidences, np.float64))

    @property
    def answered(self) -> np.ndarray:
        """Return a mask of the queries with an answer `(n_queries,)`."""
        return np.asarray(~np.isnan(self.confidences))


Answer = Ranking | Labelling


def concatenate_answers(answers: Sequence[Answer]) -> Answer:
    """Return the answers to consecutive chunks of queries as one answer."""
    query_ids = np.concatenate([answer.query_ids for answer in answers])
    first = answers[0]
    if isinstance(first, Ranking):
        positions = [answer.positions for answer in answers if isinstance(answer, Ranking)]
        width = max(chunk.shape[1] for chunk in positions)
        wide = [np.pad(chunk, ((0, 0), (0, width - chunk.shape[1])), constant_values=-1) for chunk in positions]
        return Ranking(query_ids, first.index_ids, np.concatenate(wide))
    labellings = [answer for answer in answers if isinstance(answer, Labelling)]
    landmarks = np.concatenate([answer.landmarks for answer in labellings])
    return Labelling(query_ids, landmarks, np.concatenate([answer.confidences for answer in labellings]))


def _smallest_positions(values: np.ndarray) -> np.ndarray:
    """Return the positions of the `list_length` smallest values, ascending; ties by position, without NaN.

    >>> _smallest_positions(np.array([3.0, np.nan, 1.0, 1.0]))
    array([2, 3, 0])
    """
    candidates, length = np.arange(len(values)), list_length(len(values))
    if len(values) > length:
        last = np.partition(values, length - 1)[length - 1]  # NaN (sorted last) if too few are numbers
        candidates = np.flatnonzero(~np.isnan(values) if np.isnan(last) else values <= last)  # with ties of the last
    order = np.argsort(values[candidates], kind="stable")[:length]
    best = candidates[order]
    return np.asarray(best[~np.isnan(values[best])])


def _require_integers(numbers: np.ndarray, what: str) -> np.ndarray:
    """Return numbers as an array; SubmissionError unless they are integers that fit into int64."""
    array = np.asarray(numbers)
    if array.size and (array.dtype.kind not in "iu" or (array.dtype.kind == "u" and array.max() >= 2**63)):
        raise SubmissionError(f"{what} must be integers, not {array.dtype}")
    return array
