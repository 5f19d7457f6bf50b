"""Attention: a saliency score of cells, trained by classifying images by the weighted mean of their cells.

Source: Noh et al., Large-scale image retrieval with attentive deep local features, 2017: the softplus of a score of
each cell is its weight in the sum that a softmax over landmarks classifies. Ours is linear in the cells of a frozen
network, and trained on the most salient cells of each image.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from harness import Extractor, HarnessError, ImageSet, fitted

WEIGHT_DECAY = 1e-4
_STEPS = 200
FEW = "attention needs decodable train images of two landmarks or more; label more in train.csv"


@dataclass(frozen=True, eq=False)
class Attention:
    """A trained attention: `weights` `(c,)` and `bias` `(1,)`."""

    weights: np.ndarray
    bias: np.ndarray

    def __call__(self, cells: np.ndarray) -> np.ndarray:
        """Return the saliency `(n,)`, above 0, of cells `(n, c)` of length one.

        >>> Attention(np.array([1.0, 0]), np.zeros(1))(np.array([[1.0, 0], [0, 1]])).round(4).tolist()
        [1.3133, 0.6931]
        """
        return np.asarray(np.logaddexp(0, np.asarray(cells, np.float64) @ self.weights + self.bias))


def attention_for(images: ImageSet, labels: np.ndarray, cells: Extractor) -> Attention:
    """Return the attention trained on the `descriptors` of labelled images, from the store if it is there.

    Raises HarnessError for images of fewer than two landmarks.
    """
    parts = fitted(fit_attention, images, labels, cells)
    return Attention(parts["weights"], parts["bias"])


def fit_attention(images: ImageSet, labels: np.ndarray, cells: Extractor) -> Mapping[str, np.ndarray]:
    """Train an attention; return `weights` and `bias`. Images without cells are ignored."""
    descriptors = images.describe_ragged(cells, "descriptors")
    counts = descriptors.ends - descriptors.starts
    landmarks, classes = np.unique(labels[counts > 0], return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(FEW)
    rows = np.concatenate([each for each in descriptors if len(each)]).astype(np.float32)
    weights, bias = optimise_attention(rows, counts[counts > 0], classes)
    return {"weights": weights, "bias": bias}


def optimise_attention(cells: np.ndarray, counts: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights `(c,)` and bias `(1,)` that best classify images by the weighted mean of their cells.

    `cells` are `(n, c)` in order of the images, `counts` is their number in each image, `classes` are from 0.
    """
    width, k = cells.shape[1], int(classes.max()) + 1
    starts = np.cumsum(counts) - counts
    start = np.r_[np.zeros(width + 1), np.random.default_rng(0).normal(0, 1e-3, (width + 1) * k)]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        score, table = flat[: width + 1], flat[width + 1 :].reshape(width + 1, k)
        value, slopes = _loss_and_gradient(cells, counts, starts, classes, score, table)
        decay = np.r_[score[:-1], 0, np.vstack([table[:-1], np.zeros((1, k))]).ravel()]
        return value + WEIGHT_DECAY / 2 * float(decay @ decay), slopes + WEIGHT_DECAY * decay

    solution = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return solution[:width], solution[width : width + 1]


def _loss_and_gradient(
    cells: np.ndarray, counts: np.ndarray, starts: np.ndarray, classes: np.ndarray, score: np.ndarray, table: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy and its gradient by the weights of the score, then by those of the softmax."""
    raw = cells @ score[:-1] + score[-1]
    weight = np.logaddexp(0, raw)
    total = np.repeat(np.add.reduceat(weight, starts), counts)
    share = weight / total
    means = np.add.reduceat(cells * share[:, None], starts)
    logarithms = log_softmax(means @ table[:-1] + table[-1], axis=1)
    own = np.arange(len(classes)), classes
    off = np.exp(logarithms)
    off[own] -= 1
    off /= len(classes)
    by_mean = np.repeat(off @ table[:-1].T, counts, axis=0)  # gradient by the mean of each image
    gain = ((cells - np.repeat(means, counts, axis=0)) * by_mean).sum(axis=1) / total * expit(raw)
    by_table = np.vstack([means.T @ off, off.sum(axis=0)])
    return -float(logarithms[own].mean()), np.r_[gain @ cells, gain.sum(), by_table.ravel()]
