"""Class scores of queries from train images: by nearest images, by a softmax, and by crops."""

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from scipy.special import softmax

from harness import ImageSet, TrainingData
from solutions.descriptors.ensemble import DescriptorSource, concatenate, describe_ensemble
from solutions.descriptors.extractors.random_boxes import RandomBoxesExtractor
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.landmark_scores.binary_classifier import BinaryClassifier
from solutions.landmark_scores.centroids import landmark_centroids
from solutions.landmark_scores.class_scores import ClassScores, LandmarkClasses, normalised_sum
from solutions.landmark_scores.crop_ranks import RankRule, sum_crop_ranks
from solutions.landmark_scores.non_landmark import N_NEIGHBOURS
from solutions.neighbours.exact import nearest
from solutions.training.logistic_head import WEIGHT_DECAY, train_logistic_head

_NEAREST_OF_CROP = 20
_FIRST = 5  # most probable landmarks of a softmax, or nearest centroids, that are returned
_MAX_NON_LANDMARK = 0.5  # probability of no landmark up to which a crop is used
_BLOCK = 32  # queries whose crops are in memory


@dataclass(frozen=True, eq=False)
class NearestTrain:
    """The normalised sum of the fourth place over the nearest train images."""

    network: DescriptorSource
    rows: np.ndarray
    classes: LandmarkClasses

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the class scores of the queries."""
        return normalised_sum(nearest(describe_ensemble(queries, self.network), self.rows, N_NEIGHBOURS), self.classes)


@dataclass(frozen=True, eq=False)
class NearestCentroids:
    """The cosine of the nearest means of landmarks; `centroids` `(k, d)` are in the order of the classes."""

    network: DescriptorSource
    centroids: np.ndarray
    classes: LandmarkClasses

    @classmethod
    def from_train(cls, network: DescriptorSource, data: TrainingData, rows: np.ndarray) -> "NearestCentroids":
        """Return the scorer of train images with the descriptors `rows` `(n, d)`, L2-normalised."""
        keys = np.array([blake2b(row.tobytes(), digest_size=8).hexdigest() for row in rows])  # content, not the id
        classes = LandmarkClasses.from_labels(data.labels)
        return cls(network, landmark_centroids(rows, classes, keys, data.seed).astype(np.float32), classes)

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the class scores of the queries."""
        neighbours = nearest(describe_ensemble(queries, self.network), self.centroids, _FIRST)
        return ClassScores(self.classes.landmarks, neighbours.positions, neighbours.similarities.astype(np.float64))


@dataclass(eq=False)
class SoftmaxOfTrain:
    """The probabilities of a softmax over landmarks; it needs readable train images of two landmarks."""

    network: DescriptorSource
    data: TrainingData
    classes: LandmarkClasses
    weight_decay: float = WEIGHT_DECAY
    positions: np.ndarray = field(init=False)  # of the head's landmarks among all landmarks

    def __post_init__(self) -> None:
        self.head = train_logistic_head(self.data.train, self.data.labels, self.network, self.weight_decay, 0.0)
        self.positions = np.searchsorted(self.classes.landmarks, self.head.landmarks)

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the most probable landmarks of the queries, rounded to nine decimals, which are reproducible."""
        probabilities = softmax(self.head.logits(queries), axis=1).round(9)
        first = ClassScores.from_table(self.head.landmarks, probabilities, _FIRST)
        return ClassScores(self.classes.landmarks, first.map_classes(self.positions), first.confidences)


@dataclass(frozen=True, eq=False)
class CropsAmongTrain:
    """Crop ranks of queries: each crop is compared with whole train images; see `sum_crop_ranks`.

    Crops that are probably no landmark are dropped if there is a `non_landmark_classifier`.
    """

    crops: RandomBoxesExtractor
    rows: np.ndarray
    classes: LandmarkClasses
    non_landmark_classifier: BinaryClassifier | None
    rule: RankRule

    @staticmethod
    def describe_whole(crops: RandomBoxesExtractor, images: ImageSet) -> np.ndarray:
        """Return the descriptors of whole photographs `(n, d)` for comparison with crops."""
        network = SquareExtractor(crops.backbone, crops.side, weights=crops.weights, frame="squash")
        return concatenate([images.describe(network, "gem")])

    def __call__(self, queries: ImageSet) -> ClassScores:
        """Return the class scores of the queries."""
        blocks = [self._score_block(queries[start : start + _BLOCK]) for start in range(0, len(queries) or 1, _BLOCK)]
        classes, confidences = (
            np.concatenate([getattr(block, name) for block in blocks]) for name in ("classes", "confidences")
        )
        return ClassScores(self.classes.landmarks, classes, confidences)

    def _score_block(self, queries: ImageSet) -> ClassScores:
        descriptors = queries.describe(self.crops).astype(np.float32)
        n, count, width = descriptors.shape
        rows = descriptors.reshape(n * count, width)
        ranked = normalised_sum(nearest(rows, self.rows, _NEAREST_OF_CROP), self.classes)
        is_valid = ~np.isnan(rows[:, 0])
        if self.non_landmark_classifier:
            is_valid = self.non_landmark_classifier.probability_of_second(rows) <= _MAX_NON_LANDMARK
        return sum_crop_ranks(ranked, is_valid.reshape(n, count), self.rule)
