"""Pseudo-labels: a softmax over landmarks that also learns from unlabelled images.

Each descriptor is mixed with those of its nearest unlabelled images, as in query expansion. A logistic regression is
fitted to the train images and classifies the others. Confident predictions become pseudo-labels; images without
any probable landmark become an extra class, "no landmark". The regression is fitted again, for several rounds.

Sources: D.-H. Lee, Pseudo-label, 2013; the extra class after Zhang, LeCun, Universum prescription, AAAI 2017; for the
mixing see `reranking.query_expansion`. The thresholds are ours. All numbers were chosen by cross-validation that held
images out of the whitening, too. GAP on monuments by `CORNER_CROP_VIEWS`, in 20 rounds with all landmarks, 20 with nine
landmarks left out, and 12 in which similar images were held out together:

| | all | nine left out | similar |
|---|---|---|---|
| regression | .934 | .927 | .888 |
| + pseudo-labels | .948 | .937 | .898 |
| + mixing | .949 | .940 | .911 |
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.whitening.pca_whitening import Whitening
from solutions.descriptors.whitening.whitened_ensemble import (
    describe_whitened,
    evenly_spaced,
    learn_ensemble_whitening,
    stable_matmul,
)
from solutions.reranking.index_augmentation import augment_index_in_rounds
from solutions.reranking.query_expansion import expand_queries
from solutions.training.logistic_head import LBFGS_TABLES, TOO_FEW_LANDMARKS, TOO_FEW_READABLE, softmax_regression
from solutions.training.sampling import stratified_sample

SURE_THRESHOLD = 0.4  # confidence above which an image gets its landmark as label
NON_LANDMARK_THRESHOLD = 0.1  # confidence below which it gets "no landmark"
NON_LANDMARK_WEIGHT = 0.1  # of a "no landmark" image; other images have weight 1
_ALPHA = 3.0  # power of the cosines that weight neighbours
_MAX_NUMBERS = 1_000_000_000  # float64 in memory: 8 GB


@dataclass(frozen=True)
class PseudoLabelConfig:
    """Descriptors, mixing, regularisation and number of rounds."""

    views: tuple[MultiscaleExtractor, ...]
    dims: int = 512  # of the whitened descriptors, at most
    power: float = 0.3  # of the variances that whitening divides by
    neighbours: int = 3  # unlabelled images that every image is mixed with; 0: no mixing
    weight_decay: float = 5e-3
    rounds: int = 2  # of pseudo-labels


@dataclass(frozen=True)
class PseudoLabelClassifier:
    """A fitted classifier of the landmarks `(k,)`, ascending, and of "no landmark"."""

    config: PseudoLabelConfig
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the probabilities `(k,)`."""
        return self.parts["landmarks"]

    def probabilities(self, images: ImageSet) -> np.ndarray:
        """Return the probability of each landmark, and last of none: `(n, k + 1)`; NaN for unreadable images."""
        whitening = Whitening(self.parts["mean"], self.parts["projection"])
        rows = _mix_with_neighbours(
            describe_whitened(images, self.config.views, whitening), self.parts["others"], self.config
        )
        return class_probabilities(rows, self.parts["table"], len(self.landmarks))


