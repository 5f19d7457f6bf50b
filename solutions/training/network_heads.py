"""Heads of a trained network: a softmax over landmarks, or a loss on the descriptors themselves.

A head is initialised from the mean descriptors of the landmarks. It computes the loss of images in Keras, to train
layers of a network too, the same loss and its gradients in NumPy, and logits in NumPy. Heads with a convex loss start
from zeros.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax

from solutions.training import head_gradients, losses
from solutions.training.head_gradients import Gradients
from solutions.training.softmax_groups import assign_slots

Arrays = Mapping[str, np.ndarray]

NEGATIVES = 1024  # landmarks sampled for each step of a sampled softmax
MARGIN, SCALE = 0.3, 30.0  # of arcface, in radians
TRIPLET_MARGIN, CONTRASTIVE_MARGIN = 0.2, 0.7  # distances between L2-normalised descriptors
_POWER = 0.75  # of a landmark's number of images, for its probability to be sampled


@dataclass(frozen=True)
class LossHead:
    """One head; `initialise(means, counts)` returns trained and fixed arrays by name, which the others take."""

    initialise: Callable[[np.ndarray, np.ndarray], tuple[Arrays, Arrays]]
    loss: Callable[[Any, Any, Mapping[str, Any], Mapping[str, Any]], Any]  # of rows, classes, trained, fixed
    gradients: Callable[[np.ndarray, np.ndarray, Arrays, np.ndarray], Gradients]  # see `head_gradients`
    logits: Callable[[np.ndarray, Arrays], np.ndarray] | None  # of rows and all arrays; None: no classes
    draw_for_step: Callable[[Arrays, np.random.Generator], Arrays] | None = None  # fixed arrays of one step
    pairs: bool = False  # batches contain pairs of images of a landmark


def _init_dense(means: np.ndarray, _: np.ndarray) -> tuple[Arrays, Arrays]:
    return {"weights": np.zeros_like(means, np.float32), "bias": np.zeros(len(means), np.float32)}, {}


def _dense_loss(rows: Any, classes: Any, trained: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    return losses.softmax_loss(rows, classes, trained["weights"], trained["bias"])


def _dense_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    return np.asarray(rows @ arrays["weights"].T + arrays["bias"])


def _init_sampled(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    """Initialise as dense; a landmark is sampled in proportion to its number of images to the power 3/4."""
    frequency = counts**_POWER
    return _init_dense(means, counts)[0], {"often": (frequency / frequency.sum())}


def _draw_negatives(fixed: Arrays, generator: np.random.Generator) -> Arrays:
    probability = fixed["often"]
    k = len(probability)
    if k <= NEGATIVES:
        return {"negatives": np.arange(k, dtype=np.int32), "log_expected": np.zeros(k, np.float32)}
    negatives = generator.choice(k, NEGATIVES, p=probability).astype(np.int32)
    return {"negatives": negatives, "log_expected": np.log(NEGATIVES * probability[negatives]).astype(np.float32)}


def _sampled_loss(rows: Any, classes: Any, trained: Mapping[str, Any], fixed: Mapping[str, Any]) -> Any:
    return losses.sampled_loss(
        rows, classes, trained["weights"], trained["bias"], fixed["negatives"], fixed["log_expected"]
    )


def _init_hierarchical(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    slot, size = assign_slots(means)
    groups = -(-len(means) // size)
    taken = np.isin(np.arange(groups * size), slot).reshape(groups, size)
    table, _ = _init_dense(np.zeros((groups * size, means.shape[1])), counts)
    groups_table, _ = _init_dense(np.zeros((groups, means.shape[1])), counts)
    trained = {**table, "group_weights": groups_table["weights"], "group_bias": groups_table["bias"]}
    return trained, {"slots": slot.astype(np.int32), "taken": taken}


def _hierarchical_loss(rows: Any, classes: Any, trained: Mapping[str, Any], fixed: Mapping[str, Any]) -> Any:
    from keras import ops

    return losses.hierarchical_loss(rows, ops.take(fixed["slots"], classes), taken=fixed["taken"], **trained)


def _hierarchical_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the log-probabilities."""
    taken = arrays["taken"]
    of_groups = log_softmax(rows @ arrays["group_weights"].T + arrays["group_bias"], axis=1)
    within = np.where(taken, _dense_logits(rows, arrays).reshape(-1, *taken.shape), -np.inf)
    logarithms = of_groups[:, :, None] + log_softmax(within, axis=2)
    return np.asarray(logarithms.reshape(len(rows), -1)[:, arrays["slots"]])


