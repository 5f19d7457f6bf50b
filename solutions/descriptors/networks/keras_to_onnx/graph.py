"""An ONNX graph under construction, with images channels first.

Keras has images `(n, h, w, c)`; the graph has them `(n, c, h, w)`, which engines run faster. Every tensor of rank 4 is
an image. Tensors of other ranks have the axes of Keras.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness import HarnessError

Shape = tuple[int | None, ...]
TO_CHANNELS_FIRST, TO_CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


class ConversionError(HarnessError):
    """A layer has no equivalent in the converted network."""


@dataclass(frozen=True)
class Tensor:
    """A value of the graph; `shape` has the axes of Keras, None where a side varies."""

    name: str
    shape: Shape

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def is_image(self) -> bool:
        return self.rank == 4

    @property
    def channels(self) -> int:
        """Return the length of the last axis in Keras. Raises ConversionError if it varies."""
        if self.shape[-1] is None:
            raise ConversionError("the number of channels must not vary")
        return int(self.shape[-1])

    def axis(self, axis: int) -> int:
        """Return an axis of the graph from one of Keras.

        >>> Tensor("x", (None, 7, 7, 3)).axis(-1), Tensor("x", (None, 5)).axis(-1)
        (1, 1)
        """
        positive = axis % self.rank
        return TO_CHANNELS_FIRST.index(positive) if self.is_image else positive


@dataclass(eq=False)
class Node:
    """An operator: inputs are names, or arrays that are constants; there is one output."""

    kind: str
    inputs: list[str | np.ndarray]
    output: str
    attributes: dict[str, Any]


@dataclass(eq=False)
class Graph:
    """Operators in the order of their computation; `outputs` are names of values by their names in the file."""

    nodes: list[Node] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, *inputs: Tensor | str | np.ndarray, **attributes: Any) -> str:
        """Add an operator and return the name of its output."""
        names = [each.name if isinstance(each, Tensor) else each for each in inputs]
        node = Node(kind, names, f"{kind}_{len(self.nodes)}", attributes)
        self.nodes.append(node)
        return node.output

    def channels_last(self, x: Tensor) -> str:
        """Return the value with the axes of Keras."""
        return self.add("Transpose", x, perm=TO_CHANNELS_LAST) if x.is_image else x.name

    def channels_first(self, name: str, rank: int) -> str:
        """Return a value with the axes of Keras as one of the graph."""
        return self.add("Transpose", name, perm=TO_CHANNELS_FIRST) if rank == 4 else name


def to_array(values: Any) -> np.ndarray:
    """Return a weight of Keras, on any back end, as an array."""
    from keras import ops

    return np.asarray(ops.convert_to_numpy(values))


def graph_constant(values: Any, rank: int) -> np.ndarray:
    """Return a constant float32 that broadcasts to a tensor of this rank in the graph as `values` does in Keras.

    >>> graph_constant([1, 2, 3], 4).shape, graph_constant(2.0, 4).shape, graph_constant([1, 2], 2).shape
    ((1, 3, 1, 1), (), (2,))
    """
    array = np.asarray(values, np.float32)
    if rank != 4 or not array.ndim:
        return array
    return array.reshape((1,) * (4 - array.ndim) + array.shape).transpose(TO_CHANNELS_FIRST)


def integers(*values: int) -> np.ndarray:
    """Return a constant int64."""
    return np.array(values, np.int64)


def channel_vector(values: Any, channels: int) -> np.ndarray:
    """Return one float64 number a channel, from one number, one a channel, or None, which counts as 0."""
    return np.broadcast_to(np.asarray(0 if values is None else values, np.float64).ravel(), (channels,))


def static_sides(x: Tensor) -> Sequence[int] | None:
    """Return height and width of an image in Keras, or None if one varies."""
    sides = x.shape[1:3]
    return None if None in sides else [int(side or 0) for side in sides]
