"""Curves of precision against recall, and what each wrong answer costs in global average precision."""

import numpy as np
from numpy.typing import NDArray

from metrics.base import Floats
from metrics.complete_judgement import CompleteJudgement
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import RecognitionJudgement, RetrievalJudgement

LEVELS = np.linspace(0, 1, 101)
BLOCK = 1024  # queries at once


def precision_at_recall(judgement: RetrievalJudgement | CompleteJudgement, levels: Floats = LEVELS) -> Floats:
    """The mean interpolated precision of the queries at each level of recall, in [0, 1].

    A query's interpolated precision at a level is its highest precision at that recall or beyond, and 0 if its list
    never reaches it. Recall counts all relevant images, even if they are more than a list may hold. Queries without a
    relevant image are left out; nan where no query is left. Of a complete ranking the ignored images do not count.
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
        precision = _precision_at_hits(judgement, block)
        total += _interpolated_precision(precision, judgement.n_relevant[block], levels).sum(axis=0)
    return np.asarray(total / len(rows))


def _precision_at_hits(judgement: RetrievalJudgement | CompleteJudgement, rows: NDArray[np.intp]) -> Floats:
    """Return the precision at each hit of some queries, (n_rows, most hits); 0 after a query's last hit."""
    if isinstance(judgement, CompleteJudgement):
        ranks = judgement.ranks[rows]
        return np.arange(1, ranks.shape[1] + 1) / ranks
    hits = judgement.hits[rows]
    n_hits = hits.cumsum(axis=1)
    precision = np.zeros(hits.shape)
    query, rank = np.nonzero(hits)
    precision[query, n_hits[query, rank] - 1] = n_hits[query, rank] / (rank + 1)
    return precision


def _interpolated_precision(precision: Floats, n_relevant: NDArray[np.int64], levels: Floats) -> Floats:
    """Return the highest precision of each query at each level of recall or beyond, (n_queries, n_levels)."""
    best_from = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    at_hit = np.pad(best_from, ((0, 0), (0, 1)))  # 0 after a query's last hit
    needed = np.maximum(np.ceil(levels * n_relevant[:, None] - 1e-9), 1).astype(np.int64)
    return np.asarray(np.take_along_axis(at_hit, np.minimum(needed, at_hit.shape[1]) - 1, axis=1))


def precision_by_confidence(judgement: RecognitionJudgement) -> tuple[NDArray[np.intp], Floats, Floats]:
    """The rows of the answers, the most confident first, with precision and recall down to each, all (n_answers,).

    Recall is the share of the queries showing a landmark that are answered correctly. GAP is the area under precision
    as a function of recall: the sum of the precisions times the steps of the recall.

    >>> from metrics import judge_recognition
    >>> labellings = {"q1": (7, 0.9), "q3": (7, 0.7), "q2": (9, 0.5)}
    >>> judgement = judge_recognition(labellings, {"q1": {7}, "q2": {9}, "q3": set()})
    >>> [column.round(3).tolist() for column in precision_by_confidence(judgement)]
    [[0, 2, 1], [1.0, 0.5, 0.667], [0.5, 0.5, 1.0]]
    """
    rows = GlobalAveragePrecision().ranked_rows(judgement)
    right = judgement.correct[rows].cumsum()
    return rows, right / np.arange(1, len(right) + 1), right / max(1, np.count_nonzero(judgement.landmark))


def gap_costs(judgement: RecognitionJudgement) -> Floats:
    """(n_queries,) by how much GAP would rise without the query's wrong answer; 0 if it has none.

    A wrong answer lowers the precision at every right one that is less confident. Leaving out two wrong answers gains
    more than the sum of the two costs.

    >>> from metrics import judge_recognition
    >>> judgement = judge_recognition({"q": (1, 0.9), "r": (2, 0.8), "s": (3, 0.7)}, {"q": [1], "r": [1], "s": [3]})
    >>> gap_costs(judgement).round(4)
    array([0.    , 0.1111, 0.    ])
    """
    order = GlobalAveragePrecision().ranked_rows(judgement)
    right = judgement.correct[order]
    rank = np.arange(1, len(order) + 1)
    gains = np.where(right & (rank > 1), np.cumsum(right) / (np.maximum(rank - 1, 1) * rank), 0.0)
    below = np.cumsum(gains[::-1])[::-1] - gains
    losses = np.zeros(len(judgement.query_ids))
    losses[order] = np.where(right, 0.0, below)
    return np.asarray(losses / max(1, int(judgement.landmark.sum())))
