"""Tests of `solutions.descriptors.networks.keras_to_onnx`: its modules are one converter.

They are `solutions.descriptors.networks.keras_to_onnx.activations`,
`solutions.descriptors.networks.keras_to_onnx.convolutions`, `solutions.descriptors.networks.keras_to_onnx.graph`,
`solutions.descriptors.networks.keras_to_onnx.normalisations`, `solutions.descriptors.networks.keras_to_onnx.onnx_file`,
`solutions.descriptors.networks.keras_to_onnx.shapes` and
`solutions.descriptors.networks.keras_to_onnx.simplification`. Keras itself is the reference.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solutions.descriptors.networks.keras_backend import load_keras
from solutions.descriptors.networks.keras_to_onnx.converter import LAYERS, OPERATIONS, write_keras_as_onnx
from solutions.descriptors.networks.keras_to_onnx.graph import ConversionError
from tests.back_ends import LazyModule, require_back_end

require_back_end()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # of Keras
]
keras = LazyModule(load_keras)
L, ops = LazyModule(lambda: keras.layers), LazyModule(lambda: keras.ops)
WITHIN = 1e-4  # of the largest value
SIZES = (33, 46), (32, 32)  # height and width

Body = Callable[[Any], Any]


def random_weights(model: Any) -> None:
    """Draw all weights, variances above 0."""
    generator = np.random.default_rng(3)
    for weight in model.weights:
        values = generator.normal(0, 0.5, weight.shape)
        weight.assign(np.abs(values) + 0.1 if "variance" in weight.path else values)


def build(body: Body, sides: tuple[int | None, int | None] = (None, None)) -> Any:
    """Return a model of pixels, which begins with a convolution to four channels of values about 1."""
    pixels = keras.Input((*sides, 3))
    x = L.Conv2D(4, 1, name="first")(L.Rescaling(1 / 100, -1)(pixels))
    outputs = body(x)
    model = keras.Model(pixels, outputs if isinstance(outputs, dict) else {"maps": outputs})
    random_weights(model)
    return model


def pixels(height: int, width: int, n: int = 2) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (n, height, width, 3)).astype(np.float32)


def run_onnx(path: Path, images: np.ndarray, engine: str) -> dict[str, np.ndarray]:
    if engine == "onnxruntime":
        onnxruntime = pytest.importorskip("onnxruntime")
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [each.name for each in session.get_outputs()]
        return dict(zip(names, session.run(names, {"pixels": images}), strict=True))
    from solutions.kernels.openvino import import_openvino

    compiled = import_openvino().Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return {name: rows for output, rows in compiled(images).items() for name in output.names}


def check(model: Any, path: Path, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """Assert that both engines compute what Keras computes."""
    write_keras_as_onnx(model, path)
    for height, width in sizes:
        images = pixels(height, width)
        expected = model(images, training=False)
        for engine in ("openvino", "onnxruntime"):
            result = run_onnx(path, images, engine)
            assert set(result) >= set(expected), engine
            for name, values in expected.items():
                reference = keras.ops.convert_to_numpy(values)
                assert result[name].shape == reference.shape, (engine, name)
                difference = np.abs(result[name] - reference).max() / max(1.0, np.abs(reference).max())
                assert difference < WITHIN, (engine, name, difference)


def squeeze_and_excite(x: Any) -> Any:
    weights = L.Reshape((1, 1, 4))(L.GlobalAveragePooling2D()(x))
    return L.Multiply()([x, L.Conv2D(4, 1, activation="sigmoid")(weights)])


def nested(x: Any) -> Any:
    image = keras.Input((None, None, 4))
    inner = keras.Model(image, [L.Conv2D(5, 3)(image), L.ReLU()(image)])
    first, second = inner(x)
    return {"maps": keras.Sequential([L.Conv2D(6, 1), L.BatchNormalization()])(first), "maps1": second}


def convolution_with_two_readers(x: Any) -> Any:
    y = L.Conv2D(4, 3, padding="same")(x)
    return {"maps": L.BatchNormalization()(y), "maps1": L.Activation("tanh")(y)}


def padded_for_two_readers(x: Any) -> Any:
    y = L.ZeroPadding2D(((1, 2), (3, 0)))(x)
    return {"maps": L.Conv2D(4, 3)(y), "maps1": L.MaxPooling2D(2)(y)}


def preprocessed_for_caffe(x: Any) -> Any:
    return keras.applications.resnet.preprocess_input(x[..., :3] * 100)


BODIES: dict[str, Body] = {
    "convolution": lambda x: L.Conv2D(5, 3, activation="relu")(x),
    "same": lambda x: L.Conv2D(5, (3, 2), padding="same", use_bias=False)(x),
    "strides": lambda x: L.Conv2D(5, 3, strides=2, padding="same")(x),
    "strides of an even kernel": lambda x: L.Conv2D(5, (4, 2), strides=(3, 2), padding="same")(x),
    "strides, valid": lambda x: L.Conv2D(5, 3, strides=(2, 3))(x),
    "dilation": lambda x: L.Conv2D(5, 3, dilation_rate=(2, 3), padding="same")(x),
    "dilation, valid": lambda x: L.Conv2D(5, 3, dilation_rate=2)(x),
    "groups": lambda x: L.Conv2D(6, 3, groups=2, padding="same")(x),
    "depthwise": lambda x: L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, activation="silu")(x),
    "depthwise, dilation": lambda x: L.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False)(x),
    "separable": lambda x: L.SeparableConv2D(6, 3, padding="same", depth_multiplier=2, activation="tanh")(x),
    "separable, strides": lambda x: L.SeparableConv2D(6, 3, strides=2, padding="same", use_bias=False)(x),
    "max pooling": lambda x: L.MaxPooling2D(3, 2)(x),
    "max pooling, same": lambda x: L.MaxPooling2D((3, 2), 2, padding="same")(x),
    "max pooling, same, without strides": lambda x: L.MaxPooling2D(3, 1, padding="same")(x),
    "average pooling": lambda x: L.AveragePooling2D((2, 3))(x),
    "average pooling, same": lambda x: L.AveragePooling2D(3, 2, padding="same")(x),
    "average pooling, same, without strides": lambda x: L.AveragePooling2D(2, 1, padding="same")(x),
    "padding": lambda x: L.ZeroPadding2D(((1, 2), (0, 3)))(x),
    "padding before a convolution": lambda x: L.Conv2D(5, 3, strides=2)(L.ZeroPadding2D(((0, 1), (0, 1)))(x)),
    "padding before strides of same": lambda x: L.Conv2D(5, 3, strides=2, padding="same")(L.ZeroPadding2D(1)(x)),
    "padding for two": padded_for_two_readers,
    "cropping": lambda x: L.Cropping2D(((1, 0), (2, 3)))(x),
    "global average": lambda x: L.Dense(7, activation="softmax")(L.GlobalAveragePooling2D()(x)),
    "global maximum": lambda x: L.GlobalMaxPooling2D()(x),
    "global average, four axes": lambda x: L.GlobalAveragePooling2D(keepdims=True)(x),
    "dense on maps": lambda x: L.Dense(5, activation="gelu")(x),
    "dense on tokens": lambda x: L.Dense(5, use_bias=False, activation="elu")(L.Reshape((-1, 4))(x)),
    "batch normalisation": lambda x: L.BatchNormalization()(L.Conv2D(5, 3, use_bias=False)(x)),
    "batch normalisation alone": lambda x: L.BatchNormalization(scale=False)(L.ReLU()(x)),
    "batch normalisation without shift": lambda x: L.BatchNormalization(center=False)(L.DepthwiseConv2D(3)(x)),
    "batch normalisation of vectors": lambda x: L.BatchNormalization()(L.GlobalMaxPooling2D()(x)),
    "batch normalisation twice": lambda x: L.BatchNormalization()(L.BatchNormalization()(L.Conv2D(4, 1)(x))),
    "batch normalisation for two": convolution_with_two_readers,
    "layer normalisation": lambda x: L.LayerNormalization(epsilon=1e-6)(x),
    "layer normalisation of vectors": lambda x: L.LayerNormalization(scale=False)(L.GlobalMaxPooling2D()(x)),
    "rescaling": lambda x: L.Rescaling([1.0, 2.0, 3.0, 4.0], offset=0.5)(x),
    "normalisation": lambda x: L.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 9, 16])(x),
    "normalisation, inverse": lambda x: L.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 9, 0], invert=True)(x),
    "activations": lambda x: L.Concatenate()([L.Activation(each)(x) for each in ACTIVATIONS]),
    "activations of vectors": lambda x: L.Concatenate()(
        [L.Activation(each)(L.GlobalAveragePooling2D()(x)) for each in ACTIVATIONS]
    ),
    "rectifiers": lambda x: L.Concatenate()(
        [L.ReLU()(x), L.ReLU(6.0)(x * 5), L.ReLU(negative_slope=0.3)(x), L.ReLU(1.0, 0.2)(x), L.ReLU(2.0, 0.1, 0.5)(x)]
    ),
    "leaky and exponential": lambda x: L.Concatenate()([L.LeakyReLU(0.1)(x), L.ELU(0.7)(x), L.Softmax()(x)]),
    "softmax of rows": lambda x: L.Softmax(axis=1)(x),
    "sums and products": lambda x: L.Add()([x, L.Multiply()([x, x]), L.Subtract()([x, L.ReLU()(x)])]),
    "extremes and mean": lambda x: L.Average()([L.Maximum()([x, -1 * x]), L.Minimum()([x, x * x]), x]),
    "concatenation of columns": lambda x: L.Concatenate(axis=2)([x, L.ReLU()(x)]),
    "permutation": lambda x: L.Permute((2, 1, 3))(x),
    "squeeze and excite": squeeze_and_excite,
    "arithmetic": lambda x: (1.0 - x / np.float32(3)) * np.arange(1, 5, dtype=np.float32) + (x - 0.5) / 2.0,
    "division by maps": lambda x: 2.0 / (3.0 + x * x),
    "slices": lambda x: L.Concatenate()([x[:, ::2, 1::2, ::-1], x[:, ::2, 1::2, :2]]),
    "a channel": lambda x: ops.stack([x[..., 2], x[..., 0], x[..., -1]], axis=-1),
    "preprocessing of caffe": preprocessed_for_caffe,
    "operations": lambda x: L.Concatenate()(
        [ops.relu(x), ops.relu6(x * 4), ops.sigmoid(x), ops.silu(x), ops.gelu(x), ops.gelu(x, approximate=True)]
    ),
    "more operations": lambda x: L.Concatenate()(
        [ops.hard_sigmoid(x), ops.hard_silu(x), ops.tanh(x), ops.maximum(x, 0.3), ops.minimum(x, ops.relu(x))]
    ),
    "dropout": lambda x: L.SpatialDropout2D(0.5)(L.GaussianNoise(1.0)(L.Dropout(0.5)(L.RandomFlip()(x)))),
    "models in models": nested,
}  # fmt: skip
ACTIVATIONS = (
    "relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "exponential", "elu", "selu", "leaky_relu",
    "hard_sigmoid", "hard_silu", "hard_tanh", "silu", "gelu", "mish", "softmax", "log_softmax", "linear",
)  # fmt: skip


@pytest.mark.parametrize("name", list(BODIES))
def test_engines_compute_what_keras_computes(tmp_path: Path, name: str) -> None:
    check(build(BODIES[name]), tmp_path / "network.onnx")


@pytest.mark.parametrize("name", ["strides of an even kernel", "max pooling, same", "average pooling, same"])
def test_padding_of_images_of_one_size_is_that_of_any_size(tmp_path: Path, name: str) -> None:
    check(build(BODIES[name], (33, 46)), tmp_path / "network.onnx", ((33, 46),))


@pytest.mark.parametrize("target", [(-1,), (46, 33, 4), (66, -1, 4), (33 * 46, 4)])
def test_images_of_one_size_are_reshaped_as_keras_does(tmp_path: Path, target: tuple[int, ...]) -> None:
    check(build(lambda x: L.Reshape(target)(x), (33, 46)), tmp_path / "network.onnx", ((33, 46),))


def test_a_classifier_of_flattened_maps_is_converted(tmp_path: Path) -> None:
    body = lambda x: {"maps": x, "classes": L.Dense(3)(L.Flatten()(x))}
    check(build(body, (8, 9)), tmp_path / "network.onnx", ((8, 9),))


def test_normalisation_is_part_of_the_convolution_before_it(tmp_path: Path) -> None:
    import onnx

    model = build(lambda x: L.ReLU()(L.BatchNormalization()(L.Conv2D(4, 3)(L.ZeroPadding2D(1)(x)))))
    write_keras_as_onnx(model, tmp_path / "network.onnx")
    proto = onnx.load(tmp_path / "network.onnx")
    onnx.checker.check_model(proto, full_check=True)
    kinds = [node.op_type for node in proto.graph.node]
    assert kinds == ["Transpose", "Mul", "Add", "Conv", "Conv", "Relu", "Transpose", "Identity"]


def doubled(x: Any) -> Any:
    class Doubled(L.Layer):
        """A layer that only this test knows."""

        def call(self, x: Any) -> Any:
            return 2 * x

    return Doubled(name="own")(x)


UNSUPPORTED: dict[str, tuple[Body, str]] = {
    "layer": (lambda x: L.UpSampling2D(name="up")(x), r"the layer 'up' of the type UpSampling2D cannot be converted"),
    "own class": (doubled, r"the layer 'own' of the type Doubled cannot be converted"),
    "own activation": (lambda x: L.Conv2D(3, 1, name="c", activation=lambda y: y * 2)(x), r"the layer 'c' \(Conv2D\): its activation <lambda> is not supported"),
    "axis": (lambda x: L.BatchNormalization(axis=1, name="bn")(x), r"the layer 'bn' \(BatchNormalization\): it normalises another axis"),
    "rows of an image": (lambda x: x[:, 0], r"of an image, only a channel can be taken out"),
    "ranks": (lambda x: x * L.GlobalMaxPooling2D()(x), r"it combines tensors of 4 and 2 axes"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(UNSUPPORTED))
def test_what_cannot_be_converted_is_named(tmp_path: Path, name: str) -> None:
    body, complaint = UNSUPPORTED[name]
    sides = (4, 4) if name in ("axis", "ranks") else (None, None)
    with pytest.raises(ConversionError, match=complaint):
        write_keras_as_onnx(build(body, sides), tmp_path / "network.onnx")


def test_every_convertible_layer_and_operation_exists_in_keras() -> None:
    from keras.src.applications import convnext, inception_resnet_v2
    from keras.src.ops import nn, numpy

    homes = (L, convnext, inception_resnet_v2)
    assert [name for name in LAYERS if not any(hasattr(home, name) for home in homes)] == []
    assert [name for name in OPERATIONS if not any(hasattr(home, name) for home in (nn, numpy))] == []
