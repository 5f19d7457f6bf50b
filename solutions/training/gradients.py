"""Compiled gradients of losses on each Keras backend, for use in several threads.

A loss is a function `loss(trained, fixed, *batch)` of lists and arrays in keras.ops that returns its value and the
updated state, such as running means.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_backend import backend_name

Loss = Callable[..., tuple[Any, Any]]
Step = Callable[..., tuple[Any, Any, list[Any]]]


def compile_gradients(loss: Loss) -> Step:
    """Return a function of the same arguments that returns the value, the state, and the gradients by `trained`."""
    return compile_function(_GRADIENTS[backend_name()](loss))


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, compiled if the backend compiles; torch computes no gradients in it by itself."""
    backend = backend_name()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False)  # type: ignore[no-any-return]
    if backend == "jax":
        import jax

        return jax.jit(function)  # type: ignore[no-any-return]
    import torch

    return torch.no_grad()(function)  # type: ignore[no-any-return]


def as_tensors(arrays: Any) -> Any:
    """Return an array, or nested lists, tuples and dictionaries of arrays, as tensors on the backend's device."""
    from keras import ops, tree

    return tree.map_structure(ops.convert_to_tensor, arrays)


def as_array(tensor: Any) -> np.ndarray:
    """Return a copy of the values of a tensor or a Keras variable."""
    from keras import ops

    return np.array(ops.convert_to_numpy(ops.stop_gradient(ops.convert_to_tensor(tensor))))


def _tensorflow_gradients(loss: Loss) -> Step:
    import tensorflow as tf

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        with tf.GradientTape() as tape:
            tape.watch(trained)
            value, state = loss(trained, *others)
        return value, state, [tf.convert_to_tensor(part) for part in tape.gradient(value, trained)]

    return run


def _jax_gradients(loss: Loss) -> Step:
    import jax

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        (value, state), gradients = jax.value_and_grad(loss, has_aux=True)(trained, *others)
        return value, state, gradients

    return run


def _torch_gradients(loss: Loss) -> Step:
    import torch

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        own = [part.detach().requires_grad_() for part in trained]
        with torch.enable_grad():
            value, state = loss(own, *others)
            return value.detach(), [part.detach() for part in state], list(torch.autograd.grad(value, own))

    return run


_GRADIENTS = {"tensorflow": _tensorflow_gradients, "jax": _jax_gradients, "torch": _torch_gradients}
