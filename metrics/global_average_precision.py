"""Global average precision, as the Google Landmark Recognition challenges define it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric
from metrics.judgement import RecognitionJudgement


@dataclass(frozen=True, repr=False)
class GlobalAveragePrecision(Metric):
    """Average precision of all answers in one list, the most confident first, in [0, 1].

        GAP = 1 / M · Σ_i P(i) · rel(i)

    M is the number of queries that show a landmark, answered or not; rel(i) is 1 if the answer at rank i is right, and
    P(i) the right answers up to rank i divided by i. Equal confidences stand in ascending order of query id. An answer
    to a query that shows no landmark is wrong, or left out of the list if `ignore_non_landmark` (never in a challenge).
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_recognition
    >>> labellings = {"q1": (7, 0.9), "q3": (7, 0.7), "q2": (9, 0.5), "q4": (5, 0.5)}
    >>> judgement = judge_recognition(labellings, {"q1": {7}, "q2": {7, 9}, "q3": set(), "q4": {3}})
    >>> round(GlobalAveragePrecision().score(judgement), 6)
    0.555556
    """

    task = "recognition"
    independent = False

    ignore_non_landmark: bool = False

    @property
    def name(self) -> str:
        return "gap_landmarks_only" if self.ignore_non_landmark else "gap"

    def per_query(self, judgement: RecognitionJudgement) -> NDArray[np.float64]:
        """(n_queries,) what each query's answer adds to the sum, P(i) · rel(i); nan where it shows no landmark.

        Their mean is GAP, yet P(i) depends on the other answers: the mean of some of these values is not the GAP of
        those queries. To resample, select from the judgement and score again.
        """
        ranked = judgement.answered & judgement.landmark if self.ignore_non_landmark else judgement.answered
        order = surest_first(judgement, np.flatnonzero(ranked))
        right = judgement.correct[order]
        precision = np.cumsum(right) / np.arange(1, len(order) + 1)
        values = np.where(judgement.landmark, 0.0, np.nan)
        values[order[right]] = precision[right]
        return values


def surest_first(judgement: RecognitionJudgement, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rows by descending confidence, and by ascending query id where it is the same."""
    doubt = -judgement.confidence[rows]
    order = np.argsort(doubt, kind="stable")
    if (np.diff(doubt[order]) == 0).any():  # ids are compared only if they decide
        order = np.lexsort((judgement.query_ids[rows].astype(str), doubt))
    return rows[order]
