"""Activation functions of Keras as ONNX operators."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.graph import ConversionError, Graph, Tensor

Name = Tensor | str


def activate(graph: Graph, function: Any, x: Name, rank: int = 4) -> str:
    """Add an activation of Keras and return the name of its output. Raises ConversionError if it is another's."""
    name = getattr(function, "__name__", type(function).__name__)
    if function is None or name == "linear":
        return x if isinstance(x, str) else x.name
    if name not in ACTIVATIONS or not str(getattr(function, "__module__", "")).startswith("keras."):
        raise ConversionError(f"its activation {name:.40} is not supported")
    return ACTIVATIONS[name](graph, x, rank)


def activation_layer(graph: Graph, layer: Any, x: Tensor) -> str:
    return activate(graph, layer.activation, x, x.rank)


def named_activation(name: str) -> Callable[..., str]:
    """Return the function for a layer or operation that is this activation with its usual parameters."""
    return lambda graph, _, x: ACTIVATIONS[name](graph, x, x.rank)


def relu_layer(graph: Graph, layer: Any, x: Tensor) -> str:
    """Rectify: below the threshold with a slope, and cut at a largest value."""
    threshold, slope = float(layer.threshold or 0), float(layer.negative_slope or 0)
    if not threshold and not slope and layer.max_value is not None:
        return graph.add("Clip", x, _number(0), _number(layer.max_value))
    if threshold:
        below = graph.add("Mul", graph.add("Sub", x, _number(threshold)), _number(slope))
        result = graph.add("Where", graph.add("Less", x, _number(threshold)), below, x)
    else:
        result = graph.add("LeakyRelu", x, alpha=slope) if slope else graph.add("Relu", x)
    return result if layer.max_value is None else graph.add("Min", result, _number(layer.max_value))


def leaky_relu_layer(graph: Graph, layer: Any, x: Tensor) -> str:
    return graph.add("LeakyRelu", x, alpha=float(layer.negative_slope))


def elu_layer(graph: Graph, layer: Any, x: Tensor) -> str:
    return graph.add("Elu", x, alpha=float(layer.alpha))


def softmax_layer(graph: Graph, layer: Any, x: Tensor) -> str:
    if not isinstance(layer.axis, int):
        raise ConversionError("a softmax over several axes is not supported")
    return graph.add("Softmax", x, axis=x.axis(layer.axis))


def gelu_operation(graph: Graph, operation: Any, x: Tensor) -> str:
    return (_gelu_tanh if operation.approximate else _gelu)(graph, x, x.rank)


def _number(value: float) -> np.ndarray:
    return np.array(value, np.float32)


def _operator(kind: str, **attributes: Any) -> Callable[[Graph, Name, int], str]:
    return lambda graph, x, _: graph.add(kind, x, **attributes)


def _last_axis(kind: str) -> Callable[[Graph, Name, int], str]:
    return lambda graph, x, rank: graph.add(kind, x, axis=1 if rank == 4 else rank - 1)


def _silu(graph: Graph, x: Name, _: int) -> str:
    return graph.add("Mul", x, graph.add("Sigmoid", x))


def _gelu(graph: Graph, x: Name, _: int) -> str:
    half = graph.add("Add", graph.add("Erf", graph.add("Div", x, _number(sqrt(2)))), _number(1))
    return graph.add("Mul", graph.add("Mul", x, half), _number(0.5))


def _gelu_tanh(graph: Graph, x: Name, _: int) -> str:
    cubed = graph.add("Mul", graph.add("Pow", x, _number(3)), _number(0.044715))
    inner = graph.add("Mul", graph.add("Add", x, cubed), _number(sqrt(2 / np.pi)))
    half = graph.add("Add", graph.add("Tanh", inner), _number(1))
    return graph.add("Mul", graph.add("Mul", x, half), _number(0.5))


def _mish(graph: Graph, x: Name, _: int) -> str:
    return graph.add("Mul", x, graph.add("Tanh", graph.add("Softplus", x)))


def _clip(low: float, high: float) -> Callable[[Graph, Name, int], str]:
    return lambda graph, x, _: graph.add("Clip", x, _number(low), _number(high))


ACTIVATIONS: dict[str, Callable[[Graph, Name, int], str]] = {
    "relu": _operator("Relu"),
    "relu6": _clip(0, 6),
    "sigmoid": _operator("Sigmoid"),
    "tanh": _operator("Tanh"),
    "softplus": _operator("Softplus"),
    "softsign": _operator("Softsign"),
    "exponential": _operator("Exp"),
    "elu": _operator("Elu"),
    "selu": _operator("Selu"),
    "leaky_relu": _operator("LeakyRelu", alpha=0.2),
    "hard_sigmoid": _operator("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hard_silu": _operator("HardSwish"),
    "hard_tanh": _clip(-1, 1),
    "silu": _silu,
    "gelu": _gelu,
    "mish": _mish,
    "softmax": _last_axis("Softmax"),
    "log_softmax": _last_axis("LogSoftmax"),
}
