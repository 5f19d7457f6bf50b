"""A network with a head on it, while it is taught: what changes, and how one step changes it.

A batch is cut into shards, each of which a thread takes; their gradients are added up in order. So the same comes out
for any number of cores, though each operation has one thread.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_backend import accelerated, started
from solutions.descriptors.pooling.keras_pooling import side_by_side
from solutions.training.gradients import compiled, differentiated
from solutions.training.network_heads import HEADS, Arrays
from solutions.training.stored_descriptors import Moments

EPSILON = 10.0  # of the batch normalisation, in mean variances; what hardly varies in training must not shout elsewhere
_MOMENTUM = 0.9  # of the running mean and variance
_SHARDS = 4
_BODY_RATE = 0.1  # of the head's: layers that have learnt already take smaller steps


@dataclass(frozen=True, eq=False)
class Batch:
    """Images for one step: what they show to the network, their classes and what they weigh, one on average."""

    inputs: Any  # a function from a slice of the batch to rows (m, d) or photographs (m, side, side, 3)
    classes: np.ndarray  # (n,) int32
    weights: np.ndarray  # (n,) float32
    fixed: Arrays  # for this step alone


class Model:
    """Body (a Keras model from photographs to maps, or None where rows are given), batch normalisation, head."""

    def __init__(
        self, body: Any, poolings: tuple[str, ...], head: str, start: Moments, counts: np.ndarray, projection: Any
    ) -> None:
        keras = started()
        self.body, self.poolings, self.head = body, poolings, HEADS[head]
        self.scale = max(float(start.variance.mean()), 1e-12) ** -0.5
        self.state = [start.mean * self.scale, start.variance * self.scale**2]
        means = self.normalised(start.means)
        first = {} if projection is None else {"projection": projection}
        taught, self.fixed = self.head.start(means if projection is None else means @ projection, counts)
        self.variables = {name: keras.Variable(each, name=name) for name, each in {**first, **taught}.items()}
        self.optimizers = [keras.optimizers.Adam(), keras.optimizers.Adam()]
        for optimizer, owned in zip(self.optimizers, self._owned, strict=True):
            optimizer.build(owned)
        self._step, self._rows = differentiated(self._loss), compiled(self._described)

    def step(self, batch: Batch, rate: float, weight_decay: float, pool: ThreadPoolExecutor) -> float:
        """Change what is taught by one step of Adam, and return the mean loss of the batch before."""
        trained, still = self._values()
        shards = _cut(len(batch.classes))
        fixed = {**self.fixed, **batch.fixed}

        def differentiate(shard: slice) -> tuple[Any, Any, list[Any]]:
            inputs = batch.inputs(shard)
            return self._step(trained, still, self.state, inputs, batch.classes[shard], batch.weights[shard], fixed)

        values, states, gradients = zip(*pool.map(differentiate, shards), strict=True)
        self.state = [np.mean([np.asarray(each) for each in part], axis=0) for part in zip(*states, strict=True)]
        self._apply([sum(part[1:], part[0]) / len(shards) for part in zip(*gradients, strict=True)], rate, weight_decay)
        return float(np.mean([float(each) for each in values]))

    def rows(self, inputs: np.ndarray) -> np.ndarray:
        """Return what the head is given `(n, d)`, normalised by the running mean and variance, of what is shown."""
        found = inputs if self.body is None else np.asarray(self._rows(*self._values(), inputs))
        normal = self.normalised(found)
        return normal @ _array(self.variables["projection"]) if "projection" in self.variables else normal

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the logits `(n, k)` of what is shown; the head must be one that knows landmarks."""
        if self.head.logits is None:
            raise ValueError("this head knows no landmarks")
        return self.head.logits(self.rows(inputs), {**self.taught, **self.fixed})

    def normalised(self, rows: np.ndarray) -> np.ndarray:
        mean, variance = self.state
        return np.asarray((rows * self.scale - mean) / np.sqrt(variance + EPSILON))

    @property
    def taught(self) -> dict[str, np.ndarray]:
        """Return what of the head is taught."""
        return {name: _array(each) for name, each in self.variables.items()}

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Return all that says the logits of rows: the head, and `mean` and `spread` `(d,)` that normalise."""
        mean, variance = self.state
        norm = {"mean": mean / self.scale, "spread": np.sqrt(variance + EPSILON) / self.scale}
        return {**norm, **self.taught, **self.fixed}

    @property
    def everything(self) -> list[np.ndarray]:
        """Return all that a step changes, for `restore`."""
        return [*self.state, *(_array(each) for each in self._changing)]

    def restore(self, everything: list[np.ndarray]) -> None:
        """Take over what `everything` gave."""
        self.state = list(everything[:2])
        for variable, value in zip(self._changing, everything[2:], strict=True):
            variable.assign(value)

    @property
    def _owned(self) -> list[list[Any]]:
        return [list(self.variables.values()), [] if self.body is None else self.body.trainable_variables]

    @property
    def _changing(self) -> list[Any]:
        return [each for part in (*self._owned, *(each.variables for each in self.optimizers)) for each in part]

    def _values(self) -> tuple[list[Any], list[Any]]:
        """Return the present values of what is taught, and of what in the body is not."""
        from keras import ops

        still = [] if self.body is None else self.body.non_trainable_variables
        taught = [each for part in self._owned for each in part]
        return [ops.convert_to_tensor(each) for each in taught], [ops.convert_to_tensor(each) for each in still]

    def _apply(self, gradients: list[Any], rate: float, weight_decay: float) -> None:
        """Take the step; the weights, and nothing else, are drawn towards zero."""
        head, body = self._owned
        for place, (name, variable) in enumerate(self.variables.items()):
            if name.endswith("weights") and weight_decay:
                gradients[place] = gradients[place] + weight_decay * variable
        for optimizer, owned, some, slower in zip(
            self.optimizers,
            (head, body),
            (gradients[: len(head)], gradients[len(head) :]),
            (1, _BODY_RATE),
            strict=True,
        ):
            if owned:
                optimizer.learning_rate = rate * slower
                optimizer.apply(some, owned)

    def _described(self, trained: list[Any], still: list[Any], inputs: Any) -> Any:
        """Return the poolings of the body's maps, side by side; batch normalisations in there learn no means."""
        own = trained[len(self.variables) :]
        maps = self.body.stateless_call(own, still, inputs, training=False)[0]["maps"]
        return side_by_side(maps, self.poolings)

    def _loss(
        self,
        trained: list[Any],
        still: list[Any],
        state: list[Any],
        inputs: Any,
        classes: Any,
        weights: Any,
        fixed: Any,
    ) -> tuple[Any, list[Any]]:
        from keras import ops

        taught = dict(zip(self.variables, trained, strict=False))
        rows = inputs if self.body is None else self._described(trained, still, inputs)
        rows, state = _batch_normalised(rows * self.scale, state)
        if "projection" in taught:
            rows = ops.matmul(rows, taught.pop("projection"))
        return ops.mean(self.head.loss(rows, classes, taught, fixed) * weights), state


def _array(variable: Any) -> np.ndarray:
    """Return the present values, which later steps do not change."""
    from keras import ops

    return np.array(np.asarray(ops.stop_gradient(ops.convert_to_tensor(variable))))


def _cut(n: int) -> list[slice]:
    """Return shards of equal length; n is a multiple of their number, one on an accelerator."""
    size = n if accelerated() else n // _SHARDS
    return [slice(start, start + size) for start in range(0, n, size)]


def batch_size(shard: int) -> int:
    """Return the size of a batch with shards of so many images."""
    return shard * _SHARDS


def _batch_normalised(rows: Any, state: list[Any]) -> tuple[Any, list[Any]]:
    """Return rows normalised by their own mean and variance, and the running ones moved towards those."""
    from keras import ops

    mean, variance = ops.mean(rows, axis=0), ops.var(rows, axis=0)
    moved = [old * _MOMENTUM + new * (1 - _MOMENTUM) for old, new in zip(state, (mean, variance), strict=True)]
    return (rows - mean) / ops.sqrt(variance + EPSILON), moved
