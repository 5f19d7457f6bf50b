"""An OpenVINO model of normalised images, rewritten into a network of pixels 0 to 255 with named outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.descriptors.networks.network_spec import PIXELS
from solutions.descriptors.networks.preprocessing import Preprocessing
from solutions.descriptors.networks.sources.operators import (
    CHANNELS,
    ImageInput,
    Operator,
    image_input,
    output_operators,
    pixel_operators,
)
from solutions.descriptors.networks.sources.outputs import OutputStep, Shape
from solutions.kernels.openvino import import_openvino

FILE = "network.xml"


@dataclass(frozen=True)
class OpenvinoModel:
    """A model of OpenVINO, whose values are outputs of its operators, by name."""

    model: Any
    values: Mapping[str, Any]
    file = FILE

    @classmethod
    def of(cls, model: Any) -> "OpenvinoModel":
        """Return the model; its values have the names of their tensors, or of the operator that computes them."""
        values: dict[str, Any] = {}
        for operator in model.get_ordered_ops():
            if operator.get_type_name() == "Result":
                continue
            for output in reversed(operator.outputs()):
                values |= dict.fromkeys([operator.friendly_name, *sorted(output.names)], output)
        return cls(model, values)

    @property
    def image(self) -> ImageInput:
        """Return the input. Raises HarnessError unless it is one, of images with three channels."""
        if len(self.model.inputs) != 1:
            raise HarnessError(f"has {len(self.model.inputs)} inputs instead of one")
        shape = self.model.inputs[0].partial_shape
        axes = [axis.get_length() if axis.is_static else None for axis in shape] if shape.rank.is_static else []
        return image_input(self.model.inputs[0].node.friendly_name, axes)

    @property
    def outputs(self) -> dict[str, str]:
        """Return the values that are outputs, by name."""
        sources = [result.node.input(0).get_source_output() for result in self.model.outputs]
        names = [min(output.names, default=output.node.friendly_name) for output in sources]
        return {name: name for name in names}

    def find_value(self, name: str) -> str | None:
        """Return the name if there is such a value."""
        return name if name in self.values else None

    def with_pixels(self, preprocessing: Preprocessing, size: Sequence[int | None]) -> "OpenvinoModel":
        """Return the model of `pixels` `(n, h, w, 3)` from 0 to 255 of the size (height, width); None varies."""
        ov, image, clone = import_openvino(), self.image, OpenvinoModel.of(self.model.clone())
        from openvino import opset13 as ops

        axes = [-1 if side is None else side for side in size]
        pixels = ops.parameter(ov.PartialShape([-1, *axes, CHANNELS]), ov.Type.f32, PIXELS)
        pixels.output(0).set_names({PIXELS})
        first = clone.model.inputs[0]
        operators = pixel_operators(preprocessing, channels_last=image.channels_last)
        value = ops.convert(_chain(pixels.output(0), operators), first.element_type)
        for target in first.get_target_inputs():
            target.replace_source_output(value.output(0))
        results = [result.node for result in clone.model.outputs]
        return OpenvinoModel(ov.Model(results, [pixels], "network"), clone.values)

    def with_outputs(self, steps: Sequence[OutputStep], shapes: Mapping[str, Shape]) -> "OpenvinoModel":
        """Return the model with the outputs of these steps only."""
        ov = import_openvino()
        from openvino import opset13 as ops

        results = []
        for step in steps:
            value = _chain(self.values[step.value], output_operators(step, shapes.get(step.value, ())))
            result = ops.result(ops.convert(value, ov.Type.f32))
            result.input(0).get_source_output().set_names({step.name})
            results.append(result)
        return OpenvinoModel(ov.Model(results, self.model.get_parameters(), "network"), self.values)

    def save(self, folder: Path) -> Path:
        """Write the model into a folder and return the `.xml` file."""
        path = folder / FILE
        import_openvino().save_model(self.model, path, compress_to_fp16=False)
        return path


def _chain(value: Any, operators: Sequence[Operator]) -> Any:
    """Return the output of operators on a value, as float32."""
    ov = import_openvino()
    from openvino import opset13 as ops

    build: dict[str, Any] = {
        "Mul": lambda x, constant, **_: ops.multiply(x, ops.constant(constant)),
        "Add": lambda x, constant, **_: ops.add(x, ops.constant(constant)),
        "Gather": lambda x, constant, axis: ops.gather(x, ops.constant(constant), axis),
        "Transpose": lambda x, _, perm: ops.transpose(x, ops.constant(perm)),
        "Reshape": lambda x, constant, **_: ops.reshape(x, ops.constant(constant), special_zero=True),
    }
    result = ops.convert(value, ov.Type.f32)
    for operator in operators:
        result = build[operator.kind](result, operator.constant, **operator.attributes)
    return result.output(0)
