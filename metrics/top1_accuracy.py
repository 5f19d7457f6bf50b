"""Top-1 accuracy: the share of right answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.base import RecognitionMetric
from metrics.judgement import RecognitionJudgement


@dataclass(frozen=True, repr=False)
class Top1Accuracy(RecognitionMetric):
    """Share of the queries showing a landmark that are answered with one they show, in [0, 1].

    Confidences are not used, and answers to queries that show no landmark do not count.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_recognition
    >>> judgement = judge_recognition({"q": (9, 0.5), "s": (7, 0.7)}, {"q": {7, 9}, "r": {3}, "s": set()})
    >>> Top1Accuracy().per_query(judgement), Top1Accuracy().score(judgement)
    (array([ 1.,  0., nan]), 0.5)
    """

    name = "top1_accuracy"
    position = 10
    independent = True
    uses_confidence = False

    def per_query(self, judgement: RecognitionJudgement) -> NDArray[np.float64]:
        return np.where(judgement.landmark, judgement.correct, np.nan)

    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        counting = [query for query, landmarks in truth.items() if landmarks]
        return len([query for query in counting if answers.get(query, (None,))[0] in truth[query]]) / len(counting)
