"""Convert a Keras model to ONNX without running it: each layer by a function that adds its operators to a graph.

The file takes `pixels` `(n, h, w, 3)` float32 and has the model's outputs, images with channels last as in Keras.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from solutions.descriptors.networks.keras_to_onnx import activations, convolutions, normalisations, shapes
from solutions.descriptors.networks.keras_to_onnx.graph import (
    ConversionError,
    Graph,
    Tensor,
)
from solutions.descriptors.networks.keras_to_onnx.onnx_file import write_onnx
from solutions.descriptors.networks.keras_to_onnx.simplification import simplify
from solutions.descriptors.networks.network_spec import PIXELS


def _unchanged(_: Graph, __: Any, x: Tensor) -> str:
    """Return the input: dropout, noise and augmentation do nothing outside of training."""
    return x.name


LAYERS: dict[str, Callable[..., str]] = {
    "Activation": activations.activation_layer,
    "Add": shapes.merge("Add"),
    "Average": shapes.average,
    "AveragePooling2D": convolutions.average_pooling,
    "BatchNormalization": normalisations.batch_normalisation,
    "Concatenate": shapes.concatenate,
    "Conv2D": convolutions.convolution,
    "Cropping2D": convolutions.cropping,
    "CustomScaleLayer": normalisations.scaled_sum,
    "Dense": shapes.dense,
    "DepthwiseConv2D": convolutions.depthwise_convolution,
    "ELU": activations.elu_layer,
    "Flatten": shapes.flatten,
    "GlobalAveragePooling2D": convolutions.global_pooling("ReduceMean"),
    "GlobalMaxPooling2D": convolutions.global_pooling("ReduceMax"),
    "LayerNormalization": normalisations.layer_normalisation,
    "LayerScale": normalisations.layer_scale,
    "LeakyReLU": activations.leaky_relu_layer,
    "Maximum": shapes.merge("Max"),
    "MaxPooling2D": convolutions.max_pooling,
    "Minimum": shapes.merge("Min"),
    "Multiply": shapes.merge("Mul"),
    "Normalization": normalisations.normalisation,
    "Permute": shapes.permute,
    "ReLU": activations.relu_layer,
    "Rescaling": normalisations.rescaling,
    "Reshape": shapes.reshape,
    "SeparableConv2D": convolutions.separable_convolution,
    "Softmax": activations.softmax_layer,
    "Subtract": shapes.merge("Sub"),
    "ZeroPadding2D": convolutions.zero_padding,
} | dict.fromkeys(
    (
        "ActivityRegularization",
        "AlphaDropout",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "RandomBrightness",
        "RandomContrast",
        "RandomFlip",
        "RandomRotation",
        "RandomTranslation",
        "RandomZoom",
        "SpatialDropout2D",
        "StochasticDepth",
    ),
    _unchanged,
)

OPERATIONS: dict[str, Callable[..., str]] = {
    "Add": shapes.arithmetic("Add"),
    "Divide": shapes.arithmetic("Div"),
    "Gelu": activations.gelu_operation,
    "GetItem": shapes.get_item,
    "HardSigmoid": activations.named_activation("hard_sigmoid"),
    "HardSilu": activations.named_activation("hard_silu"),
    "Maximum": shapes.arithmetic("Max"),
    "Minimum": shapes.arithmetic("Min"),
    "Multiply": shapes.arithmetic("Mul"),
    "Relu": activations.named_activation("relu"),
    "Relu6": activations.named_activation("relu6"),
    "Sigmoid": activations.named_activation("sigmoid"),
    "Silu": activations.named_activation("silu"),
    "Stack": shapes.stack,
    "Subtract": shapes.arithmetic("Sub"),
    "Tanh": activations.named_activation("tanh"),
    "TrueDivide": shapes.arithmetic("Div"),
}


def write_keras_as_onnx(model: Any, path: Path) -> None:
    """Write a Keras model of pixels with named outputs as an ONNX file.

    Raises ConversionError, which names the layer, if one has no equivalent.
    """
    graph = Graph()
    pixels = Tensor(graph.channels_first(PIXELS, 4), tuple(model.inputs[0].shape))
    outputs: Mapping[str, Tensor] = _add_model(graph, model, [pixels])
    graph.outputs = {name: graph.channels_last(value) for name, value in outputs.items()}
    simplify(graph)
    shapes_by_name = {name: value.shape for name, value in outputs.items()}
    write_onnx(graph, tuple(model.inputs[0].shape), shapes_by_name, path)


def _add_model(graph: Graph, model: Any, inputs: Sequence[Tensor]) -> Any:
    """Add the layers of a model in the order of their computation; return its outputs in their structure."""
    from keras import tree

    values: dict[int, Any] = {id(each): value for each, value in zip(model.inputs, inputs, strict=True)}
    for depth in sorted(model._nodes_by_depth, reverse=True):  # noqa: SLF001 (Keras has no other list of them)
        for node in model._nodes_by_depth[depth]:  # noqa: SLF001
            if not node.is_input:
                arguments, options = node.arguments.fill_in(values)
                result = _add_operation(
                    graph, node.operation, arguments, options, [each.shape for each in node.outputs]
                )
                values |= {id(each): value for each, value in zip(node.outputs, result, strict=True)}
    return tree.map_structure(lambda each: values[id(each)], model._outputs_struct)  # noqa: SLF001


def _add_operation(
    graph: Graph, operation: Any, arguments: Sequence[Any], options: Mapping[str, Any], output_shapes: Sequence[Any]
) -> list[Tensor]:
    """Add one layer, operation or model inside the model; return its outputs."""
    from keras import tree

    if inner := _inner_model(operation):
        results = tree.flatten(_add_model(graph, inner, tree.flatten(arguments)))
        return [replace(each, shape=tuple(shape)) for each, shape in zip(results, output_shapes, strict=True)]
    add = _find(operation)
    given = {key: value for key, value in options.items() if key not in ("training", "mask")}
    try:
        name = add(graph, operation, *arguments, **given)
    except ConversionError as error:
        raise ConversionError(f"the layer {operation.name!r:.60} ({type(operation).__name__}): {error}") from None
    return [Tensor(name, tuple(output_shapes[0]))]


def _inner_model(operation: Any) -> Any:
    """Return the functional model that an operation is; None for layers."""
    functional = getattr(operation, "_functional", operation)  # a Sequential has one
    return functional if hasattr(functional, "_nodes_by_depth") else None


def _find(operation: Any) -> Callable[..., str]:
    """Return the function for a layer or operation of Keras itself."""
    kind, module = type(operation).__name__, type(operation).__module__
    table = OPERATIONS if ".ops." in module else LAYERS
    if not module.startswith("keras.") or kind not in table:
        raise ConversionError(f"the layer {operation.name!r:.60} of the type {kind:.60} cannot be converted")
    return table[kind]
