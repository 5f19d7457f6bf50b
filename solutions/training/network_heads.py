"""What stands on descriptors and is taught: a softmax over landmarks, or the descriptors themselves.

A head is started from the mean descriptors of the landmarks, gives a loss for images, and says afterwards, in NumPy,
the logits of images. Zeros are a good start where the loss is convex.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax

from solutions.training import losses
from solutions.training.softmax_groups import slots

Arrays = Mapping[str, np.ndarray]

NEGATIVES = 1024  # landmarks drawn for each step of a sampled softmax
MARGIN, SCALE = 0.3, 30.0  # of arcface, in radians
TRIPLET_MARGIN, CONTRASTIVE_MARGIN = 0.2, 0.7  # distances between descriptors of length one
_POWER = 0.75  # of a landmark's number of images: how often it is drawn


@dataclass(frozen=True)
class Head:
    """`start(means, counts)` gives what is taught and what stays; the others get both, by name."""

    start: Callable[[np.ndarray, np.ndarray], tuple[Arrays, Arrays]]
    loss: Callable[[Any, Any, Mapping[str, Any], Mapping[str, Any]], Any]  # of rows, classes, taught, fixed
    logits: Callable[[np.ndarray, Arrays], np.ndarray] | None  # of rows, all arrays; None: knows no landmarks
    draw: Callable[[Arrays, np.random.Generator], Arrays] | None = None  # what is fixed in the next step alone
    pairs: bool = False  # images of a landmark are shown by twos


def _start_dense(means: np.ndarray, _: np.ndarray) -> tuple[Arrays, Arrays]:
    return {"weights": np.zeros_like(means, np.float32), "bias": np.zeros(len(means), np.float32)}, {}


def _dense_loss(rows: Any, classes: Any, taught: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    return losses.softmax_loss(rows, classes, taught["weights"], taught["bias"])


def _dense_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    return np.asarray(rows @ arrays["weights"].T + arrays["bias"])


def _start_sampled(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    """Start as a dense one; a landmark is drawn as its number of images to the power 3/4."""
    often = counts**_POWER
    return _start_dense(means, counts)[0], {"often": (often / often.sum())}


def _draw_negatives(fixed: Arrays, generator: np.random.Generator) -> Arrays:
    often = fixed["often"]
    if len(often) <= NEGATIVES:
        return {"negatives": np.arange(len(often), dtype=np.int32), "log_expected": np.zeros(len(often), np.float32)}
    drawn = generator.choice(len(often), NEGATIVES, p=often).astype(np.int32)
    return {"negatives": drawn, "log_expected": np.log(NEGATIVES * often[drawn]).astype(np.float32)}


def _sampled_loss(rows: Any, classes: Any, taught: Mapping[str, Any], fixed: Mapping[str, Any]) -> Any:
    return losses.sampled_loss(
        rows, classes, taught["weights"], taught["bias"], fixed["negatives"], fixed["log_expected"]
    )


def _start_hierarchical(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    slot, size = slots(means)
    groups = -(-len(means) // size)
    taken = np.isin(np.arange(groups * size), slot).reshape(groups, size)
    table, _ = _start_dense(np.zeros((groups * size, means.shape[1])), counts)
    over, _ = _start_dense(np.zeros((groups, means.shape[1])), counts)
    taught = {**table, "group_weights": over["weights"], "group_bias": over["bias"]}
    return taught, {"slots": slot.astype(np.int32), "taken": taken}


def _hierarchical_loss(rows: Any, classes: Any, taught: Mapping[str, Any], fixed: Mapping[str, Any]) -> Any:
    from keras import ops

    return losses.hierarchical_loss(rows, ops.take(fixed["slots"], classes), taken=fixed["taken"], **taught)


def _hierarchical_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the logarithms of the probabilities."""
    taken = arrays["taken"]
    over = log_softmax(rows @ arrays["group_weights"].T + arrays["group_bias"], axis=1)
    within = np.where(taken, _dense_logits(rows, arrays).reshape(-1, *taken.shape), -np.inf)
    found = over[:, :, None] + log_softmax(within, axis=2)
    return np.asarray(found.reshape(len(rows), -1)[:, arrays["slots"]])


def _start_arcface(means: np.ndarray, _: np.ndarray) -> tuple[Arrays, Arrays]:
    return {"weights": means.astype(np.float32)}, {}


def _arcface_loss(rows: Any, classes: Any, taught: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    return losses.arcface_loss(rows, classes, taught["weights"], MARGIN, SCALE)


def _arcface_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True) * np.linalg.norm(arrays["weights"], axis=1)
    return np.asarray(SCALE * (rows @ arrays["weights"].T) / np.maximum(lengths, 1e-12))


def _start_both(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    """Start as a dense one, and as arcface beside it."""
    dense, _ = _start_dense(means, counts)
    return {**dense, "angular_weights": means.astype(np.float32)}, {}


def _both_loss(rows: Any, classes: Any, taught: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    angular = losses.arcface_loss(rows, classes, taught["angular_weights"], MARGIN, SCALE)
    return angular + losses.softmax_loss(rows, classes, taught["weights"], taught["bias"])


def _nothing(_: np.ndarray, __: np.ndarray) -> tuple[Arrays, Arrays]:
    return {}, {}


HEADS: dict[str, Head] = {
    "dense": Head(_start_dense, _dense_loss, _dense_logits),
    "sampled": Head(_start_sampled, _sampled_loss, _dense_logits, _draw_negatives),
    "hierarchical": Head(_start_hierarchical, _hierarchical_loss, _hierarchical_logits),
    "arcface": Head(_start_arcface, _arcface_loss, _arcface_logits),
    "arcface_softmax": Head(_start_both, _both_loss, _dense_logits),
    "triplet": Head(
        _nothing, lambda rows, classes, *_: losses.triplet_loss(rows, classes, TRIPLET_MARGIN), None, pairs=True
    ),
    "contrastive": Head(
        _nothing, lambda rows, classes, *_: losses.contrastive_loss(rows, classes, CONTRASTIVE_MARGIN), None, pairs=True
    ),
}
