"""One of the tenth place's models: an embedding taught by landmarks, and the centroids of these in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.square import Features
from solutions.descriptors.pooling.pooling import unit
from solutions.landmark_scores.binary_classifier import TwoSides, told_apart
from solutions.landmark_scores.centroids import centroids, nearest_centroids
from solutions.landmark_scores.class_scores import Classes
from solutions.training.holdout import dealt
from solutions.training.settings import Training
from solutions.training.stored_descriptors import looks, rows_of
from solutions.training.trained_network import Network, trained_network


@dataclass(frozen=True, eq=False)
class Voter:
    """What has learnt from all folds but one; `weight` is its GAP there, 1 where it has learnt from all."""

    network: Network
    means: np.ndarray  # (k, e), the centroids
    landmarks: np.ndarray  # (k,)
    sides: TwoSides | None  # landmark or not
    weight: float

    def __call__(self, queries: ImageSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the nearest centroid of each query, its cosine, and the probability of no landmark `(n,)`.

        -1 and NaN for queries that cannot be read; the probability is 0 where nothing was learnt of it.
        """
        rows = unit(self.network.embedded(queries))
        nearest = nearest_centroids(rows, self.means, self.landmarks, most=1)
        none = self.sides.second(rows) if self.sides else np.zeros(len(rows))
        cosine = np.where(nearest.classes[:, 0] >= 0, nearest.confidences[:, 0], np.nan)
        return nearest.classes[:, 0], cosine, none


def voters(data: TrainingData, none: ImageSet, features: Features, training: Training, folds: int) -> Iterator[Voter]:
    """Yield a voter for each fold of the train images, which stops where it knows those best; one for no folds.

    Images deal themselves into folds by what they look like. `none` are images that show no landmark. Centroids are of
    all train images. There must be two landmarks that can be read.
    """
    keys, classes = looks(rows_of(data.train, features, np.arange(len(data.train)))), Classes.of_labels(data.labels)
    part = dealt(keys, data.labels, folds, data.seed)
    for fold in range(folds) if folds > 1 else [folds]:
        kept = part != fold if folds > 1 else np.ones(len(part), bool)
        asked = None if kept.all() else (data.train[~kept], data.labels[~kept])
        own = replace(training, seed=data.seed + fold)
        network = trained_network(data.train[kept], data.labels[kept], features, own, asked)
        rows = unit(network.embedded(data.train))
        yield Voter(
            network,
            centroids(rows, classes, keys, data.seed),
            classes.landmarks,
            told_apart(rows, unit(network.embedded(none))),
            weight=1.0 if asked is None else float(network.history[network.epochs - 1, 1]),
        )
