"""An ONNX model of normalised images, rewritten into a network of pixels 0 to 255 with named outputs."""

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

FILE = "network.onnx"
_PREFIX = "source_"
_FLOAT32 = 1  # of TensorProto
_LARGEST = 1 << 30  # bytes of weights in one file; more are written beside it, because protobuf ends at 2 GiB


@dataclass(frozen=True)
class OnnxModel:
    """A model as ONNX defines it; its values have a prefix, so that names of the network are free."""

    proto: Any
    file = FILE

    @classmethod
    def of(cls, proto: Any) -> "OnnxModel":
        """Return the model with the prefix before its names."""
        from onnx import compose

        return cls(compose.add_prefix(proto, _PREFIX))

    @property
    def image(self) -> ImageInput:
        """Return the input. Raises HarnessError unless it is one, of images with three channels."""
        inputs = self._inputs()
        if len(inputs) != 1:
            names = ", ".join(each.name.removeprefix(_PREFIX) for each in inputs)
            raise HarnessError(f"has {len(inputs)} inputs ({names:.100}) instead of one")
        axes = inputs[0].type.tensor_type.shape.dim
        return image_input(inputs[0].name, [each.dim_value if each.HasField("dim_value") else None for each in axes])

    def _inputs(self) -> list[Any]:
        """Return the inputs; files of an old format list their weights there, too."""
        weights = {each.name for each in self.proto.graph.initializer}
        return [each for each in self.proto.graph.input if each.name not in weights]

    @property
    def outputs(self) -> dict[str, str]:
        """Return the values that are outputs, by name."""
        return {each.name.removeprefix(_PREFIX): each.name for each in self.proto.graph.output}

    def find_value(self, name: str) -> str | None:
        """Return the value with this name, or the first output of the node with this name; None if there is none."""
        nodes = self.proto.graph.node
        values = {output for node in nodes for output in node.output}
        by_node = {node.name: node.output[0] for node in nodes if node.name and node.output}
        return _PREFIX + name if _PREFIX + name in values else by_node.get(_PREFIX + name)

    def with_pixels(self, preprocessing: Preprocessing, size: Sequence[int | None]) -> "OnnxModel":
        """Return the model of `pixels` `(n, h, w, 3)` from 0 to 255 of the size (height, width); None varies."""
        from onnx import helper

        image, proto = self.image, self._copy()
        element_type = self._inputs()[0].type.tensor_type.elem_type
        operators = pixel_operators(preprocessing, channels_last=image.channels_last)
        nodes = _add_chain(proto, PIXELS, operators, image.name, element_type)
        for node in reversed(nodes):
            proto.graph.node.insert(0, node)
        others = [each for each in proto.graph.input if each.name != image.name]
        axes = [name if side is None else side for name, side in zip("hw", size, strict=True)]
        del proto.graph.input[:], proto.graph.value_info[:]
        proto.graph.input.append(helper.make_tensor_value_info(PIXELS, _FLOAT32, ["n", *axes, CHANNELS]))
        proto.graph.input.extend(others)
        return OnnxModel(proto)

    def with_outputs(self, steps: Sequence[OutputStep], shapes: Mapping[str, Shape]) -> "OnnxModel":
        """Return the model with the outputs of these steps only, without declared shapes."""
        from onnx import helper

        proto = self._copy()
        for step in steps:
            operators = output_operators(step, shapes.get(step.value, ()))
            proto.graph.node.extend(_add_chain(proto, step.value, operators, step.name, _FLOAT32))
        del proto.graph.output[:]
        proto.graph.output.extend(helper.make_tensor_value_info(step.name, _FLOAT32, None) for step in steps)
        return OnnxModel(proto)

    def save(self, folder: Path) -> Path:
        """Write the model into a folder and return the file."""
        import onnx

        path = folder / FILE
        data = path.with_name(f"{FILE}.data")
        data.unlink(missing_ok=True)
        outside = sum(len(each.raw_data) for each in self.proto.graph.initializer) > _LARGEST
        onnx.save_model(self.proto, str(path), save_as_external_data=outside, location=data.name)
        return path

    def _copy(self) -> Any:
        proto = type(self.proto)()
        proto.CopyFrom(self.proto)
        return proto


def _add_chain(proto: Any, value: str, operators: Sequence[Operator], name: str, element_type: int) -> list[Any]:
    """Return the nodes from a value to one with another name and a type of TensorProto; add their constants."""
    from onnx import helper, numpy_helper

    nodes, value = [helper.make_node("Cast", [value], [f"{name}_float"], to=_FLOAT32)], f"{name}_float"
    for number, operator in enumerate(operators):
        inputs, output = [value], f"{name}_{number}"
        if operator.constant is not None:
            inputs.append(f"{output}_constant")
            proto.graph.initializer.append(numpy_helper.from_array(operator.constant, inputs[1]))
        nodes.append(helper.make_node(operator.kind, inputs, [output], **operator.attributes))
        value = output
    return [*nodes, helper.make_node("Cast", [value], [name], to=element_type)]
