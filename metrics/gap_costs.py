"""What each wrong answer costs in global average precision, and the precision along the confidences."""

import numpy as np
from numpy.typing import NDArray

from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import RecognitionJudgement

_GAP = GlobalAveragePrecision()


def costs(judgement: RecognitionJudgement) -> NDArray[np.float64]:
    """(n_queries,) by how much GAP would rise without the query's wrong answer; 0 if it has none.

    A wrong answer lowers the precision at every right one that is less confident. Leaving out two wrong answers gains
    more than the sum of the two costs.

    >>> from metrics import judge_recognition
    >>> judgement = judge_recognition({"q": (1, 0.9), "r": (2, 0.8), "s": (3, 0.7)}, {"q": [1], "r": [1], "s": [3]})
    >>> costs(judgement).round(4)
    array([0.    , 0.1111, 0.    ])
    """
    order = _GAP.ranked_rows(judgement)
    right = judgement.correct[order]
    rank = np.arange(1, len(order) + 1)
    gains = np.where(right & (rank > 1), np.cumsum(right) / (np.maximum(rank - 1, 1) * rank), 0.0)
    below = np.cumsum(gains[::-1])[::-1] - gains
    losses = np.zeros(len(judgement.query_ids))
    losses[order] = np.where(right, 0.0, below)
    shares: NDArray[np.float64] = losses / max(1, int(judgement.landmark.sum()))
    return shares


def precisions(judgement: RecognitionJudgement) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The rows of the answers by descending confidence, and the share of right answers up to each, both (n_answers,).

    >>> from metrics import judge_recognition
    >>> precisions(judge_recognition({"q": (1, 0.7), "r": (2, 0.8)}, {"q": [1], "r": [1]}))
    (array([1, 0]), array([0. , 0.5]))
    """
    order = _GAP.ranked_rows(judgement)
    return order, np.cumsum(judgement.correct[order]) / np.arange(1, len(order) + 1)
