"""Write a model, of ONNX or OpenVINO, as a converted network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.network_spec import ConvertedNetwork
from solutions.descriptors.networks.preprocessing import Preprocessing
from solutions.descriptors.networks.sources.operators import ImageInput
from solutions.descriptors.networks.sources.outputs import (
    OutputLayout,
    OutputStep,
    Shape,
    output_steps,
    roles_by_rank,
)
from solutions.descriptors.networks.sources.verification import Run, load_run, noise, takes_size, verify_batches

SIDE = 224  # pixels of the images that a model of any size is tried with


class RewritableModel(Protocol):
    """A model whose input and outputs can be replaced: `OnnxModel` or `OpenvinoModel`."""

    file: str

    @property
    def image(self) -> ImageInput: ...
    @property
    def outputs(self) -> dict[str, str]: ...
    def find_value(self, name: str) -> str | None: ...
    def with_pixels(self, preprocessing: Preprocessing, size: Sequence[int | None]) -> Self: ...
    def with_outputs(self, steps: Sequence[OutputStep], shapes: Mapping[str, Shape]) -> Self: ...
    def save(self, folder: Path) -> Path: ...


@dataclass(frozen=True)
class Wanted:
    """What a model becomes: its preprocessing, and which of its values become which outputs.

    `roles` are outputs of the network with the names of the model's outputs; without them ranks decide. `layers` are
    more of them, with names of any values.
    """

    preprocessing: Preprocessing
    layers: Mapping[str, str] = field(default_factory=dict)
    classes: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    layout: OutputLayout = field(default_factory=OutputLayout)
    made_with: Mapping[str, str] = field(default_factory=dict)


def write_network(model: RewritableModel, wanted: Wanted, folder: Path) -> ConvertedNetwork:
    """Write the network into the folder and return its description. Raises HarnessError if the model does not fit."""
    image = model.image
    side = wanted.preprocessing.side or SIDE
    height, width = image.height or side, image.width or side
    layers = _named_values(model, wanted)
    pixels = model.with_pixels(wanted.preprocessing, image.size)
    shapes = _value_shapes(pixels, [*model.outputs.values(), *layers.values()], folder, height, width)
    steps = output_steps(_roles(model, wanted, shapes) | layers, shapes, _layout(wanted.layout, image, height, width))
    run = load_run(pixels.with_outputs(steps, shapes).save(folder))
    verify_batches(run, height, width)
    size = image.size
    if None in size and not _takes_other_sizes(steps, run, image, height, width):
        size = height, width
        model.with_pixels(wanted.preprocessing, size).with_outputs(steps, shapes).save(folder)
    kinds = {step.name: step.kind for step in steps}
    return ConvertedNetwork(kinds, size, wanted.preprocessing.framing, model.file, wanted.made_with)


def _takes_other_sizes(steps: Sequence[OutputStep], run: Run, image: ImageInput, height: int, width: int) -> bool:
    """Return whether the network runs on images of another size; patches are laid out for one size only."""
    if any(step.operation == "patches" for step in steps):
        return False
    return takes_size(run, image.height or height + 64, image.width or width + 32)


def _roles(model: RewritableModel, wanted: Wanted, shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Return the names of the outputs with the values of the model that they are made of."""
    outputs = {name: value for name, value in model.outputs.items() if name not in wanted.layers.values()}
    by_rank = roles_by_rank({name: shapes[value] for name, value in outputs.items()}, classes=wanted.classes)
    roles = {role: outputs[name] for role, name in (wanted.roles or by_rank).items()}
    if not roles and not wanted.layers:
        listed = ", ".join(f"{name} {shapes[value]}" for name, value in outputs.items())
        raise HarnessError(f"gives no feature maps, tokens or vectors, but {listed:.200}")
    return roles


def _layout(layout: OutputLayout, image: ImageInput, height: int, width: int) -> OutputLayout:
    """Return the layout, with maps in the order of the input and patches in a square if nothing else is known."""
    channels_last = layout.channels_last or image.channels_last
    return replace(layout, channels_last=channels_last, square_input=height == width)


def _named_values(model: RewritableModel, wanted: Wanted) -> dict[str, str]:
    """Return the values of the layers that the user names, by name of the output."""
    values = {role: model.find_value(name) for role, name in wanted.layers.items()}
    for role, value in values.items():
        if value is None:
            raise HarnessError(f"has no output, value or node {wanted.layers[role]!r:.60}")
    return {role: value for role, value in values.items() if value is not None}


def _value_shapes(
    model: RewritableModel, values: Sequence[str], folder: Path, height: int, width: int
) -> dict[str, Shape]:
    """Return the shapes of values for one image, by running the model."""
    steps = [OutputStep(f"value_{number}", value, "same", "vector") for number, value in enumerate(values)]
    run = load_run(model.with_outputs(steps, {}).save(folder))
    try:
        outputs = run(noise(1, height, width))
    except RuntimeError:
        raise HarnessError(
            f"takes no image of {width} x {height} pixels; name the side of those it takes: preprocessing='… side=…'"
        ) from None
    return {value: np.shape(outputs[step.name]) for value, step in zip(values, steps, strict=True)}
