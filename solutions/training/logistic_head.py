"""A softmax over landmarks on top of frozen descriptors: multinomial logistic regression, fitted once and kept.

Descriptors are centred and scaled by the train images, much as a batch normalisation does when it is not learning, and
one dense layer turns them into logits. The loss is convex and minimised by L-BFGS, so there is nothing to draw: the
same images give the same head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.extractors.multiscale import Views
from solutions.descriptors.extractors.square import Features
from solutions.descriptors.pooling.pooling import unit
from solutions.training.sampling import shares

Described = Features | tuple[Views, ...]  # one network, or several

FEW = "a classifier needs train images of two landmarks or more; label more in train.csv"
UNREADABLE = "a classifier needs train images of two landmarks or more that can be read; landmark data check DIR tells"
WEIGHT_DECAY = 1e-3
QUIET = 10.0  # of the mean variance, added to each: what hardly varies in the train images must not shout in others
_STEPS = 300
_MOST_BYTES = 8e9
_REMEMBERED = 25  # tables of weights that L-BFGS keeps, about


@dataclass(frozen=True)
class Head:
    """A fitted softmax; `landmarks` `(k,)` ascending are those it knows."""

    features: Described
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the logits `(k,)`."""
        return self.parts["landmarks"]

    def logits(self, images: ImageSet) -> np.ndarray:
        """Return the logits `(n, k)`, NaN for images that could not be read."""
        rows = (described(images, self.features) - self.parts["mean"]) / self.parts["spread"]
        return np.asarray(rows @ self.parts["weights"] + self.parts["bias"])


def trained_head(
    images: ImageSet, labels: np.ndarray, features: Described, weight_decay: float, balance: float
) -> Head:
    """Return the head fitted on these images, from the store or now.

    Each landmark weighs as its number of images to the power 1 - `balance`: 0 counts images, 1 landmarks.

    Raises HarnessError for images of fewer than two landmarks.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(FEW)
    return Head(features, fitted(fit_head, images, labels, features, weight_decay, balance))


def fit_head(
    images: ImageSet, labels: np.ndarray, features: Described, weight_decay: float, balance: float
) -> Mapping[str, np.ndarray]:
    """Return the arrays of a head; images that cannot be read are left out."""
    rows = described(images, features)
    read = ~np.isnan(rows).any(axis=1)
    rows, labels = rows[read], labels[read]
    landmarks, classes = np.unique(labels, return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(UNREADABLE)
    _refuse_large(rows.shape, len(landmarks))
    mean, variance = rows.mean(axis=0), rows.var(axis=0)
    spread = np.sqrt(variance + QUIET * variance.mean())
    spread[spread == 0] = 1
    weights, bias = softmax_regression((rows - mean) / spread, classes, shares(classes, balance), weight_decay)
    return {"landmarks": landmarks, "mean": mean, "spread": spread, "weights": weights, "bias": bias}


def _refuse_large(shape: tuple[int, ...], k: int) -> None:
    """Raises HarnessError where more memory were needed than a machine is likely to have."""
    n, d = shape
    needed = 8.0 * (2 * n * d + 4 * n * k + _REMEMBERED * (d + 1) * k)
    if needed > _MOST_BYTES:
        raise HarnessError(
            f"a logistic regression of {k} landmarks on {n} images needs {needed / 1e9:.0f} GB; choose head='sampled'"
        )


def softmax_regression(
    rows: np.ndarray, classes: np.ndarray, weighed: np.ndarray, weight_decay: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights `(d, k)` and bias `(k,)` that minimise the mean cross-entropy, images weighing `weighed` `(n,)`.

    `weight_decay` times half the sum of the squared weights is added; the bias is free.
    """
    d, k = rows.shape[1], int(classes.max()) + 1
    own = np.arange(len(rows)), classes

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(d + 1, k)
        logits = rows @ table[:-1] + table[-1]
        logarithms = logits - logsumexp(logits, axis=1, keepdims=True)
        off = np.exp(logarithms)
        off[own] -= 1
        off *= weighed[:, None]
        slope = np.vstack([rows.T @ off + weight_decay * table[:-1], off.sum(axis=0)])
        value = -(logarithms[own] @ weighed) + weight_decay / 2 * (table[:-1] ** 2).sum()
        return float(value), slope.ravel()

    found = minimize(loss, np.zeros((d + 1) * k), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    table = found.x.reshape(d + 1, k)
    return table[:-1], table[-1]


def described(images: ImageSet, features: Described) -> np.ndarray:
    """Return all poolings of the images side by side `(n, d)` float64, each of length one."""
    networks = features if isinstance(features, tuple) else (features,)
    found = [images.describe(each, name) for each in networks for name in each.poolings]
    return np.hstack([unit(rows).astype(np.float64) for rows in found])
