"""Which outputs of a model become which outputs of the converted network, and by which operation.

A converted network has `maps` `(n, h, w, c)`, `maps1`, … of further layers, `vector` and `cls` `(n, d)`, and `classes`
`(n, k)`. The tokens of a vision transformer become `maps` of its patches and `cls`, its first token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Literal

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec

MAPS, VECTOR, CLASS_TOKEN, CLASSES = "maps", "vector", "cls", "classes"
Shape = tuple[int, ...]
Operation = Literal["same", "channels_last", "patches", "first_token", "flatten"]


@dataclass(frozen=True)
class OutputStep:
    """The output `name` is computed from a value of the model by one operation."""

    name: str
    value: str
    operation: Operation
    kind: Literal["maps", "vector", "classes"]
    prefix: int = 0  # tokens before the patches
    grid: tuple[int, int] = (1, 1)  # rows and columns of patches


@dataclass(frozen=True)
class OutputLayout:
    """How a model arranges its outputs."""

    channels_last: bool = False  # its maps are (n, h, w, c) instead of (n, c, h, w)
    grid: tuple[int, int] | None = None  # rows and columns of patches; None: a square
    square_input: bool = True


def layer_names(spec: NetworkSpec) -> dict[str, str]:
    """Return the layers that the user names, by name of the output.

    >>> layer_names(NetworkSpec("a.onnx", layer="x", further=("y",)))
    {'maps': 'x', 'maps1': 'y'}
    """
    further = {f"{MAPS}{number}": layer for number, layer in enumerate(spec.further, 1)}
    return ({MAPS: spec.layer} if spec.layer is not None else {}) | further


def roles_by_rank(shapes: Mapping[str, Shape], *, classes: bool = False) -> dict[str, str]:
    """Return names of a converted network's outputs with the values that they are made of.

    Maps are the first value with height and width, else the first with tokens; the vector is the first with two axes,
    the classes are the last, if they are wanted. Raises HarnessError if there are none.

    >>> roles_by_rank({"a": (1, 5), "b": (1, 17, 8), "c": (1, 9)}, classes=True)
    {'maps': 'b', 'vector': 'a', 'classes': 'c'}
    """
    spatial = [name for name, shape in shapes.items() if is_spatial(shape)]
    tokens = [name for name, shape in shapes.items() if len(shape) == 3]
    flat = [name for name, shape in shapes.items() if is_flat(shape)]
    roles = dict([*zip([MAPS], spatial or tokens, strict=False), *zip([VECTOR], flat, strict=False)])
    if classes and not flat:
        raise HarnessError("it gives no classes")
    return roles | ({CLASSES: flat[-1]} if classes else {})


def is_spatial(shape: Shape) -> bool:
    return len(shape) == 4 and not is_flat(shape)


def is_flat(shape: Shape) -> bool:
    """Return whether a value is one vector an image; height and width of one cell do not count."""
    return len(shape) == 2 or (len(shape) == 4 and sorted(shape[1:])[:2] == [1, 1])


def output_steps(roles: Mapping[str, str], shapes: Mapping[str, Shape], layout: OutputLayout) -> list[OutputStep]:
    """Return how each output is computed. Raises HarnessError if a value cannot be what is wanted."""
    steps: list[OutputStep] = []
    for name, value in roles.items():
        shape = shapes[value]
        if name in (VECTOR, CLASSES):
            steps.append(_flat_step(name, value, shape))
        elif len(shape) == 4:
            steps.append(OutputStep(name, value, "same" if layout.channels_last else "channels_last", "maps"))
        elif len(shape) == 3:
            steps += _token_steps(name, value, shape[1], layout)
        else:
            raise HarnessError(f"{value!r:.60} has the shape {shape} and no feature maps")
    return steps


def _flat_step(name: str, value: str, shape: Shape) -> OutputStep:
    if not is_flat(shape):
        raise HarnessError(f"{value!r:.60} has the shape {shape} and is no vector")
    kind: Literal["vector", "classes"] = "vector" if name == VECTOR else "classes"
    return OutputStep(name, value, "same" if len(shape) == 2 else "flatten", kind)


def _token_steps(name: str, value: str, tokens: int, layout: OutputLayout) -> Sequence[OutputStep]:
    """Return the patches as maps, and the class token if there are tokens before the patches."""
    prefix, grid = patch_grid(tokens, layout)
    steps = [OutputStep(name, value, "patches", "maps", prefix, grid)]
    if prefix and name == MAPS:
        steps.append(OutputStep(CLASS_TOKEN, value, "first_token", "vector"))
    return steps


def patch_grid(tokens: int, layout: OutputLayout) -> tuple[int, tuple[int, int]]:
    """Return the number of tokens before the patches, and rows and columns of patches.

    Without a known grid they are the largest square, which is right for square images. Raises HarnessError for others.

    >>> patch_grid(197, OutputLayout()), patch_grid(261, OutputLayout(grid=(16, 16)))
    ((1, (14, 14)), (5, (16, 16)))
    """
    if layout.grid and layout.grid[0] * layout.grid[1] <= tokens:
        return tokens - layout.grid[0] * layout.grid[1], layout.grid
    if not layout.square_input:
        raise HarnessError(f"{tokens} tokens of images that are no squares have no known rows and columns")
    side = isqrt(tokens)
    return tokens - side * side, (side, side)
