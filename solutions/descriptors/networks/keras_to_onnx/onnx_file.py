"""Write a graph as an ONNX file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.graph import Graph, Node, Shape
from solutions.descriptors.networks.network_spec import PIXELS

_OPSET, _IR_VERSION = 17, 8  # the newest operators that the converter uses, and the format that belongs to them
_AXES = ("n", "h", "w", "c")


def write_onnx(graph: Graph, input_shape: Shape, output_shapes: Mapping[str, Shape], path: Path) -> None:
    """Write the graph as a file that takes `pixels`; the number of images varies, and sides where a shape has None."""
    from onnx import TensorProto, helper, save_model

    constants: dict[str, np.ndarray] = {}
    nodes = [
        helper.make_node(each.kind, _input_names(each, constants), [each.output], **each.attributes)
        for each in graph.nodes
    ]
    nodes += [helper.make_node("Identity", [value], [name]) for name, value in graph.outputs.items()]
    inputs = [helper.make_tensor_value_info(PIXELS, TensorProto.FLOAT, _axes(input_shape, ""))]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, _axes(shape, name))
        for name, shape in output_shapes.items()
    ]
    initializers = [_to_tensor(values, name) for name, values in constants.items()]
    proto = helper.make_graph(nodes, "network", inputs, outputs, initializers)
    opset = [helper.make_opsetid("", _OPSET)]
    save_model(helper.make_model(proto, opset_imports=opset, ir_version=_IR_VERSION), path)


def _input_names(node: Node, constants: dict[str, np.ndarray]) -> list[str]:
    """Return the names of the inputs, after adding those that are arrays to the constants."""
    names = []
    for number, each in enumerate(node.inputs):
        name = each if isinstance(each, str) else f"{node.output}_{number}"
        if not isinstance(each, str):
            constants[name] = each if each.dtype == np.int64 else each.astype(np.float32)
        names.append(name)
    return names


def _to_tensor(values: np.ndarray, name: str) -> object:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(values).reshape(values.shape), name)


def _axes(shape: Shape, prefix: str) -> list[str | int]:
    """Return the sides, with names for those that vary; the first is the number of images.

    >>> _axes((None, None, 7, 3), "maps")
    ['n', 'maps_h', 7, 3]
    """
    names = [f"{prefix}_{name}".lstrip("_") for name in _AXES]
    return ["n", *(names[axis] if side is None else int(side) for axis, side in enumerate(shape) if axis)]
