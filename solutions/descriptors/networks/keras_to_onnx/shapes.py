"""Layers and operations of Keras that combine tensors or move their elements."""

from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.activations import activate
from solutions.descriptors.networks.keras_to_onnx.graph import (
    ConversionError,
    Graph,
    Tensor,
    graph_constant,
    integers,
    static_sides,
    to_array,
)
from solutions.descriptors.networks.keras_to_onnx.normalisations import scale_shift

_END = np.iinfo(np.int64).max


def dense(graph: Graph, layer: Any, x: Tensor) -> str:
    """Multiply the channels of each position by a matrix; of images, as a convolution."""
    if getattr(layer, "quantization_mode", None):
        raise ConversionError("quantised weights are not supported")
    weights = to_array(layer.kernel)
    bias = to_array(layer.bias) if layer.use_bias else np.zeros(weights.shape[1], np.float32)
    if x.is_image:
        result = graph.add("Conv", x, weights.T[:, :, None, None], bias)
    else:
        result = graph.add("Add", graph.add("MatMul", x, weights), bias)
    return activate(graph, layer.activation, result, x.rank)


def flatten(graph: Graph, _: Any, x: Tensor) -> str:
    is_pooled = static_sides(x) == [1, 1] if x.is_image else False
    return graph.add("Reshape", x if is_pooled else graph.channels_last(x), integers(0, -1))


def reshape(graph: Graph, layer: Any, x: Tensor) -> str:
    target = [-1 if side is None else int(side) for side in layer.target_shape]
    if x.rank == 2 and target[:2] == [1, 1] and len(target) == 3:
        return graph.add("Reshape", x, integers(0, target[2], 1, 1))
    reshaped = graph.add("Reshape", graph.channels_last(x), integers(0, *target))
    return graph.channels_first(reshaped, len(target) + 1)


def permute(graph: Graph, layer: Any, x: Tensor) -> str:
    permuted = graph.add("Transpose", graph.channels_last(x), perm=[0, *layer.dims])
    return graph.channels_first(permuted, x.rank)


def concatenate(graph: Graph, layer: Any, inputs: list[Tensor]) -> str:
    return graph.add("Concat", *inputs, axis=inputs[0].axis(layer.axis))


def stack(graph: Graph, operation: Any, inputs: list[Tensor]) -> str:
    rank = inputs[0].rank + 1
    axis = Tensor("", (None,) * rank).axis(operation.axis)
    if inputs[0].is_image or rank > 4:
        raise ConversionError("images cannot be stacked")
    if rank == 4 and axis != 1:
        raise ConversionError("planes can only be stacked as channels")
    return graph.add("Concat", *(graph.add("Unsqueeze", each, integers(axis)) for each in inputs), axis=axis)


def merge(kind: str) -> Callable[..., str]:
    """Return the function for a layer that merges a list of tensors by a binary operator."""

    def emit(graph: Graph, _: Any, inputs: list[Tensor]) -> str:
        result: Tensor | str = inputs[0]
        for each in inputs[1:]:
            _require_one_rank(inputs[0], each)
            result = graph.add(kind, result, each)
        return result if isinstance(result, str) else result.name

    return emit


def average(graph: Graph, layer: Any, inputs: list[Tensor]) -> str:
    total = merge("Add")(graph, layer, inputs)
    return graph.add("Mul", total, np.array(1 / len(inputs), np.float32))


def arithmetic(kind: str) -> Callable[..., str]:
    """Return the function for an operation on two tensors, or on a tensor and a constant on either side."""

    def emit(graph: Graph, _: Any, first: Any, second: Any) -> str:
        tensor = first if isinstance(first, Tensor) else second
        if isinstance(first, Tensor) and isinstance(second, Tensor):
            _require_one_rank(first, second)
        elif isinstance(first, Tensor) and (pair := _as_scale_shift(kind, first, to_array(second).astype(np.float64))):
            return scale_shift(graph, first, *pair)
        sides = [each if isinstance(each, Tensor) else graph_constant(each, tensor.rank) for each in (first, second)]
        return graph.add(kind, *sides)

    return emit


def _as_scale_shift(kind: str, x: Tensor, values: np.ndarray) -> tuple[Any, Any] | None:
    """Return factors and addends of an operation with one number, or one a channel; else None."""
    by_channel = values.size == 1 or (values.shape[-1] == values.size == x.shape[-1])
    if not by_channel or x.shape[-1] is None or kind not in ("Add", "Sub", "Mul", "Div"):
        return None
    return {"Add": (1, values), "Sub": (1, -values), "Mul": (values, None), "Div": (1 / values, None)}[kind]


def _require_one_rank(first: Tensor, second: Tensor) -> None:
    if first.rank != second.rank:
        raise ConversionError(f"it combines tensors of {first.rank} and {second.rank} axes")


def get_item(graph: Graph, _: Any, x: Tensor, key: Any) -> str:
    """Take slices, and single positions, whose axes vanish."""
    keys = _complete_key(key if isinstance(key, tuple | list) else (key,), x.rank)
    result, vanished = x.name, []
    for axis, each in enumerate(keys):
        result = _slice(graph, result, x.axis(axis), each)
        if isinstance(each, int):
            vanished.append(x.axis(axis))
    if vanished and x.is_image and vanished != [1]:
        raise ConversionError("of an image, only a channel can be taken out")
    return graph.add("Squeeze", result, integers(*vanished)) if vanished else result


def _complete_key(key: Any, rank: int) -> list[slice | int]:
    if not all(each is Ellipsis or isinstance(each, slice | int) for each in key):
        raise ConversionError("it selects by other than numbers and slices")
    parts = list(key) if Ellipsis in key else [*key, Ellipsis]
    place = parts.index(Ellipsis)
    return parts[:place] + [slice(None)] * (rank - len(parts) + 1) + parts[place + 1 :]


def _slice(graph: Graph, name: str, axis: int, key: slice | int) -> str:
    if key == slice(None):
        return name
    part = slice(key, key + 1 or None) if isinstance(key, int) else key
    step = int(part.step or 1)
    start = part.start if part.start is not None else (0 if step > 0 else _END)
    stop = part.stop if part.stop is not None else (_END if step > 0 else -_END)
    return graph.add("Slice", name, *(integers(int(each)) for each in (start, stop, axis, step)))
