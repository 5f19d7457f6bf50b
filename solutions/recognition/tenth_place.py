"""Networks trained by ArcFace and softmax vote for the landmark with the nearest centroid, or for none.

The tenth place of the recognition challenge of 2018. Each network learns an embedding from four fifths of the train
images; a landmark's centroid is the mean of up to 100 of them; a query is the mean of ten crops. Their write-up rejects
non-landmarks by a softmax above 0.25 and weights votes by the networks' scores; the slides report a distance above 0.25
and a majority. Both are available; in cross-validation neither limit helps here. Pretrained networks, with a trained
embedding on top, replace their ResNets. Reconstructed: the mean of ten crops, 1 - distance as confidence, and which
images are non-landmarks (see fourth_place).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, HarnessError, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import describe_ensemble
from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.extractors.ten_crops import TenCropsExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
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
    ablation_steps = (
        Step("nearest centroid in one embedding", SINGLE | {"ten_crops": False}),
        Step("+ ten crops", SINGLE, 0.205),
        Step("+ five folds, weighted votes", {"reject": "nothing"}, 0.228),
        Step("+ reject distances above 0.7", {}),
        Step("all that, but a majority of votes", {"vote": "majority"}),
        Step("all that, but reject distances above 0.25", {"limit": 0.25}),
        Step("all that, but reject a softmax above 0.25", {"reject": "nonlandmark_prob", "limit": 0.25}),
    )

    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    second: str | None = None  # another network that votes; None: none
    weights: str | None = "imagenet"  # or a file, or None for random ones
    side: Annotated[int, Among(224, 320)] = 224  # pixels of a crop
    frame: Frame = "crop"  # crops are cut from the photograph in its proportions, or squashed to a square
    ten_crops: bool = True  # corners, middle and mirror images, or the middle alone
    head: Literal["arcface_softmax", "arcface", "dense"] = "arcface_softmax"  # the loss of the embedding
    embedding: Annotated[int, Among(128, 256, 512)] = 256  # dimensions
    epochs: int = 40  # at most
    rate: Annotated[float, Span(1e-4, 1e-2, log=True)] = 1e-3  # of the first steps
    folds: int = 5  # networks, each trained without one fold of the train images; 1: one network for all
    vote: Vote = "weighted"  # by the GAP on the fold left out (source), or all equal (deck: the slides)
    reject: Reject = "distance"  # non-landmarks by distance (slides), by a softmax (source), or none
    limit: Annotated[float, Span(0.1, 0.9)] = 0.7  # of either, above which a model votes for none; theirs 0.25
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def __post_init__(self) -> None:
        if self.folds < 1:
            raise HarnessError(f"folds={self.folds} must be 1 or more")

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        self.landmarks = LandmarkClasses.from_labels(data.labels).landmarks
        networks = [self._extractor(name) for name in (self.backbone, self.second) if name]
        index, train = (describe_ensemble(images, networks[0]) for images in (data.index, data.train))
        non_landmarks = data.index[detect_non_landmarks(index, train, LandmarkClasses.from_labels(data.labels))]
        training = TrainingConfig(self.head, epochs=self.epochs, rate=self.rate, embedding=self.embedding)
        self.models = [
            model
            for features in networks
            for model in train_fold_models(data, non_landmarks, features, training, self.folds)
        ]

    def recognise(self, queries: ImageSet) -> Labelling:
        classes, cosines = map(np.stack, zip(*(self._vote(model, queries) for model in self.models), strict=True))
        weights = np.array([model.weight for model in self.models]) if self.vote == "weighted" else None
        return Labelling.of(*vote(self.landmarks, classes.T, cosines.T, weights), queries.ids)

    def _vote(self, model: FoldModel, queries: ImageSet) -> tuple[np.ndarray, np.ndarray]:
        """Return the class that a model votes for, -1 for none, and its cosine: `(n,)` each."""
        classes, cosine, probability = model(queries)
        scores = {"distance": 1 - cosine, "nonlandmark_prob": probability, "nothing": np.zeros(len(cosine))}
        return np.where(scores[self.reject] > self.limit, -1, classes), cosine

    def _extractor(self, name: str) -> SquareExtractor:
        kind = TenCropsExtractor if self.ten_crops else SquareExtractor
        return kind(name, self.side, weights=self.weights, frame=self.frame, precision=self.precision)
