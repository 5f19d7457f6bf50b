"""Losses and gradients of heads on stored descriptors, in NumPy: no back end of Keras is needed.

The losses are those of `losses`. A function takes rows `(n, d)`, classes `(n,)`, the arrays of a head, and the share
`(n,)` of each image in the total loss. It returns the losses `(n,)`, the gradient of the total by the rows, and the
gradients by the trained arrays.
"""

from collections.abc import Mapping
from math import cos, pi, sin

import numpy as np
from scipy.sparse import csr_array
from scipy.special import logsumexp

Arrays = Mapping[str, np.ndarray]
Gradients = tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]

_LOW = -1e9  # logit of an impossible class
_EDGE = 1e-7  # cosines are clipped to this distance from ±1, where the gradient is infinite
_MIN_DISTANCE, _MIN_LENGTH = 1e-6, 1e-12


def softmax_gradients(rows: np.ndarray, classes: np.ndarray, arrays: Arrays, shares: np.ndarray) -> Gradients:
    """Return those of a softmax over all landmarks, with the arrays `weights` and `bias`."""
    weights = arrays["weights"]
    losses, slopes = _cross_entropy(rows @ weights.T + arrays["bias"], classes, shares)
    return losses, slopes @ weights, {"weights": slopes.T @ rows, "bias": slopes.sum(axis=0)}


def sampled_gradients(rows: np.ndarray, classes: np.ndarray, arrays: Arrays, shares: np.ndarray) -> Gradients:
    """Return those of a softmax over the own landmark and `negatives`, less the logarithm of their expected number."""
    weights, bias, negatives = arrays["weights"], arrays["bias"], arrays["negatives"]
    others = rows @ weights[negatives].T + bias[negatives] - arrays["log_expected"]
    others[negatives[None] == classes[:, None]] = _LOW
    own = (rows * weights[classes]).sum(axis=1) + bias[classes]
    losses, slopes = _cross_entropy(np.column_stack([own, others]), np.zeros(len(rows), int), shares)
    drawn = np.concatenate([classes, negatives])
    by_weights = _sum_by_index(drawn, np.concatenate([slopes[:, :1] * rows, slopes[:, 1:].T @ rows]), len(bias))
    by_bias = _sum_by_index(drawn, np.concatenate([slopes[:, 0], slopes[:, 1:].sum(axis=0)]), len(bias))
    by_rows = slopes[:, :1] * weights[classes] + slopes[:, 1:] @ weights[negatives]
    return losses, by_rows, {"weights": by_weights, "bias": by_bias}


def hierarchical_gradients(rows: np.ndarray, classes: np.ndarray, arrays: Arrays, shares: np.ndarray) -> Gradients:
    """Return those of p(group) p(landmark | group); see `losses.hierarchical_loss`."""
    taken = arrays["taken"]
    group, member = np.divmod(arrays["slots"][classes], taken.shape[1])
    weights, bias = arrays["weights"].reshape(*taken.shape, -1), arrays["bias"].reshape(taken.shape)
    logits = np.where(taken[group], np.einsum("nd,nmd->nm", rows, weights[group]) + bias[group], _LOW)
    losses, slopes = _cross_entropy(logits, member, shares)
    by_weights = _sum_by_index(group, (slopes[:, :, None] * rows[:, None]).reshape(len(rows), -1), len(weights))
    groups = {"weights": arrays["group_weights"], "bias": arrays["group_bias"]}
    group_losses, by_rows, by_groups = softmax_gradients(rows, group, groups, shares)
    own = {
        "weights": by_weights.reshape(arrays["weights"].shape),
        "bias": _sum_by_index(group, slopes, len(weights)).ravel(),
    }
    by_rows = by_rows + np.einsum("nm,nmd->nd", slopes, weights[group])
    return losses + group_losses, by_rows, own | {f"group_{name}": each for name, each in by_groups.items()}


