"""Convolutions, poolings over windows and padding of Keras as ONNX operators."""

from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.activations import activate
from solutions.descriptors.networks.keras_to_onnx.graph import (
    ConversionError,
    Graph,
    Tensor,
    integers,
    static_sides,
    to_array,
)


def convolution(graph: Graph, layer: Any, x: Tensor) -> str:
    weights = to_array(layer.kernel).transpose(3, 2, 0, 1)
    result = _convolve(graph, layer, x, weights, layer.groups, layer.bias if layer.use_bias else None)
    return activate(graph, layer.activation, result)


def depthwise_convolution(graph: Graph, layer: Any, x: Tensor) -> str:
    weights = _depthwise_weights(layer.kernel)
    result = _convolve(graph, layer, x, weights, x.channels, layer.bias if layer.use_bias else None)
    return activate(graph, layer.activation, result)


def separable_convolution(graph: Graph, layer: Any, x: Tensor) -> str:
    depthwise = _convolve(graph, layer, x, _depthwise_weights(layer.depthwise_kernel), x.channels, None)
    weights = to_array(layer.pointwise_kernel).transpose(3, 2, 0, 1)
    bias = [to_array(layer.bias)] if layer.use_bias else []
    return activate(graph, layer.activation, graph.add("Conv", depthwise, weights, *bias))


def _depthwise_weights(kernel: Any) -> np.ndarray:
    """Return a kernel `(h, w, channels, multiplier)` as one of a convolution with a group for each channel."""
    values = to_array(kernel)
    return values.transpose(2, 3, 0, 1).reshape(-1, 1, *values.shape[:2])


def _convolve(graph: Graph, layer: Any, x: Tensor, weights: np.ndarray, groups: int, bias: Any) -> str:
    _require_channels_last(layer)
    window = _window(layer.padding, x, weights.shape[2:], layer.strides, layer.dilation_rate)
    constants = [weights] if bias is None else [weights, to_array(bias)]
    return graph.add("Conv", x, *constants, group=groups, dilations=list(layer.dilation_rate), **window)


def _window(padding: str, x: Tensor, kernel: Any, strides: Any, dilation: Any = (1, 1)) -> dict[str, Any]:
    """Return strides and padding; `same` pads more at the end, by amounts that depend on the size of the image."""
    attributes: dict[str, Any] = {"strides": list(strides)}
    reach = [(side - 1) * step + 1 for side, step in zip(kernel, dilation, strict=True)]
    sides = static_sides(x)
    if padding == "valid":
        return attributes
    if padding != "same":
        raise ConversionError(f"its padding {padding!r:.20} is not supported")
    if sides is None and any(step != 1 for step in strides):
        return attributes | {"auto_pad": "SAME_UPPER"}
    totals = [
        max((-(-side // step) - 1) * step + length - side, 0)
        for side, step, length in zip(sides or (1, 1), strides, reach, strict=True)
    ]
    begins = [total // 2 for total in totals]
    return attributes | {"pads": begins + [total - begin for total, begin in zip(totals, begins, strict=True)]}


def _require_channels_last(layer: Any) -> None:
    if layer.data_format != "channels_last":
        raise ConversionError("it has channels first; only channels last is supported")


def max_pooling(graph: Graph, layer: Any, x: Tensor) -> str:
    _require_channels_last(layer)
    window = _window(layer.padding, x, layer.pool_size, layer.strides)
    return graph.add("MaxPool", x, kernel_shape=list(layer.pool_size), **window)


def average_pooling(graph: Graph, layer: Any, x: Tensor) -> str:
    """Average the pixels of each window; padding does not count."""
    _require_channels_last(layer)
    window = _window(layer.padding, x, layer.pool_size, layer.strides)
    return graph.add("AveragePool", x, kernel_shape=list(layer.pool_size), count_include_pad=0, **window)


def global_pooling(kind: str) -> Any:
    """Return the function for a global pooling by the ONNX operator `kind`."""

    def emit(graph: Graph, layer: Any, x: Tensor) -> str:
        _require_channels_last(layer)
        axes = [2, 3] if x.is_image else list(range(1, x.rank - 1))
        return graph.add(kind, x, axes=axes, keepdims=int(layer.keepdims))

    return emit


def zero_padding(graph: Graph, layer: Any, x: Tensor) -> str:
    (top, bottom), (left, right) = layer.padding
    _require_channels_last(layer)
    return graph.add("Pad", x, integers(0, 0, top, left, 0, 0, bottom, right))


def cropping(graph: Graph, layer: Any, x: Tensor) -> str:
    (top, bottom), (left, right) = layer.cropping
    _require_channels_last(layer)
    ends = [-after if after else np.iinfo(np.int64).max for after in (bottom, right)]
    return graph.add("Slice", x, integers(top, left), integers(*ends), integers(2, 3))
