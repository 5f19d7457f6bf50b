"""Where global average precision is lost: what each wrong answer costs, and precision along the confidences."""

import numpy as np
from numpy.typing import NDArray

from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import RecognitionJudgement
from metrics.statistics.bootstrap import in_order

_GAP = GlobalAveragePrecision()


def costs(judgement: RecognitionJudgement) -> NDArray[np.float64]:
    """(n_queries,) by how much GAP would be higher if a wrong answer had not been given; 0 where there is none.

    A wrong answer lowers the precision at every right one that is less confident. Leaving out two gains more than the
    two alone do.

    >>> from metrics import judge_recognition
    >>> found = judge_recognition({"q": (1, 0.9), "r": (2, 0.8), "s": (3, 0.7)}, {"q": [1], "r": [1], "s": [3]})
    >>> costs(found).round(4)
    array([0.    , 0.1111, 0.    ])
    """
    order = in_order(_GAP, judgement)
    right = judgement.correct[order]
    rank = np.arange(1, len(order) + 1)
    gains = np.where(right & (rank > 1), np.cumsum(right) / (np.maximum(rank - 1, 1) * rank), 0.0)
    behind = np.cumsum(gains[::-1])[::-1] - gains
    found = np.zeros(len(judgement.query_ids))
    found[order] = np.where(right, 0.0, behind)
    total: NDArray[np.float64] = found / max(1, int(judgement.landmark.sum()))
    return total


def precisions(judgement: RecognitionJudgement) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The rows of the answers, the most confident first, and the share of right ones up to each.

    >>> from metrics import judge_recognition
    >>> found = judge_recognition({"q": (1, 0.7), "r": (2, 0.8)}, {"q": [1], "r": [1]})
    >>> precisions(found)
    (array([1, 0]), array([0. , 0.5]))
    """
    order = in_order(_GAP, judgement)
    return order, np.cumsum(judgement.correct[order]) / np.arange(1, len(order) + 1)
