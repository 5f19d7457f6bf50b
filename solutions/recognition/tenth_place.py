"""Let networks taught by ArcFace and softmax vote, each for the landmark whose centroid is nearest; or for none.

The tenth of the recognition challenge of 2018. Each network learns an embedding from four fifths of the train images,
and each landmark has the mean there of up to 100 of them; a query is the mean of ten crops. The competitors' write-up
rejects what is not a landmark by a softmax above 0.25 and weighs votes by the networks' scores; the deck tells of a
distance above 0.25 and of a majority. Both can be had; by folds neither limit is any good here. Embedded networks, with
an embedding on top that alone is taught, stand for their ResNets. That the mean of ten crops is taken, and 1 - distance
as confidence, is a reconstruction; so is what is taken for no landmark, of which see fourth_place.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, HarnessError, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import describe_ensemble
from solutions.descriptors.extractors.square import Frame, SquareExtractor
from solutions.descriptors.extractors.ten_crops import TenCropsExtractor
from solutions.landmark_scores.class_scores import LandmarkClasses
from solutions.landmark_scores.non_landmark import detect_non_landmarks
from solutions.landmark_scores.score_merging import vote
from solutions.landmark_scores.tenth_place_models import FoldModel, train_fold_models
from solutions.training.settings import TrainingConfig

Reject = Literal["distance", "nonlandmark_prob", "nothing"]
Vote = Literal["weighted", "majority"]
SINGLE: dict[str, object] = {"folds": 1, "reject": "nothing"}


@dataclass
class TenthPlace(Recognition):
    modules = ("keras",)
    ladder = (
        Step("nearest centroid in one embedding", SINGLE | {"ten_crops": False}),
        Step("+ ten crops", SINGLE, 0.205),
        Step("+ five folds, weighted votes", {"reject": "nothing"}, 0.228),
        Step("+ none where the distance is above 0.7", {}),
        Step("all that, but a majority of votes", {"vote": "majority"}),
        Step("all that, but none above a distance of 0.25", {"limit": 0.25}),
        Step("all that, but none above a softmax of 0.25", {"reject": "nonlandmark_prob", "limit": 0.25}),
    )

    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    second: str | None = None  # another network that votes; None: none
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: Annotated[int, Among(224, 320)] = 224  # pixels of a crop
    frame: Frame = "crop"  # crops are cut from the photograph in its proportions, or squashed to a square
    ten_crops: bool = True  # corners, middle and mirror images, or the middle alone
    head: Literal["arcface_softmax", "arcface", "dense"] = "arcface_softmax"  # what the embedding is taught by
    embedding: Annotated[int, Among(128, 256, 512)] = 256  # dimensions
    epochs: int = 40  # at most
    rate: Annotated[float, Span(1e-4, 1e-2, log=True)] = 1e-3  # of the first steps
    folds: int = 5  # networks, each taught without a fold of the train images; 1: one, by all
    vote: Vote = "weighted"  # by the GAP on the fold left out (source), or all alike (deck)
    reject: Reject = "distance"  # no landmark by distance (deck), by a softmax (source), or never
    limit: Annotated[float, Span(0.1, 0.9)] = (
        0.7  # of either, beyond which a model says none; 0.25 was told, 0.7 is ours
    )

    def __post_init__(self) -> None:
        if self.folds < 1:
            raise HarnessError(f"folds={self.folds} must be 1 or more")

    def fit(self, data: TrainingData) -> None:
        self.landmarks = LandmarkClasses.from_labels(data.labels).landmarks
        networks = [self._features(name) for name in (self.backbone, self.second) if name]
        index, train = (describe_ensemble(images, networks[0]) for images in (data.index, data.train))
        none = data.index[detect_non_landmarks(index, train, LandmarkClasses.from_labels(data.labels))]
        training = TrainingConfig(self.head, epochs=self.epochs, rate=self.rate, embedding=self.embedding)
        self.voters = [
            each for features in networks for each in train_fold_models(data, none, features, training, self.folds)
        ]

    def recognise(self, queries: ImageSet) -> Labelling:
        places, cosines = map(np.stack, zip(*(self._vote(voter, queries) for voter in self.voters), strict=True))
        weights = np.array([each.weight for each in self.voters]) if self.vote == "weighted" else None
        return Labelling.of(*vote(self.landmarks, places.T, cosines.T, weights), queries.ids)

    def _vote(self, voter: FoldModel, queries: ImageSet) -> tuple[np.ndarray, np.ndarray]:
        """Return the place of the landmark that a model votes for, -1 for none, and its cosine `(n,)`."""
        place, cosine, none = voter(queries)
        doubt = {"distance": 1 - cosine, "nonlandmark_prob": none, "nothing": np.zeros(len(none))}[self.reject]
        return np.where(doubt > self.limit, -1, place), cosine

    def _features(self, name: str) -> SquareExtractor:
        kind = TenCropsExtractor if self.ten_crops else SquareExtractor
        return kind(name, self.side, weights=self.weights, frame=self.frame)
