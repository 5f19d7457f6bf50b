"""Hold a solution's answer to its contract, and cut it to what counts."""

import numpy as np

from harness.data.image_set import ImageSet
from harness.data.tables.id_index import places
from harness.errors import SubmissionError
from harness.solution.base import TrainingData
from harness.submissions.answer import LENGTH, Answer, Labelling, Ranking


def checked(answer: object, queries: ImageSet, index: ImageSet, task: str) -> Answer:
    """Return the answer to a chunk of queries, or raise SubmissionError where it does not answer just these."""
    if isinstance(answer, Ranking) and task == "retrieval":
        columns = [answer.positions]
        usable = answer.positions.ndim == 2 and _whole(answer.positions)
    elif isinstance(answer, Labelling) and task == "recognition":
        columns = [answer.landmarks, answer.confidences]
        usable = answer.landmarks.ndim == answer.confidences.ndim == 1 and _whole(answer.landmarks)
    else:
        expected = Ranking if task == "retrieval" else Labelling
        raise SubmissionError(f"the answer is a {type(answer).__name__}; return a {expected.__name__}")
    if not usable:
        made = ", ".join(f"{column.dtype} {column.shape}" for column in columns)
        raise SubmissionError(f"the {type(answer).__name__} is made of {made}; make it by one of its class methods")
    if {*map(len, columns)} != {len(queries)} or not np.array_equal(answer.query_ids, queries.ids):
        raise SubmissionError(
            f"the answer to {len(queries)} queries has {len(columns[0])} rows or other ids; "
            "return one row for each query of the chunk, with queries.ids"
        )
    if (
        isinstance(answer, Ranking)
        and answer.index_ids is not index.ids
        and not np.array_equal(answer.index_ids, index.ids)
    ):
        raise SubmissionError(
            "the ranking lists images that are not in the index; give it the ids and places of data.index"
        )
    return answer


def finished(answer: Answer, data: TrainingData) -> Answer:
    """Return the answer as it is written: at most 100 images a query, never itself, or one known landmark.

    Raises SubmissionError for an image listed twice, one that is not in the index, a landmark that no train image
    shows, and an infinite confidence.
    """
    if isinstance(answer, Ranking):
        return _finished_ranking(answer, data.index.ids)
    return _finished_labelling(answer, data.labels)


def _whole(numbers: np.ndarray) -> bool:
    return numbers.dtype.kind in "iu" or not numbers.size


def _finished_ranking(ranking: Ranking, index_ids: np.ndarray) -> Ranking:
    positions = ranking.positions
    if positions.max(initial=-1) >= len(index_ids) or positions.min(initial=-1) < -1:
        raise SubmissionError("the ranking has places that are not in the index; they run from 0, and -1 lists nothing")
    ordered = np.sort(positions, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    if twice.any():
        raise SubmissionError(f"the ranking of query {ranking.query_ids[twice.argmax()]} lists an image twice")
    return Ranking(ranking.query_ids, index_ids, _packed(_without_itself(positions, ranking.query_ids, index_ids)))


def _without_itself(positions: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> np.ndarray:
    own = places(query_ids, index_ids)[:, None]
    return np.where((positions == own) & (own >= 0), -1, positions) if (own >= 0).any() else positions


def _packed(positions: np.ndarray) -> np.ndarray:
    """Return the listed places moved to the left, as many columns as count."""
    gaps = (positions[:, 1:] >= 0) & (positions[:, :-1] < 0)
    if gaps.any():
        order = np.argsort(positions < 0, axis=1, kind="stable")
        positions = np.take_along_axis(positions, order, axis=1)
    return positions[:, :LENGTH]


def _finished_labelling(labelling: Labelling, labels: np.ndarray) -> Labelling:
    infinite = np.isinf(labelling.confidences)
    if infinite.any():
        query = labelling.query_ids[infinite.argmax()]
        raise SubmissionError(f"the confidence of query {query} is infinite; use NaN for no answer")
    unknown = labelling.answered & ~np.isin(labelling.landmarks, labels)
    if unknown.any():
        raise SubmissionError(
            f"query {labelling.query_ids[unknown.argmax()]} is given a landmark that no train image shows"
        )
    return labelling