def arcface_gradients(
    rows: np.ndarray, classes: np.ndarray, weights: np.ndarray, shares: np.ndarray, margin: float, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the losses, and their gradients by rows and weights; see `losses.arcface_loss`."""
    unit_rows, lengths = _normalise(rows)
    unit_weights, weight_lengths = _normalise(weights)
    cosines = unit_rows @ unit_weights.T
    own = np.arange(len(rows)), classes
    wider, slope = _add_angular_margin(cosines[own], margin)
    cosines[own] = wider
    losses, slopes = _cross_entropy(scale * cosines, classes, shares * scale)
    slopes[own] *= slope
    by_rows = _through_normalisation(slopes @ unit_weights, unit_rows, lengths)
    return losses, by_rows, _through_normalisation(slopes.T @ unit_rows, unit_weights, weight_lengths)


def triplet_gradients(rows: np.ndarray, classes: np.ndarray, shares: np.ndarray, margin: float) -> Gradients:
    """Return those of the hardest match and other in the batch; see `losses.triplet_loss`."""
    unit, lengths = _normalise(rows)
    distances, same, other = _pairwise_distances(unit, classes)
    farthest = np.where(same, distances, -4.0).argmax(axis=1)
    nearest = np.where(other, distances, 4.0).argmin(axis=1)
    i = np.arange(len(rows))
    excess = distances[i, farthest] - distances[i, nearest] + margin
    losses = np.where(same.any(axis=1) & other.any(axis=1), excess, 0).clip(0)
    active = shares * (losses > 0)
    by_distance = np.zeros_like(distances)
    by_distance[i, farthest] += active
    by_distance[i, nearest] -= active
    return losses, _through_distances(by_distance, distances, unit, lengths), {}


def contrastive_gradients(rows: np.ndarray, classes: np.ndarray, shares: np.ndarray, margin: float) -> Gradients:
    """Return those of the hardest match and other in the batch; see `losses.contrastive_loss`."""
    unit, lengths = _normalise(rows)
    distances, same, other = _pairwise_distances(unit, classes)
    to_matches, to_others = np.where(same, distances, 0), np.where(other, distances, margin)
    i, farthest, nearest = np.arange(len(rows)), to_matches.argmax(axis=1), to_others.argmin(axis=1)
    far, gap = to_matches[i, farthest], (margin - to_others[i, nearest]).clip(0)
    by_distance = np.zeros_like(distances)
    by_distance[i, farthest] += shares * far
    by_distance[i, nearest] -= shares * gap
    return (far**2 + gap**2) / 2, _through_distances(by_distance, distances, unit, lengths), {}


def _sum_by_index(index: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """Return the sums `(n, ...)` of the rows of `values` `(m, ...)` with the same index `(m,)`.

    >>> _sum_by_index(np.array([2, 0, 2]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [2.0, 0.0, 4.0]
    """
    m = len(index)
    table = csr_array((np.ones(m, values.dtype), (index, np.arange(m))), shape=(n, m))
    return np.asarray(table @ values)


def _cross_entropy(logits: np.ndarray, classes: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses `(n,)`, and the gradient of their sum, weighted by shares, by the logits `(n, k)`."""
    own = np.arange(len(logits)), classes
    logarithms = logits - logsumexp(logits, axis=1, keepdims=True)
    slopes = np.exp(logarithms)
    slopes[own] -= 1
    return -logarithms[own], slopes * shares[:, None]


def _add_angular_margin(cosines: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosines of angles larger by `margin`, and their derivative; see `losses.add_angular_margin`."""
    safe = cosines.clip(-1 + _EDGE, 1 - _EDGE)
    sine = np.sqrt(1 - safe * safe)
    is_within = cosines > cos(pi - margin)
    wider = np.where(is_within, safe * cos(margin) - sine * sin(margin), cosines - margin * sin(pi - margin))
    slope = np.where(cosines == safe, cos(margin) + safe / sine * sin(margin), 0)
    return wider, np.where(is_within, slope, 1)


def _normalise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of length 1, and the lengths `(n, 1)` before."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _MIN_LENGTH)
    return rows / lengths, lengths


def _through_normalisation(gradient: np.ndarray, unit: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the gradient by rows of the gradient by rows of length 1."""
    return np.asarray((gradient - unit * (gradient * unit).sum(axis=1, keepdims=True)) / lengths)


def _pairwise_distances(unit: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `(n, n)` distances, which pairs of different images match, and which pairs do not."""
    distances = np.sqrt(np.maximum(2 - 2 * unit @ unit.T, _MIN_DISTANCE**2))
    is_match = classes[:, None] == classes[None]
    return distances, is_match & ~np.eye(len(unit), dtype=bool), ~is_match


def _through_distances(
    gradient: np.ndarray, distances: np.ndarray, unit: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Return the gradient by rows of the gradient by distances of rows of length 1; equal rows have none."""
    by_products = np.where(distances > 2 * _MIN_DISTANCE, -gradient / distances, 0)
    return _through_normalisation((by_products + by_products.T) @ unit, unit, lengths)
