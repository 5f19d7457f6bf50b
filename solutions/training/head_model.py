"""A head on stored descriptors during training, in NumPy: no layer of a network and no back end of Keras is needed.

A batch is divided into shards, one for each thread, whose gradients are added in order. Call it with one thread for
each matrix product, so that the result does not depend on the number of cores.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from solutions.training.adam import Adam
from solutions.training.network_heads import HEADS, Arrays
from solutions.training.stored_descriptors import DescriptorMoments

EPSILON = 10.0  # of the batch normalisation, in mean variances: small train variances must not blow up other images
MOMENTUM = 0.9  # of the running mean and variance
SHARDS = 4


@dataclass(frozen=True, eq=False)
class TrainingBatch:
    """Images for one step: network input, classes, and weights with mean 1."""

    inputs: Any  # function from a slice of the batch to rows (m, d) or photographs (m, side, side, 3)
    classes: np.ndarray  # (n,) int32
    weights: np.ndarray  # (n,) float32
    fixed: Arrays  # constants of the head for this step


class HeadModel:
    """Batch normalisation, perhaps a projection `(d, e)`, and a head, in float32."""

    def __init__(
        self, head: str, moments: DescriptorMoments, counts: np.ndarray, projection: np.ndarray | None
    ) -> None:
        self.head = HEADS[head]
        self.scale = max(float(moments.variance.mean()), 1e-12) ** -0.5
        self.state = [moments.mean * self.scale, moments.variance * self.scale**2]
        means = self.normalise(moments.means)
        first = {} if projection is None else {"projection": projection}
        trained, self.fixed = self.head.initialise(means if projection is None else means @ projection, counts)
        self.variables: dict[str, Any] = {
            name: np.array(value, np.float32) for name, value in {**first, **trained}.items()
        }

    @np.errstate(over="ignore", invalid="ignore")  # the loop refuses an infinite loss
    def train_step(self, batch: TrainingBatch, rate: float, weight_decay: float, pool: ThreadPoolExecutor) -> float:
        """Make one step of Adam, and return the mean loss of the batch before it."""
        size = len(batch.classes) // SHARDS
        shards = [slice(start, start + size) for start in range(0, len(batch.classes), size)]
        values, states, gradients = zip(*pool.map(lambda shard: self._differentiate(batch, shard), shards), strict=True)
        self.state = [np.mean(part, axis=0) for part in zip(*states, strict=True)]
        self._adam.step({name: self._mean_gradient(name, gradients, weight_decay) for name in self.variables}, rate)
        return float(np.mean(values))

    def rows(self, inputs: np.ndarray) -> np.ndarray:
        """Return the input of the head `(n, d)`, normalised by the running mean and variance."""
        rows = self.normalise(inputs)
        return rows @ self.variables["projection"] if "projection" in self.variables else rows

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the logits `(n, k)` of inputs. Raises ValueError for a head without classes."""
        if self.head.logits is None:
            raise ValueError("this head has no classes")
        return self.head.logits(self.rows(inputs), {**self.trained_arrays, **self.fixed})

    def normalise(self, rows: np.ndarray) -> np.ndarray:
        """Return rows normalised by the running mean and variance."""
        mean, variance = self.state
        return np.asarray((rows * self.scale - mean) / np.sqrt(variance + EPSILON))

    @property
    def trained_arrays(self) -> dict[str, np.ndarray]:
        """Return copies of the trained arrays of the head."""
        return {name: np.array(variable) for name, variable in self.variables.items()}

    @property
    def inference_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays that logits are computed from: those of the head, and `mean` and `spread` `(d,)`."""
        mean, variance = self.state
        norm = {"mean": mean / self.scale, "spread": np.sqrt(variance + EPSILON) / self.scale}
        return {**norm, **self.trained_arrays, **self.fixed}

    @property
    def state_arrays(self) -> list[np.ndarray]:
        """Return all arrays that a step changes, for `restore`."""
        return [*self.state, *(np.array(each) for each in self._stepped)]

    def restore(self, arrays: list[np.ndarray]) -> None:
        """Set the arrays that `state_arrays` returned."""
        self.state = list(arrays[:2])
        for array, value in zip(self._stepped, arrays[2:], strict=True):
            array[...] = value

    @cached_property
    def _adam(self) -> Adam:
        return Adam(self.variables)

    @property
    def _stepped(self) -> list[np.ndarray]:
        """Return the arrays that a step changes in place."""
        return [*self.variables.values(), *self._adam.state]

    def _mean_gradient(self, name: str, shards: tuple[dict[str, np.ndarray], ...], weight_decay: float) -> np.ndarray:
        """Return the mean over the shards; weight decay applies to weights only."""
        gradient = sum((part[name] for part in shards[1:]), shards[0][name]) / np.float32(len(shards))
        decay = np.float32(weight_decay if name.endswith("weights") else 0)
        return np.asarray(gradient + decay * self.variables[name])

    @np.errstate(over="ignore", invalid="ignore")
    def _differentiate(
        self, batch: TrainingBatch, shard: slice
    ) -> tuple[float, list[np.ndarray], dict[str, np.ndarray]]:
        """Return the mean loss of a shard, the running mean and variance after it, and the gradients."""
        normalised, state = _batch_normalise(batch.inputs(shard) * np.float32(self.scale), self.state)
        weights, arrays = batch.weights[shard], {**self.variables, **self.fixed, **batch.fixed}
        projection = self.variables.get("projection")
        rows = normalised if projection is None else normalised @ projection
        losses, by_rows, gradients = self.head.gradients(rows, batch.classes[shard], arrays, weights / len(weights))
        if projection is not None:
            gradients["projection"] = normalised.T @ by_rows
        return float(np.mean(losses * weights)), state, gradients


def _batch_normalise(rows: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return rows normalised by their own mean and variance, and the updated running mean and variance."""
    mean, variance = rows.mean(axis=0), rows.var(axis=0)
    updated = [old * MOMENTUM + new * (1 - MOMENTUM) for old, new in zip(state, (mean, variance), strict=True)]
    return (rows - mean) / np.sqrt(variance + EPSILON), updated
