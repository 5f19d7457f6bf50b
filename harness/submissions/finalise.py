"""Validate a solution's answer; truncate it to the 100 images that are scored, or complete it with the whole index."""

import numpy as np

from harness.data.image_set import ImageSet
from harness.data.tables.id_index import find_positions
from harness.data.training_data import TrainingData
from harness.errors import SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS, lists_whole_index, require_places


def validate_answer(answer: object, queries: ImageSet, index: ImageSet, task: str) -> Answer:
    """Return the answer to a chunk of queries; SubmissionError unless it has one valid row for each of them."""
    if isinstance(answer, Ranking) and task == "retrieval":
        arrays = [answer.positions]
        is_valid = answer.positions.ndim == 2 and _is_integer(answer.positions)
    elif isinstance(answer, Labelling) and task == "recognition":
        arrays = [answer.landmarks, answer.confidences]
        is_valid = answer.landmarks.ndim == answer.confidences.ndim == 1 and _is_integer(answer.landmarks)
    else:
        expected = Ranking if task == "retrieval" else Labelling
        raise SubmissionError(f"the answer is a {type(answer).__name__}; return a {expected.__name__}")
    if not is_valid:
        shapes = ", ".join(f"{array.dtype} {array.shape}" for array in arrays)
        raise SubmissionError(
            f"the {type(answer).__name__} has arrays {shapes}; create it with one of its class methods"
        )
    if {*map(len, arrays)} != {len(queries)} or not np.array_equal(answer.query_ids, queries.ids):
        raise SubmissionError(
            f"the answer to {len(queries)} queries has {len(arrays[0])} rows or other ids; "
            "return one row for each query of the chunk, with queries.ids"
        )
    index_ids = answer.index_ids if isinstance(answer, Ranking) else index.ids
    if index_ids is not index.ids and not np.array_equal(index_ids, index.ids):
        raise SubmissionError("the ranking has other index ids; create it with data.index.ids")
    return answer


def finalise(answer: Answer, data: TrainingData) -> Answer:
    """Return the answer to write; a ranking is cut to 100 images per query, without the query itself.

    Where the whole index must be ranked, the images that an answered query does not list follow in index order.

    Raises SubmissionError for a repeated image, one that is not in the index, a landmark that no train image shows, and
    an infinite confidence.
    """
    if isinstance(answer, Ranking):
        return _finalise_ranking(answer, data.index.ids)
    return _require_valid_labels(answer, data.labels)


def _is_integer(numbers: np.ndarray) -> bool:
    return numbers.dtype.kind in "iu" or not numbers.size


def _finalise_ranking(ranking: Ranking, index_ids: np.ndarray) -> Ranking:
    positions = ranking.positions
    if positions.max(initial=-1) >= len(index_ids) or positions.min(initial=-1) < -1:
        raise SubmissionError("the ranking has positions outside of the index; they start at 0, and -1 is padding")
    sorted_rows = np.sort(positions, axis=1)
    has_repeat = ((sorted_rows[:, 1:] == sorted_rows[:, :-1]) & (sorted_rows[:, 1:] >= 0)).any(axis=1)
    if has_repeat.any():
        raise SubmissionError(f"the ranking of query {ranking.query_ids[has_repeat.argmax()]} lists an image twice")
    if lists_whole_index():
        return Ranking(ranking.query_ids, index_ids, _complete(positions, len(index_ids)))
    return Ranking(ranking.query_ids, index_ids, _compact(_remove_query(positions, ranking.query_ids, index_ids)))


def _complete(positions: np.ndarray, n_index: int) -> np.ndarray:
    """Append to each row that lists an image all other images of the index, in its order."""
    require_places(len(positions), n_index)
    complete = np.full((len(positions), n_index), -1, np.int32)
    for row, listed in zip(complete, positions, strict=True):
        own = listed[listed >= 0]
        if len(own):
            is_missing = np.ones(n_index, bool)
            is_missing[own] = False
            row[:] = np.concatenate([own, np.flatnonzero(is_missing)])
    return complete


def _remove_query(positions: np.ndarray, query_ids: np.ndarray, index_ids: np.ndarray) -> np.ndarray:
    own = find_positions(query_ids, index_ids)[:, None]
    return np.where((positions == own) & (own >= 0), -1, positions) if (own >= 0).any() else positions


def _compact(positions: np.ndarray) -> np.ndarray:
    """Move the listed positions to the left, and keep the first 100 columns."""
    gaps = (positions[:, 1:] >= 0) & (positions[:, :-1] < 0)
    if gaps.any():
        order = np.argsort(positions < 0, axis=1, kind="stable")
        positions = np.take_along_axis(positions, order, axis=1)
    return positions[:, :MAX_SCORED_IDS]


def _require_valid_labels(labelling: Labelling, labels: np.ndarray) -> Labelling:
    infinite = np.isinf(labelling.confidences)
    if infinite.any():
        query = labelling.query_ids[infinite.argmax()]
        raise SubmissionError(f"the confidence of query {query} is infinite; use NaN for no answer")
    unknown = labelling.answered & ~np.isin(labelling.landmarks, labels)
    if unknown.any():
        query, landmark = labelling.query_ids[unknown.argmax()], labelling.landmarks[unknown.argmax()]
        raise SubmissionError(
            f"query {query} has a landmark that no train image shows: {landmark}; answer values of data.labels"
        )
    return labelling
