"""Losses differentiated by whichever backend Keras runs on, compiled, to be called by several threads at once.

A loss is a function `loss(trained, fixed, *batch)` of lists and arrays that gives its value and what it has learnt
besides, by keras.ops alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solutions.descriptors.networks.keras_backend import backend

Loss = Callable[..., tuple[Any, Any]]
Step = Callable[..., tuple[Any, Any, list[Any]]]


def differentiated(loss: Loss) -> Step:
    """Return a function of the same arguments that gives the value, what is learnt besides, and the gradients.

    The gradients are those of the value by each of `trained`.
    """
    return _differentiated[backend()](loss)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, compiled where the backend does that; no gradients are kept."""
    return _compiled[backend()](function)


def _tensorflow(loss: Loss) -> Step:
    import tensorflow as tf

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        with tf.GradientTape() as tape:
            tape.watch(trained)
            value, learnt = loss(trained, *others)
        return value, learnt, [tf.convert_to_tensor(each) for each in tape.gradient(value, trained)]

    return tf.function(run, autograph=False)  # type: ignore[no-any-return]


def _jax(loss: Loss) -> Step:
    import jax

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        (value, learnt), gradients = jax.value_and_grad(loss, has_aux=True)(trained, *others)
        return value, learnt, gradients

    return jax.jit(run)  # type: ignore[no-any-return]


def _torch(loss: Loss) -> Step:
    import torch

    def run(trained: list[Any], *others: Any) -> tuple[Any, Any, list[Any]]:
        own = [each.detach().requires_grad_() for each in trained]
        with torch.enable_grad():
            value, learnt = loss(own, *others)
            return value.detach(), [each.detach() for each in learnt], list(torch.autograd.grad(value, own))

    return run


def _compiled_tensorflow(function: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    return tf.function(function, autograph=False)  # type: ignore[no-any-return]


def _compiled_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return jax.jit(function)  # type: ignore[no-any-return]


def _compiled_torch(function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    return torch.no_grad()(function)  # type: ignore[no-any-return]


_differentiated = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
_compiled = {"tensorflow": _compiled_tensorflow, "jax": _compiled_jax, "torch": _compiled_torch}
