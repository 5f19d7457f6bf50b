"""The models of the tenth place: a trained embedding, and the centroids of landmarks in it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary
from solutions.landmark_scores.centroids import landmark_centroids
from solutions.landmark_scores.class_scores import LandmarkClasses
from solutions.neighbours.exact import nearest
from solutions.training.holdout import assign_parts
from solutions.training.settings import TrainingConfig
from solutions.training.stored_descriptors import descriptor_keys, load_descriptors
from solutions.training.trained_network import TrainedNetwork, train_network


@dataclass(frozen=True, eq=False)
class FoldModel:
    """A model trained on all folds but one; `weight` is its GAP on that one, or 1 if it was trained on all."""

    network: TrainedNetwork
    centroids: np.ndarray  # (k, e)
    non_landmark_classifier: BinaryClassifier | None  # landmark or not; None: too few images
    weight: float

    def __call__(self, queries: ImageSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the class of the nearest centroid, its cosine, and the probability of no landmark: `(n,)` each.

        They are -1 and NaN for unreadable queries. Without a classifier the probability is 0.
        """
        rows = l2_normalise(self.network.embed(queries))
        neighbours = nearest(rows, self.centroids, 1)
        classes, cosine = neighbours.positions[:, 0], neighbours.similarities[:, 0].astype(np.float64)
        classifier = self.non_landmark_classifier
        probability = classifier.probability_of_second(rows) if classifier else np.zeros(len(rows))
        return classes, np.where(classes >= 0, cosine, np.nan), probability


def train_fold_models(
    data: TrainingData, non_landmarks: ImageSet, features: SquareExtractor, training: TrainingConfig, folds: int
) -> Iterator[FoldModel]:
    """Yield a model for each fold of the train images, which is its validation set.

    If `folds` is 1, yield one model trained on all images, without validation. Folds depend on the content of the
    images. Centroids are of all train images. There must be readable images of two landmarks.
    """
    keys = descriptor_keys(load_descriptors(data.train, features, np.arange(len(data.train))))
    classes = LandmarkClasses.from_labels(data.labels)
    part = assign_parts(keys, data.labels, folds, data.seed)
    for fold in range(folds) if folds > 1 else [folds]:
        is_train = part != fold if folds > 1 else np.ones(len(part), bool)
        validation = None if is_train.all() else (data.train[~is_train], data.labels[~is_train])
        fold_config = replace(training, seed=data.seed + fold)
        network = train_network(data.train[is_train], data.labels[is_train], features, fold_config, validation)
        rows = l2_normalise(network.embed(data.train))
        yield FoldModel(
            network,
            landmark_centroids(rows, classes, keys, data.seed),
            fit_binary(rows, l2_normalise(network.embed(non_landmarks))),
            weight=1.0 if validation is None else float(network.history[network.epochs - 1, 1]),
        )
