"""A network with a head during training, by a back end of Keras: its variables, and one training step.

A batch is divided into shards, one for each thread, whose gradients are added in order. Each operation has one thread,
so the result does not depend on the number of cores.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_backend import load_keras, on_accelerator
from solutions.descriptors.pooling.registry import pool_tensor
from solutions.training.gradients import as_array, as_tensors, compile_function, compile_gradients
from solutions.training.head_model import EPSILON, MOMENTUM, SHARDS, HeadModel, TrainingBatch
from solutions.training.stored_descriptors import DescriptorMoments

_BODY_RATE = 0.1  # times the rate of the head, for pretrained layers


class TrainableModel(HeadModel):
    """Body, batch normalisation and head; the body is a Keras model from pixels to maps."""

    def __init__(
        self,
        body: Any,
        poolings: tuple[str, ...],
        head: str,
        moments: DescriptorMoments,
        counts: np.ndarray,
        projection: Any,
    ) -> None:
        keras = load_keras()
        super().__init__(head, moments, counts, projection)
        self.body, self.poolings = body, poolings
        self.variables = {name: keras.Variable(value, name=name) for name, value in self.variables.items()}
        self.optimizers = [keras.optimizers.Adam(), keras.optimizers.Adam()]
        for optimizer, variables in zip(self.optimizers, self._trainable_variables, strict=True):
            optimizer.build(variables)
        self._step, self._rows = compile_gradients(self._loss), compile_function(self._pooled_rows)

    def train_step(self, batch: TrainingBatch, rate: float, weight_decay: float, pool: ThreadPoolExecutor) -> float:
        """Make one step of Adam, and return the mean loss of the batch before it."""
        trained, frozen = self._current_values()
        shards = _shards(len(batch.classes))
        fixed = {**self.fixed, **batch.fixed}

        def differentiate(shard: slice) -> tuple[Any, Any, list[Any]]:
            arrays = self.state, batch.inputs(shard), batch.classes[shard], batch.weights[shard], fixed
            return self._step(trained, frozen, *as_tensors(arrays))

        values, states, gradients = zip(*pool.map(differentiate, shards), strict=True)
        self.state = [np.mean([as_array(value) for value in part], axis=0) for part in zip(*states, strict=True)]
        self._apply_gradients(
            [sum(part[1:], part[0]) / len(shards) for part in zip(*gradients, strict=True)], rate, weight_decay
        )
        return float(np.mean([float(value) for value in values]))

    def rows(self, inputs: np.ndarray) -> np.ndarray:
        """Return the input of the head `(n, d)`, normalised by the running mean and variance."""
        rows = self.normalise(as_array(self._rows(*self._current_values(), as_tensors(inputs))))
        return rows @ as_array(self.variables["projection"]) if "projection" in self.variables else rows

    @property
    def trained_arrays(self) -> dict[str, np.ndarray]:
        """Return the trained arrays of the head."""
        return {name: as_array(variable) for name, variable in self.variables.items()}

    @property
    def state_arrays(self) -> list[np.ndarray]:
        """Return all arrays that a step changes, for `restore`."""
        return [*self.state, *(as_array(variable) for variable in self._all_variables)]

    def restore(self, arrays: list[np.ndarray]) -> None:
        """Set the arrays that `state_arrays` returned."""
        self.state = list(arrays[:2])
        for variable, value in zip(self._all_variables, arrays[2:], strict=True):
            variable.assign(value)

    @property
    def _trainable_variables(self) -> list[list[Any]]:
        return [list(self.variables.values()), self.body.trainable_variables]

    @property
    def _all_variables(self) -> list[Any]:
        optimizers = (optimizer.variables for optimizer in self.optimizers)
        return [variable for part in (*self._trainable_variables, *optimizers) for variable in part]

    def _current_values(self) -> tuple[list[Any], list[Any]]:
        """Return the values of the trainable variables, and of the frozen ones of the body."""
        from keras import ops

        frozen = self.body.non_trainable_variables
        trained = [variable for part in self._trainable_variables for variable in part]
        return [ops.convert_to_tensor(each) for each in trained], [ops.convert_to_tensor(each) for each in frozen]

    def _apply_gradients(self, gradients: list[Any], rate: float, weight_decay: float) -> None:
        """Update the variables; weight decay applies to the weights of the head only."""
        head, body = self._trainable_variables
        for i, (name, variable) in enumerate(self.variables.items()):
            if name.endswith("weights") and weight_decay:
                gradients[i] = gradients[i] + weight_decay * variable
        parts = (head, gradients[: len(head)], 1), (body, gradients[len(head) :], _BODY_RATE)
        for optimizer, (variables, some, factor) in zip(self.optimizers, parts, strict=True):
            if variables:
                optimizer.learning_rate = rate * factor
                optimizer.apply(some, variables)

    def _pooled_rows(self, trained: list[Any], frozen: list[Any], inputs: Any) -> Any:
        """Return the concatenated poolings of the body's maps; its batch statistics are not updated."""
        own = trained[len(self.variables) :]
        maps = self.body.stateless_call(own, frozen, inputs, training=False)[0]["maps"]
        return pool_tensor(maps, self.poolings)

    def _loss(
        self,
        trained: list[Any],
        frozen: list[Any],
        state: list[Any],
        inputs: Any,
        classes: Any,
        weights: Any,
        fixed: Any,
    ) -> tuple[Any, list[Any]]:
        from keras import ops

        head = dict(zip(self.variables, trained, strict=False))
        rows, state = _batch_normalise(self._pooled_rows(trained, frozen, inputs) * self.scale, state)
        if "projection" in head:
            rows = ops.matmul(rows, head.pop("projection"))
        return ops.mean(self.head.loss(rows, classes, head, fixed) * weights), state


def _shards(n: int) -> list[slice]:
    """Return shards of equal length, one on an accelerator; n is a multiple of their number."""
    size = n if on_accelerator() else n // SHARDS
    return [slice(start, start + size) for start in range(0, n, size)]


def _batch_normalise(rows: Any, state: list[Any]) -> tuple[Any, list[Any]]:
    """Return rows normalised by their own mean and variance, and the updated running mean and variance."""
    from keras import ops

    mean, variance = ops.mean(rows, axis=0), ops.var(rows, axis=0)
    updated = [old * MOMENTUM + new * (1 - MOMENTUM) for old, new in zip(state, (mean, variance), strict=True)]
    return (rows - mean) / ops.sqrt(variance + EPSILON), updated
