"""Judgements: the per-query results of a submission, which hold all that a metric needs, without image ids.

Each task has two judges with equal results: a plain one over mappings of ids, and a fast one over arrays of codes.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from metrics.jit import suits_python


@dataclass(frozen=True, eq=False)
class Judgement:
    """The results of a submission, one row a query; the first axis of every field is the query."""

    query_ids: NDArray[np.object_]

    def select(self, rows: NDArray[Any]) -> Self:
        """The judgement of some queries: `rows` is a mask, or row numbers that may repeat (bootstrap)."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, eq=False)
class RetrievalJudgement(Judgement):
    """The hits of each ranking among the first `k` ranks.

    hits        (n_queries, k) bool   whether a relevant image stands at that rank, and not at an earlier one too
    lengths     (n_queries,) int64    number of listed images, at most k, repeats included
    n_relevant  (n_queries,) int64    number of different relevant images, listed or not
    """

    hits: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    n_relevant: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RecognitionJudgement(Judgement):
    """Whether each query shows a landmark, is answered, and is answered correctly.

    landmark    (n_queries,) bool     whether the query shows at least one landmark
    answered    (n_queries,) bool     whether the submission names a landmark for it
    correct     (n_queries,) bool     whether the named landmark is one of those shown
    confidence  (n_queries,) float64  as submitted, higher is more confident; nan where not answered
    """

    landmark: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    confidence: NDArray[np.float64]


def judge_retrieval(
    rankings: Mapping[str, Sequence[Hashable]], ground_truth: Mapping[str, Collection[Hashable]], k: int = 100
) -> RetrievalJudgement:
    """The judgement of `rankings`, one row for every query of `ground_truth`, in its order.

    Lists are cut at `k` first. A repeated image keeps its rank and is no hit; a query without a ranking is a row
    without hits. Raises ValueError for a ranking of a query that is not in the ground truth.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> judgement = judge_retrieval({"q": ["a", "a", "x", "b"]}, {"q": {"a", "b", "c"}}, k=5)
    >>> judgement.hits.astype(int).tolist(), judgement.lengths.tolist(), judgement.n_relevant.tolist()
    ([[1, 0, 0, 1, 0]], [4], [3])
    """
    require_known(rankings, ground_truth)
    hits = np.zeros((len(ground_truth), k), dtype=bool)
    lists = [list(rankings.get(query, ()))[:k] for query in ground_truth]
    for row, (listed, relevant) in enumerate(zip(lists, ground_truth.values(), strict=True)):
        for place, image in enumerate(listed):
            hits[row, place] = image in relevant and image not in listed[:place]
    lengths = np.array([len(listed) for listed in lists], dtype=np.int64)
    n_relevant = np.array([len(set(relevant)) for relevant in ground_truth.values()], dtype=np.int64)
    return RetrievalJudgement(_id_array(ground_truth), hits, lengths, n_relevant)


def judge_retrieval_codes(
    query_ids: Iterable[str],
    rankings: NDArray[np.integer[Any]],
    relevant: NDArray[np.integer[Any]],
    relevant_offsets: NDArray[np.integer[Any]],
) -> RetrievalJudgement:
    """The result of `judge_retrieval` from images numbered 0, 1, …; it takes seconds for a hundred thousand queries.

    `rankings` is (n_queries, k), each row padded with -1 at its end. The images relevant to query i are
    `relevant[relevant_offsets[i]:relevant_offsets[i + 1]]`, in any order. A code below -1 is an image that never
    matches: it keeps its rank, or counts among the relevant images.

    >>> rankings, relevant = np.array([[7, 7, 3, 5], [5, 9, -1, -1]]), np.array([5, 6, 7, 9])
    >>> judgement = judge_retrieval_codes(["q", "r"], rankings, relevant, np.array([0, 3, 4]))
    >>> judgement.hits.astype(int).tolist(), judgement.lengths.tolist(), judgement.n_relevant.tolist()
    ([[1, 0, 0, 1], [0, 1, 0, 0]], [4, 2], [3, 1])
    """
    judge = _judge_few if suits_python(rankings.size + relevant.size) else _judge_many
    return RetrievalJudgement(_id_array(query_ids), *judge(rankings, relevant, np.asarray(relevant_offsets, np.int64)))