def train_with_pseudo_labels(
    images: ImageSet, labels: np.ndarray, unlabelled: ImageSet, config: PseudoLabelConfig
) -> PseudoLabelClassifier:
    """Return the classifier fitted on labelled images, and on unlabelled ones if there are any; cached.

    Raises HarnessError for labelled images of fewer than two landmarks.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(TOO_FEW_LANDMARKS)
    return PseudoLabelClassifier(config, fitted(fit_pseudo_labels, images, labels, unlabelled, config))


def fit_pseudo_labels(
    images: ImageSet, labels: np.ndarray, unlabelled: ImageSet, config: PseudoLabelConfig
) -> Mapping[str, np.ndarray]:
    """Return the arrays of a classifier; unreadable images are left out.

    If 8 GB are not enough, train images are sampled equally by landmark; then unlabelled ones are evenly spaced.
    """
    whitening = learn_ensemble_whitening((images, unlabelled), config.views, config.dims, config.power)
    rows, others = (describe_whitened(each, config.views, whitening) for each in (images, unlabelled))
    readable = ~np.isnan(rows).any(axis=1)
    rows, others = rows[readable], others[~np.isnan(others).any(axis=1)]
    landmarks, classes = np.unique(labels[readable], return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(TOO_FEW_READABLE)
    most = _max_images(len(landmarks), rows.shape[1])
    if len(rows) > most:
        sample = stratified_sample(images.ids[readable], classes, most // len(landmarks), seed=0)
        rows, classes = rows[sample], classes[sample]
    others = others[evenly_spaced(len(others), most - len(rows))]
    return {
        "landmarks": landmarks,
        "mean": whitening.mean,
        "projection": whitening.projection,
        "others": others,
        "table": _fit_table(rows, classes, others, config),
    }


def _fit_table(rows: np.ndarray, classes: np.ndarray, others: np.ndarray, config: PseudoLabelConfig) -> np.ndarray:
    """Return the weights and bias `(d + 1, classes)` for L2-normalised rows, labelled and unlabelled."""
    rows = _mix_with_neighbours(rows, others, config)
    if config.neighbours:
        others = augment_index_in_rounds(others, (config.neighbours,), alpha=_ALPHA)
    scale = np.float64(rows.shape[1] ** 0.5)
    table = fit_rounds(rows * scale, classes, others * scale, config)
    table[:-1] *= scale
    return table


def _mix_with_neighbours(rows: np.ndarray, others: np.ndarray, config: PseudoLabelConfig) -> np.ndarray:
    """Return rows `(n, d)` mixed with their nearest `others` `(m, d)`, float32, L2-normalised."""
    return expand_queries(rows, others, config.neighbours, alpha=_ALPHA) if config.neighbours else rows


def _max_images(k: int, d: int) -> int:
    """Return the largest number of images, of k landmarks and with d numbers each, that fits in 8 GB.

    Raises HarnessError if that is less than one image a landmark.

    >>> _max_images(1000, 512)
    196491
    """
    most = max(0, _MAX_NUMBERS - LBFGS_TABLES * (d + 1) * k) // (2 * d + 4 * k)
    if most < k:
        raise HarnessError(f"a regression of {k} landmarks needs more than 8 GB; take labels of fewer landmarks")
    return most


def fit_rounds(rows: np.ndarray, classes: np.ndarray, others: np.ndarray, config: PseudoLabelConfig) -> np.ndarray:
    """Return weights and, in the last row, bias `(d + 1, classes)`; the last class may be "no landmark".

    `rows` `(n, d)` have `classes` `(n,)` from 0, `others` `(m, d)` are unlabelled.
    """
    k = int(classes.max()) + 1
    table = _regression(rows, classes, np.ones(len(rows)), config)
    for _ in range(config.rounds if len(others) else 0):
        probabilities = class_probabilities(others, table, k)
        confidence = landmark_confidences(probabilities)
        sure, unknown = confidence > SURE_THRESHOLD, confidence < NON_LANDMARK_THRESHOLD
        parts = [classes, probabilities[sure, :k].argmax(axis=1), np.full(unknown.sum(), k)]
        weights = np.repeat([1, 1, NON_LANDMARK_WEIGHT], list(map(len, parts)))
        table = _regression(np.vstack([rows, others[sure], others[unknown]]), np.concatenate(parts), weights, config)
    return table


def _regression(rows: np.ndarray, classes: np.ndarray, weights: np.ndarray, config: PseudoLabelConfig) -> np.ndarray:
    return np.vstack(softmax_regression(rows, classes, weights / weights.sum(), config.weight_decay))


def class_probabilities(rows: np.ndarray, table: np.ndarray, k: int) -> np.ndarray:
    """Return the probabilities of k classes and of none `(n, k + 1)`, the last 0 if the table has k classes."""
    result = softmax(stable_matmul(rows, table[:-1]) + table[-1], axis=1)
    return result if result.shape[1] > k else np.hstack([result, 0 * result[:, :1]])


def landmark_confidences(probabilities: np.ndarray) -> np.ndarray:
    """Return the confidence in the most probable landmark `(n,)` from probabilities `(n, k + 1)`, the last of none.

    It is p (1 - H / ln k), where H is the entropy of all k + 1, from 0 to 1.

    >>> landmark_confidences(np.array([[1.0, 0, 0], [0, 0, 1], [1 / 2, 1 / 2, 0]])).round(3).tolist()
    [1.0, 0.0, 0.0]
    """
    logarithms = np.log(np.where(probabilities > 0, probabilities, 1))
    entropy = -(probabilities * logarithms).sum(axis=1) / np.log(probabilities.shape[1] - 1)
    return np.asarray(probabilities[:, :-1].max(axis=1) * np.maximum(1 - entropy, 0))
