"""Hold a solution's answer to its contract, and cut it to what counts."""

import numpy as np

from harness.data.images import ImageSet
from harness.errors import SubmissionError
from harness.solution import TrainingData
from harness.submissions.submission import LENGTH, Answer, Labelling, Ranking


def checked(answer: object, queries: ImageSet, index: ImageSet, task: str) -> Answer:
    """Return the answer to a chunk of queries, or raise SubmissionError where it does not answer just these."""
    expected = Ranking if task == "retrieval" else Labelling
    if not isinstance(answer, expected):
        raise SubmissionError(f"the answer is a {type(answer).__name__}; return a {expected.__name__}")
    rows = len(answer.positions) if isinstance(answer, Ranking) else len(answer.confidences)
    if rows != len(queries) or not np.array_equal(answer.query_ids, queries.ids):
        raise SubmissionError(
            f"the answer to {len(queries)} queries has {rows} rows or other ids; "
            "return one row for each query of the chunk, with queries.ids"
        )
    if isinstance(answer, Ranking) and answer.index_ids is not index.ids and not np.array_equal(answer.index_ids, index.ids):
        raise SubmissionError("the ranking lists images that are not in the index; give it the ids and places of data.index")
    return answer


def finished(answer: Answer, data: TrainingData) -> Answer:
    """Return the answer as it is written: at most 100 images a query, never itself, or one known landmark.

    Raises SubmissionError for an image listed twice, one that is not in the index, a landmark that no train image
    shows, and an infinite confidence.
    """
    if isinstance(answer, Ranking):
        return _finished_ranking(answer, data.index.ids)
    return _finished_labelling(answer, data.labels)


def _finished_ranking(ranking: Ranking, index_ids: np.ndarray) -> Ranking:
    positions = ranking.positions
    if (positions >= len(index_ids)).any() or (positions < -1).any():
        raise SubmissionError("the ranking has places that are not in the index; they run from 0, and -1 lists nothing")
    ordered = np.sort(positions, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    for row in np.flatnonzero(twice):
        raise SubmissionError(f"the ranking of query {ranking.query_ids[row]} lists an image twice")
    return Ranking(ranking.query_ids, index_ids, _packed(_without_itself(positions, ranking.query_ids, index_ids)))


def _without_itself(positions: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> np.ndarray:
    import pandas as pd

    own = np.asarray(pd.Index(index_ids, dtype=object).get_indexer(pd.Index(query_ids, dtype=object)))[:, None]
    return np.where((positions == own) & (own >= 0), -1, positions) if (own >= 0).any() else positions


def _packed(positions: np.ndarray) -> np.ndarray:
    """Return the listed places moved to the left, as many columns as count."""
    gaps = (positions[:, 1:] >= 0) & (positions[:, :-1] < 0)
    if gaps.any():
        order = np.argsort(positions < 0, axis=1, kind="stable")
        positions = np.take_along_axis(positions, order, axis=1)
    return positions[:, :LENGTH]


def _finished_labelling(labelling: Labelling, labels: np.ndarray) -> Labelling:
    if np.isinf(labelling.confidences).any():
        row = int(np.flatnonzero(np.isinf(labelling.confidences))[0])
        raise SubmissionError(f"the confidence of query {labelling.query_ids[row]} is infinite; use NaN for no answer")
    unknown = labelling.answered & ~np.isin(labelling.landmarks, labels)
    for row in np.flatnonzero(unknown):
        raise SubmissionError(f"query {labelling.query_ids[row]} is given a landmark that no train image shows")
    return labelling
