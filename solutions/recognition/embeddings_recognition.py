"""Name landmarks by your own vectors: `embeddings_recognition('NAME')`.

The vectors are those that `landmark embeddings add NAME FILE --on DIR` stored. A landmark's score is that of the five
nearest train images, as in fourth_place; or the probability of a logistic regression; or the cosine of the mean of its
train images, as in tenth_place. Queries that look like no landmark can be damped as in fourth_place, and those below a
threshold left without an answer. Images without a vector are not learned from, and such queries get no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import HarnessError, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import describe_ensemble
from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary
from solutions.landmark_scores.class_scores import ClassScores, LandmarkClasses
from solutions.landmark_scores.non_landmark import detect_non_landmarks
from solutions.landmark_scores.score_merging import damp
from solutions.landmark_scores.train_scorers import NearestCentroids, NearestTrain, SoftmaxOfTrain
from solutions.training.logistic_head import WEIGHT_DECAY

_CERTAIN = 0.95  # probability of no landmark above which a confidence is damped


@dataclass
class EmbeddingsRecognition(Recognition):
    chunk = 1024
    ablation_steps = (
        Step("five nearest train images", {}),
        Step("nearest mean of a landmark", {"classifier": "centroids"}),
        Step("logistic regression", {"classifier": "regression"}),
        Step("+ landmark or not", {"classifier": "regression", "landmark_or_not": True}),
    )

    name: str  # of the vectors, as in: landmark embeddings add NAME FILE --on DIR
    classifier: Literal["nearest", "centroids", "regression"] = "nearest"  # how landmarks are scored
    weight_decay: Annotated[float, Span(1e-5, 1e-1, log=True)] = WEIGHT_DECAY  # L2 penalty of the regression's weights
    landmark_or_not: bool = False  # damp queries that look like no landmark; it needs vectors of the index
    threshold: float | None = None  # confidence below which nothing is answered; None: all are answered

    def __post_init__(self) -> None:
        if self.weight_decay <= 0:
            raise HarnessError(f"weight_decay={self.weight_decay} must be above 0")

    def input_digests(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:
        queries.embeddings(self.name)  # raises an error if there are none
        return (data.train.embeddings(self.name).digest,)

    def fit(self, data: TrainingData) -> None:
        self.vectors = data.train.embeddings(self.name)
        train = describe_ensemble(data.train, self.vectors)
        classes = LandmarkClasses.from_labels(data.labels)
        self.scorer: NearestTrain | NearestCentroids | SoftmaxOfTrain
        if self.classifier == "regression":
            self.scorer = SoftmaxOfTrain(self.vectors, data, classes, self.weight_decay)
        elif self.classifier == "centroids":
            self.scorer = NearestCentroids.from_train(self.vectors, data, train)
        else:
            self.scorer = NearestTrain(self.vectors, train, classes)
        self.non_landmark_classifier = self._fit_non_landmarks(data, train, classes) if self.landmark_or_not else None

    def recognise(self, queries: ImageSet) -> Labelling:
        scores: ClassScores = self.scorer(queries)
        if self.non_landmark_classifier:
            probability = self.non_landmark_classifier.probability_of_second(self.describe(queries))
            scores = damp(scores, probability > _CERTAIN)
        landmarks, confidences = scores.best
        if self.threshold is not None:
            confidences = np.where(confidences < self.threshold, np.nan, confidences)
        return Labelling.of(landmarks, confidences, queries.ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return describe_ensemble(images, self.vectors)

    def _fit_non_landmarks(
        self, data: TrainingData, train: np.ndarray, classes: LandmarkClasses
    ) -> BinaryClassifier | None:
        """Return the classifier of train images and of index images unlike them; None if there are too few."""
        index = describe_ensemble(data.index, data.index.embeddings(self.name))
        return fit_binary(train, index[detect_non_landmarks(index, train, classes)])
