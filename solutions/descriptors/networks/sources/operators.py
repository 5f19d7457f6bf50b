"""Operators before and after a model: from pixels to its input, and from its outputs to those of the network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.preprocessing import Preprocessing
from solutions.descriptors.networks.sources.outputs import OutputStep, Shape

CHANNELS = 3


@dataclass(frozen=True)
class Operator:
    """An operator of ONNX on one value and perhaps a constant."""

    kind: Literal["Mul", "Add", "Gather", "Transpose", "Reshape"]
    constant: np.ndarray | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageInput:
    """The input of a model: sides in pixels, None where they vary, and whether channels are last."""

    name: str
    height: int | None
    width: int | None
    channels_last: bool

    @property
    def size(self) -> tuple[int | None, int | None]:
        return self.height, self.width


def image_input(name: str, axes: Sequence[int | None]) -> ImageInput:
    """Return the input with these axes, None where they vary.

    Raises HarnessError unless one of them is three channels.

    >>> image_input("x", [None, 3, 224, 224]).size, image_input("x", [1, None, None, 3]).channels_last
    ((224, 224), True)
    """
    if len(axes) == 4 and CHANNELS in (axes[1], axes[3]):
        height, width = axes[2:] if axes[1] == CHANNELS else axes[1:3]
        return ImageInput(name, height, width, axes[1] != CHANNELS)
    listed = " x ".join("?" if side is None else str(side) for side in axes)
    raise HarnessError(f"takes {listed or 'something'} instead of images with three colour channels")


def pixel_operators(preprocessing: Preprocessing, *, channels_last: bool) -> list[Operator]:
    """Return the operators from pixels `(n, h, w, 3)` from 0 to 255 to the input of a model."""
    mean, std = np.array(preprocessing.mean, float), np.array(preprocessing.std, float)
    if preprocessing.order == "bgr":
        mean, std = mean[::-1], std[::-1]
    operators = [Operator("Mul", _float32(1 / (255 * std))), Operator("Add", _float32(-mean / std))]
    if preprocessing.order == "bgr":
        operators.append(Operator("Gather", _integers(2, 1, 0), {"axis": 3}))
    return operators if channels_last else [*operators, Operator("Transpose", None, {"perm": [0, 3, 1, 2]})]


def output_operators(step: OutputStep, shape: Shape) -> list[Operator]:
    """Return the operators from a value of a model with this shape to an output of the network."""
    if step.operation == "channels_last":
        return [Operator("Transpose", None, {"perm": [0, 2, 3, 1]})]
    if step.operation == "first_token":
        return [Operator("Gather", np.array(0, np.int64), {"axis": 1})]
    if step.operation == "patches":
        places = Operator("Gather", np.arange(step.prefix, shape[1]), {"axis": 1})
        return [places, Operator("Reshape", _integers(0, *step.grid, shape[2]))]
    return [Operator("Reshape", _integers(0, -1))] if step.operation == "flatten" else []


def _float32(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32)


def _integers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)