def _judge_few(rankings: NDArray[Any], relevant: NDArray[Any], offsets: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return hits, lengths and numbers of relevant images, by a set for each query."""
    hits, n_relevant = np.zeros(rankings.shape, dtype=bool), np.zeros(len(rankings), dtype=np.int64)
    for row, codes in enumerate(rankings.tolist()):
        not_hit = set(relevant[offsets[row] : offsets[row + 1]].tolist())
        n_relevant[row] = len(not_hit)
        for rank, code in enumerate(codes):
            if code >= 0 and code in not_hit:
                hits[row, rank] = True
                not_hit.remove(code)
    return hits, np.count_nonzero(rankings != -1, axis=1), n_relevant


def _judge_many(rankings: NDArray[Any], relevant: NDArray[Any], offsets: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return the same by compiled code."""
    from metrics.kernels import judge

    hits = np.zeros(rankings.shape, dtype=bool)
    lengths, n_relevant = np.zeros((2, len(rankings)), dtype=np.int64)
    most = int(np.diff(offsets).max(initial=0))
    table = np.zeros(2 << most.bit_length(), dtype=np.int64)
    judge(rankings, relevant, offsets, table, hits, lengths, n_relevant)
    return hits, lengths, n_relevant


def judge_recognition(
    labellings: Mapping[str, tuple[int, float]], ground_truth: Mapping[str, Collection[int]]
) -> RecognitionJudgement:
    """The judgement of `labellings` (landmark and confidence), one row for every query of `ground_truth`, in its order.

    If a query shows several landmarks, any of them is correct; if it shows none, every answer is wrong. Raises
    ValueError for a query that is not in the ground truth and for a confidence that is not finite.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> judgement = judge_recognition({"q": (9, 0.5), "s": (7, 0.7)}, {"q": {7, 9}, "r": {3}, "s": set()})
    >>> judgement.landmark.tolist(), judgement.answered.tolist(), judgement.correct.tolist()
    ([True, True, False], [True, False, True], [True, False, False])
    """
    require_known(labellings, ground_truth)
    answers = [labellings.get(query, (None, np.nan)) for query in ground_truth]
    truths = list(ground_truth.values())
    landmark = np.array([len(truth) > 0 for truth in truths], dtype=bool)
    answered = np.array([label is not None for label, _ in answers], dtype=bool)
    correct = np.array([label in truth for (label, _), truth in zip(answers, truths, strict=True)], dtype=bool)
    confidence = np.array([confidence for _, confidence in answers], dtype=np.float64)
    return _require_finite(RecognitionJudgement(_id_array(ground_truth), landmark, answered, correct, confidence))


def judge_recognition_codes(
    query_ids: Iterable[str],
    labels: NDArray[np.int64],
    confidences: NDArray[np.float64],
    answered: NDArray[np.bool_],
    truth: NDArray[np.int64],
    truth_offsets: NDArray[np.integer[Any]],
) -> RecognitionJudgement:
    """The result of `judge_recognition` from arrays.

    The first four are (n_queries,); label and confidence are ignored where `answered` is False. Query i shows the
    landmarks `truth[truth_offsets[i]:truth_offsets[i + 1]]`.

    >>> labels, answered = np.array([9, 0, 7]), np.array([True, False, True])
    >>> confidences, truth, offsets = np.array([0.5, 0, 0.7]), np.array([7, 9, 3]), np.array([0, 2, 3, 3])
    >>> judge_recognition_codes(["q", "r", "s"], labels, confidences, answered, truth, offsets).correct.tolist()
    [True, False, False]
    """
    n_shown = np.diff(truth_offsets)
    owner = np.repeat(np.arange(len(labels)), n_shown)
    correct = np.zeros(len(labels), dtype=bool)
    correct[owner[labels[owner] == truth]] = True
    confidence = np.where(answered, confidences, np.nan)
    ids = _id_array(query_ids)
    return _require_finite(RecognitionJudgement(ids, n_shown > 0, answered, correct & answered, confidence))


def _require_finite(judgement: RecognitionJudgement) -> RecognitionJudgement:
    """Return the judgement itself; ValueError if an answer's confidence is not finite."""
    invalid = np.flatnonzero(judgement.answered & ~np.isfinite(judgement.confidence))
    if len(invalid):
        query, confidence = judgement.query_ids[invalid[0]], judgement.confidence[invalid[0]]
        raise ValueError(f"query {query!r}: the confidence must be a finite number, found {confidence}")
    return judgement


def require_known(answers: Iterable[str], ground_truth: Mapping[str, object]) -> None:
    """Raise ValueError if the ground truth lacks a query."""
    for query in answers:
        if query not in ground_truth:
            raise ValueError(f"query {query!r} is not part of the ground truth")


def _id_array(query_ids: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(query_ids), dtype=object)
