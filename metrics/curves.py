"""Curves of precision against recall, for rankings and for answers sorted by confidence."""

import numpy as np
from numpy.typing import NDArray

from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import RecognitionJudgement, RetrievalJudgement

LEVELS = np.linspace(0, 1, 101)
BLOCK = 1024  # queries at once

Floats = NDArray[np.float64]


def precision_at_recall(judgement: RetrievalJudgement, levels: Floats = LEVELS) -> Floats:
    """The mean interpolated precision of the queries at each level of recall, in [0, 1].

    A query's interpolated precision at a level is its highest precision at that recall or beyond, and 0 if its list
    never reaches it. Recall counts all relevant images, even if they are more than a list may hold. Queries without a
    relevant image are left out; nan where no query is left.
    Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 8.4.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "x", "b"]}, {"q": {"a", "b"}})
    >>> precision_at_recall(judgement, np.array([0.0, 0.5, 0.75, 1.0])).round(3).tolist()
    [1.0, 1.0, 0.667, 0.667]
    """
    rows = np.flatnonzero(judgement.n_relevant > 0)
    if not len(rows):
        return np.full(len(levels), np.nan)
    total = np.zeros(len(levels))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        total += _interpolated_precision(judgement.hits[block], judgement.n_relevant[block], levels).sum(axis=0)
    return np.asarray(total / len(rows))


def _interpolated_precision(hits: NDArray[np.bool_], n_relevant: NDArray[np.int64], levels: Floats) -> Floats:
    """Return the highest precision of each query at each level of recall or beyond, (n_queries, n_levels)."""
    n_hits = hits.cumsum(axis=1)
    precision = n_hits / np.arange(1, hits.shape[1] + 1)
    best_from = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    at_hit = np.zeros((len(hits), hits.shape[1] + 1))  # 0 after a query's last hit
    query, rank = np.nonzero(hits)
    at_hit[query, n_hits[query, rank] - 1] = best_from[query, rank]
    needed = np.maximum(np.ceil(levels * n_relevant[:, None] - 1e-9), 1).astype(np.int64)
    return np.asarray(np.take_along_axis(at_hit, np.minimum(needed, hits.shape[1] + 1) - 1, axis=1))


def precision_by_confidence(judgement: RecognitionJudgement) -> tuple[Floats, Floats]:
    """Precision and recall (n_answers,) of all answers down to each, the most confident first, ties by id.

    Recall is the share of the queries showing a landmark that are answered correctly. GAP is the area under precision
    as a function of recall: the sum of the precisions times the steps of the recall.

    >>> from metrics import judge_recognition
    >>> labellings = {"q1": (7, 0.9), "q3": (7, 0.7), "q2": (9, 0.5)}
    >>> precision, recall = precision_by_confidence(judge_recognition(labellings, {"q1": {7}, "q2": {9}, "q3": set()}))
    >>> precision.round(3).tolist(), recall.tolist()
    ([1.0, 0.5, 0.667], [0.5, 0.5, 1.0])
    """
    right = judgement.correct[GlobalAveragePrecision().ranked_rows(judgement)].cumsum()
    return right / np.arange(1, len(right) + 1), right / max(1, np.count_nonzero(judgement.landmark))
