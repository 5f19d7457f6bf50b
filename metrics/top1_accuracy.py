"""How often the answer is right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric
from metrics.judgement import RecognitionJudgement


@dataclass(frozen=True, repr=False)
class Top1Accuracy(Metric):
    """Share of the queries showing a landmark that are answered with one they show, in [0, 1].

    Confidences do not matter, nor do answers to queries that show no landmark.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_recognition
    >>> judgement = judge_recognition({"q": (9, 0.5), "s": (7, 0.7)}, {"q": {7, 9}, "r": {3}, "s": set()})
    >>> Top1Accuracy().per_query(judgement), Top1Accuracy().score(judgement)
    (array([ 1.,  0., nan]), 0.5)
    """

    task = "recognition"
    name = "top1_accuracy"

    def per_query(self, judgement: RecognitionJudgement) -> NDArray[np.float64]:
        return np.where(judgement.landmark, judgement.correct, np.nan)
