"""What a solution answers: a ranking of index images, or a landmark with a confidence, for each query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.errors import SubmissionError

LENGTH = 100  # ids that count in a row
LISTED = LENGTH + 1  # ids worth finding: the query itself may be among them, and is dropped


@dataclass(frozen=True, eq=False)
class Ranking:
    """For each query the index images that may show the same landmark, best first.

    `positions` is `(n_queries, any)` int32: places in `index_ids`; -1 lists nothing. What a run writes is cut to the
    first 100 that are not the query itself.
    """

    query_ids: np.ndarray  # (n_queries,) str
    index_ids: np.ndarray  # (n_index,) str
    positions: np.ndarray  # (n_queries, any)

    task = "retrieval"

    @classmethod
    def by_similarity(cls, similarity: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the most similar index images of each query, best first; ties to the lowest position.

        `similarity` is `(n_queries, n_index)`. A NaN is never listed.

        >>> ranking = Ranking.by_similarity(np.array([[0.1, 0.9, np.nan, 0.9]]), np.array(["q"]), np.array(list("abcd")))
        >>> ranking.rows()
        [['b', 'd', 'a']]
        """
        return cls._by(np.asarray(similarity), -1, query_ids, index_ids)

    @classmethod
    def by_distance(cls, distance: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the nearest index images of each query, best first; ties to the lowest position.

        `distance` is `(n_queries, n_index)`. A NaN is never listed.

        >>> Ranking.by_distance(np.array([[3, 1, 2, 1]]), np.array(["q"]), np.array(list("abcd"))).rows()
        [['b', 'd', 'c', 'a']]
        """
        return cls._by(np.asarray(distance), 1, query_ids, index_ids)

    @classmethod
    def _by(cls, values: np.ndarray, sign: int, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        expected = (len(query_ids), len(index_ids))
        if values.shape != expected:
            raise SubmissionError(f"the answer has the shape {values.shape}; it must be (queries, index) = {expected}")
        positions = [_smallest(row if sign > 0 else -row.astype(np.result_type(row, np.float32))) for row in values]
        return cls.from_positions(np.stack(positions) if positions else np.zeros((0, 0)), query_ids, index_ids)

    @classmethod
    def from_positions(cls, positions: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the ranking with the given places in the index `(n_queries, any)`, best first; -1 lists nothing."""
        return cls(np.asarray(query_ids, object), np.asarray(index_ids, object), np.asarray(positions, np.int32))

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[str]], query_ids: np.ndarray, index_ids: np.ndarray) -> Ranking:
        """Return the ranking that lists the given ids for each query."""
        place = {image_id: position for position, image_id in enumerate(index_ids)}
        positions = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int32)
        for row, ids in enumerate(rows):
            unknown = next((image_id for image_id in ids if image_id not in place), None)
            if unknown is not None:
                raise SubmissionError(f"the answer to {query_ids[row]} lists {unknown!r}, which is no index image")
            positions[row, : len(ids)] = [place[image_id] for image_id in ids]
        return cls.from_positions(positions, query_ids, index_ids)

    def rows(self) -> list[list[str]]:
        """Return the listed ids of each query."""
        return [list(self.index_ids[row[row >= 0]]) for row in self.positions]

    @property
    def answered(self) -> np.ndarray:
        """Return which queries have at least one id `(n_queries,)`."""
        return np.asarray((self.positions >= 0).any(axis=1))


@dataclass(frozen=True, eq=False)
class Labelling:
    """For each query a landmark and the confidence that the image shows it, or no answer."""

    query_ids: np.ndarray  # (n_queries,) str
    landmarks: np.ndarray  # (n_queries,) int64
    confidences: np.ndarray  # (n_queries,) float64; NaN: no answer

    task = "recognition"

    @classmethod
    def of(cls, landmarks: np.ndarray, confidences: np.ndarray, query_ids: np.ndarray) -> Labelling:
        """Return the labelling with these landmarks and confidences `(n_queries,)`; NaN means no answer."""
        return cls(np.asarray(query_ids, object), np.asarray(landmarks, np.int64), np.asarray(confidences, np.float64))

    @property
    def answered(self) -> np.ndarray:
        """Return which queries have an answer `(n_queries,)`."""
        return ~np.isnan(self.confidences)


Answer = Ranking | Labelling


def joined(answers: Sequence[Answer]) -> Answer:
    """Return one answer from the answers to consecutive chunks of queries."""
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


def _smallest(values: np.ndarray) -> np.ndarray:
    """Return the positions of the smallest values `(LISTED,)`, ties to the lowest, filled up with -1; no NaN."""
    usable = np.flatnonzero(~np.isnan(values))
    values = values[usable]
    if len(values) > LISTED:
        candidates = np.flatnonzero(values <= np.partition(values, LISTED - 1)[LISTED - 1])  # all ties with the last too
        usable, values = usable[candidates], values[candidates]
    best = usable[np.argsort(values, kind="stable")[:LISTED]]
    return np.pad(best.astype(np.int32), (0, LISTED - len(best)), constant_values=-1)
