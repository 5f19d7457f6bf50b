"""Layers of Keras that scale and shift: normalisations, rescaling and the arithmetic of preprocessing."""

from typing import Any

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.graph import (
    ConversionError,
    Graph,
    Tensor,
    channel_vector,
    to_array,
)

SCALE_SHIFT = "ScaleShift"  # one factor and one addend a channel; `simplification` replaces it


def scale_shift(graph: Graph, x: Tensor, scale: Any, shift: Any) -> str:
    """Multiply each channel by a factor and add a number; `shift` None adds nothing."""
    return graph.add(SCALE_SHIFT, x, channel_vector(scale, x.channels), channel_vector(shift, x.channels), rank=x.rank)


def batch_normalisation(graph: Graph, layer: Any, x: Tensor) -> str:
    if x.axis(layer.axis) != x.axis(-1):
        raise ConversionError("it normalises another axis than that of channels")
    mean, variance = (to_array(each).astype(np.float64) for each in (layer.moving_mean, layer.moving_variance))
    scale = (to_array(layer.gamma) if layer.scale else 1.0) / np.sqrt(variance + layer.epsilon)
    return scale_shift(graph, x, scale, (to_array(layer.beta) if layer.center else 0) - mean * scale)


def layer_normalisation(graph: Graph, layer: Any, x: Tensor) -> str:
    axes = [layer.axis] if isinstance(layer.axis, int) else list(layer.axis)
    if [axis % x.rank for axis in axes] != [x.rank - 1] or layer.rms_scaling:
        raise ConversionError("only the channels of each position can be normalised, by mean and deviation")
    scale = np.ones(x.channels) if layer.gamma is None else to_array(layer.gamma)
    shift = np.zeros(x.channels) if layer.beta is None else to_array(layer.beta)
    last = graph.channels_last(x)
    normal = graph.add("LayerNormalization", last, scale, shift, axis=-1, epsilon=float(layer.epsilon))
    return graph.channels_first(normal, x.rank)


def rescaling(graph: Graph, layer: Any, x: Tensor) -> str:
    return scale_shift(graph, x, layer.scale, layer.offset)


def normalisation(graph: Graph, layer: Any, x: Tensor) -> str:
    """Subtract the mean and divide by the deviation, which is at least 1e-7, or the inverse."""
    mean = to_array(layer.mean)
    deviation = np.maximum(np.sqrt(to_array(layer.variance)), 1e-7)
    if max(mean.size, deviation.size) not in (1, x.channels):
        raise ConversionError("it normalises another axis than that of channels")
    if layer.invert:
        return scale_shift(graph, x, deviation, mean)
    return scale_shift(graph, x, 1 / deviation, -mean / deviation)


def layer_scale(graph: Graph, layer: Any, x: Tensor) -> str:
    return scale_shift(graph, x, to_array(layer.gamma), None)


def scaled_sum(graph: Graph, layer: Any, inputs: list[Tensor]) -> str:
    """Add the second tensor times a number to the first, as InceptionResNetV2 does."""
    first, second = inputs
    return graph.add("Add", first, scale_shift(graph, second, layer.scale, None))
