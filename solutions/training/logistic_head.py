"""Multinomial logistic regression: a softmax over landmarks on frozen descriptors, fitted once and cached.

Descriptors are standardised by the train images, as by a batch normalisation in evaluation, and one dense layer gives
the logits. The loss is convex and minimised by L-BFGS from zeros, so the same images give the same head.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.ensemble import DescriptorSource, describe_parts
from solutions.descriptors.normalisation import l2_normalise
from solutions.training.sampling import sample_weights

TOO_FEW_LANDMARKS = "a classifier needs train images of two landmarks or more; label more in train.csv"
TOO_FEW_READABLE = (
    "a classifier needs train images of two landmarks or more that can be read; landmark data check DIR tells"
)
WEIGHT_DECAY = 1e-3
VARIANCE_FLOOR = 10.0  # mean variances added to each: small train variances must not blow up other images
LBFGS_TABLES = 25  # tables of weights that L-BFGS keeps, about
_STEPS = 300
_MAX_BYTES = 8e9


@dataclass(frozen=True)
class LogisticHead:
    """A fitted softmax over the landmarks `(k,)`, ascending."""

    features: DescriptorSource
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the logits `(k,)`."""
        return self.parts["landmarks"]

    def logits(self, images: ImageSet) -> np.ndarray:
        """Return the logits `(n, k)`, NaN for unreadable images."""
        rows = standardised_descriptors(images, self.features, self.parts)
        return np.asarray(rows @ self.parts["weights"] + self.parts["bias"])


def train_logistic_head(
    images: ImageSet, labels: np.ndarray, features: DescriptorSource, weight_decay: float, balance: float
) -> LogisticHead:
    """Return the head fitted on these images; cached.

    A landmark's weight is its number of images to the power 1 - `balance`: 0 weights images equally, 1 landmarks.

    Raises HarnessError for images of fewer than two landmarks.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(TOO_FEW_LANDMARKS)
    return LogisticHead(features, fitted(fit_head, images, labels, features, weight_decay, balance))


def fit_head(
    images: ImageSet, labels: np.ndarray, features: DescriptorSource, weight_decay: float, balance: float
) -> Mapping[str, np.ndarray]:
    """Return the arrays of a head; unreadable images are left out."""
    rows = describe_concatenated(images, features)
    readable = ~np.isnan(rows).any(axis=1)
    rows, labels = rows[readable], labels[readable]
    landmarks, classes = np.unique(labels, return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(TOO_FEW_READABLE)
    _check_memory(rows.shape, len(landmarks))
    mean, spread = mean_and_spread(rows)
    weights, bias = softmax_regression((rows - mean) / spread, classes, sample_weights(classes, balance), weight_decay)
    return {"landmarks": landmarks, "mean": mean, "spread": spread, "weights": weights, "bias": bias}


def _check_memory(shape: tuple[int, ...], k: int) -> None:
    """Raises HarnessError if the regression would need more than 8 GB."""
    n, d = shape
    n_bytes = 8.0 * (2 * n * d + 4 * n * k + LBFGS_TABLES * (d + 1) * k)
    if n_bytes > _MAX_BYTES:
        raise HarnessError(
            f"a logistic regression of {k} landmarks on {n} images needs {n_bytes / 1e9:.0f} GB; choose head='sampled'"
        )


def mean_and_spread(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean `(d,)` and the standard deviation `(d,)` with the variance floor; never 0."""
    mean, variance = rows.mean(axis=0), rows.var(axis=0)
    spread = np.sqrt(variance + VARIANCE_FLOOR * variance.mean())
    spread[spread == 0] = 1
    return mean, spread


def softmax_regression(
    rows: np.ndarray, classes: np.ndarray, weights: np.ndarray, weight_decay: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights `(d, k)` and bias `(k,)` that minimise the mean cross-entropy with sample `weights` `(n,)`.

    `weight_decay` times half the sum of the squared weights is added; the bias is not penalised.
    """
    d, k = rows.shape[1], int(classes.max()) + 1
    own = np.arange(len(rows)), classes

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(d + 1, k)
        logits = rows @ table[:-1] + table[-1]
        logarithms = logits - logsumexp(logits, axis=1, keepdims=True)
        residuals = np.exp(logarithms)
        residuals[own] -= 1
        residuals *= weights[:, None]
        gradient = np.vstack([rows.T @ residuals + weight_decay * table[:-1], residuals.sum(axis=0)])
        value = -(logarithms[own] @ weights) + weight_decay / 2 * (table[:-1] ** 2).sum()
        return float(value), gradient.ravel()

    result = minimize(loss, np.zeros((d + 1) * k), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    table = result.x.reshape(d + 1, k)
    return table[:-1], table[-1]


def describe_concatenated(images: ImageSet, features: DescriptorSource) -> np.ndarray:
    """Return all poolings of the images concatenated `(n, d)` float64, each L2-normalised."""
    return np.hstack([l2_normalise(rows).astype(np.float64) for rows in describe_parts(images, features)])


def standardised_descriptors(images: ImageSet, features: DescriptorSource, parts: Fitted) -> np.ndarray:
    """Return the descriptors `(n, d)` float64 minus `mean`, divided by `spread`; NaN for unreadable images."""
    return np.asarray((describe_concatenated(images, features) - parts["mean"]) / parts["spread"])
