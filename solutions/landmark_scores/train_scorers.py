"""What train images say of a query, network by network: its nearest, a softmax over landmarks, its local crops."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import softmax

from harness import ImageSet, TrainingData
from solutions.descriptors.concatenation import concatenated
from solutions.descriptors.extractors.random_boxes import LocalCrops
from solutions.descriptors.extractors.square import Features
from solutions.landmark_scores.binary_classifier import TwoSides
from solutions.landmark_scores.class_scores import Classes, ClassScores, normalised_sum
from solutions.landmark_scores.crop_ranks import Rule, crop_ranks
from solutions.landmark_scores.non_landmark import NEAREST
from solutions.neighbours.exact import nearest
from solutions.training.logistic_head import WEIGHT_DECAY, Described, trained_head

_NEAREST_OF_CROP = 20
_FIRST = 5  # landmarks of a softmax that are looked at
_DOUBT = 0.5  # probability that a crop shows no landmark from which on it is dropped
_TOGETHER = 32  # queries whose crops are in memory


def rows_of(images: ImageSet, network: Described) -> np.ndarray:
    """Return all poolings of the images side by side `(n, d)` float32, of length one; NaN where none was read."""
    networks = network if isinstance(network, tuple) else (network,)
    return concatenated([images.describe(each, name) for each in networks for name in each.poolings])


@dataclass(frozen=True, eq=False)
class NearestTrain:
    """The fourth place's sum over the nearest train images."""

    network: Described
    rows: np.ndarray
    classes: Classes

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the class scores of the queries."""
        return normalised_sum(nearest(rows_of(queries, self.network), self.rows, NEAREST), self.classes)


@dataclass(eq=False)
class SoftmaxOfTrain:
    """The probabilities of a softmax over landmarks; there must be train images of two that can be read."""

    network: Described
    data: TrainingData
    classes: Classes
    weight_decay: float = WEIGHT_DECAY
    places: np.ndarray = field(init=False)  # of what the head knows among all landmarks

    def __post_init__(self) -> None:
        self.head = trained_head(self.data.train, self.data.labels, self.network, self.weight_decay, 0.0)
        self.places = np.searchsorted(self.classes.landmarks, self.head.landmarks)

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the likeliest landmarks of the queries, with nine decimals, which are the same in any company."""
        likely = softmax(self.head.logits(queries), axis=1).round(9)
        first = ClassScores.of_table(self.head.landmarks, likely, _FIRST)
        return ClassScores(self.classes.landmarks, first.placed(self.places), first.confidences)


@dataclass(frozen=True, eq=False)
class CropsAmongTrain:
    """What the local crops of queries agree on: each has 20 nearest among whole train images; see `crop_ranks`.

    A crop that is more likely none than a landmark is dropped, as `sides`, landmark or not, tell; without them none is.
    """

    crops: LocalCrops
    rows: np.ndarray
    classes: Classes
    sides: TwoSides | None
    rule: Rule

    @staticmethod
    def whole(crops: LocalCrops, images: ImageSet) -> np.ndarray:
        """Return descriptors of whole photographs `(n, d)` that those of crops can be compared with."""
        network = Features(crops.backbone, crops.side, weights=crops.weights, frame="squash")
        return concatenated([images.describe(network, "gem")])

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the class scores of the queries."""
        found = [self._some(queries[start : start + _TOGETHER]) for start in range(0, len(queries) or 1, _TOGETHER)]
        classes, confidences = (
            np.concatenate([getattr(each, name) for each in found]) for name in ("classes", "confidences")
        )
        return ClassScores(self.classes.landmarks, classes, confidences)

    def _some(self, queries: ImageSet) -> ClassScores:
        described = queries.describe(self.crops).astype(np.float32)
        n, count, width = described.shape
        rows = described.reshape(n * count, width)
        ranked = normalised_sum(nearest(rows, self.rows, _NEAREST_OF_CROP), self.classes)
        kept = ~np.isnan(rows[:, 0]) if self.sides is None else self.sides.second(rows) <= _DOUBT
        return crop_ranks(ranked, kept.reshape(n, count), self.rule)