def _init_arcface(means: np.ndarray, _: np.ndarray) -> tuple[Arrays, Arrays]:
    return {"weights": means.astype(np.float32)}, {}


def _arcface_loss(rows: Any, classes: Any, trained: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    return losses.arcface_loss(rows, classes, trained["weights"], MARGIN, SCALE)


def _arcface_logits(rows: np.ndarray, arrays: Arrays) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True) * np.linalg.norm(arrays["weights"], axis=1)
    return np.asarray(SCALE * (rows @ arrays["weights"].T) / np.maximum(lengths, 1e-12))


def _init_arcface_softmax(means: np.ndarray, counts: np.ndarray) -> tuple[Arrays, Arrays]:
    """Initialise a dense and an ArcFace head on the same descriptors."""
    dense, _ = _init_dense(means, counts)
    return {**dense, "angular_weights": means.astype(np.float32)}, {}


def _arcface_softmax_loss(rows: Any, classes: Any, trained: Mapping[str, Any], _: Mapping[str, Any]) -> Any:
    angular = losses.arcface_loss(rows, classes, trained["angular_weights"], MARGIN, SCALE)
    return angular + losses.softmax_loss(rows, classes, trained["weights"], trained["bias"])


def _arcface_gradients(rows: np.ndarray, classes: np.ndarray, arrays: Arrays, shares: np.ndarray) -> Gradients:
    values, by_rows, by_weights = head_gradients.arcface_gradients(
        rows, classes, arrays["weights"], shares, MARGIN, SCALE
    )
    return values, by_rows, {"weights": by_weights}


def _arcface_softmax_gradients(rows: np.ndarray, classes: np.ndarray, arrays: Arrays, shares: np.ndarray) -> Gradients:
    angular = {"weights": arrays["angular_weights"]}
    values, by_rows, by_angular = _arcface_gradients(rows, classes, angular, shares)
    softmax_values, by_same_rows, by_dense = head_gradients.softmax_gradients(rows, classes, arrays, shares)
    return values + softmax_values, by_rows + by_same_rows, {**by_dense, "angular_weights": by_angular["weights"]}


def _init_nothing(_: np.ndarray, __: np.ndarray) -> tuple[Arrays, Arrays]:
    return {}, {}


HEADS: dict[str, LossHead] = {
    "dense": LossHead(_init_dense, _dense_loss, head_gradients.softmax_gradients, _dense_logits),
    "sampled": LossHead(_init_sampled, _sampled_loss, head_gradients.sampled_gradients, _dense_logits, _draw_negatives),
    "hierarchical": LossHead(
        _init_hierarchical, _hierarchical_loss, head_gradients.hierarchical_gradients, _hierarchical_logits
    ),
    "arcface": LossHead(_init_arcface, _arcface_loss, _arcface_gradients, _arcface_logits),
    "arcface_softmax": LossHead(
        _init_arcface_softmax, _arcface_softmax_loss, _arcface_softmax_gradients, _dense_logits
    ),
    "triplet": LossHead(
        _init_nothing,
        lambda rows, classes, *_: losses.triplet_loss(rows, classes, TRIPLET_MARGIN),
        lambda rows, classes, _, shares: head_gradients.triplet_gradients(rows, classes, shares, TRIPLET_MARGIN),
        None,
        pairs=True,
    ),
    "contrastive": LossHead(
        _init_nothing,
        lambda rows, classes, *_: losses.contrastive_loss(rows, classes, CONTRASTIVE_MARGIN),
        lambda rows, classes, _, shares: head_gradients.contrastive_gradients(
            rows, classes, shares, CONTRASTIVE_MARGIN
        ),
        None,
        pairs=True,
    ),
}
