"""Simplify a graph: scales, shifts and zero padding become part of the convolution before or after them."""

from collections import Counter

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.graph import Graph, Node
from solutions.descriptors.networks.keras_to_onnx.normalisations import SCALE_SHIFT


def simplify(graph: Graph) -> None:
    """Fold batch normalisation into convolutions in float64, and padding by zeros; write other scales as operators."""
    uses = Counter(name for node in graph.nodes for name in node.inputs if isinstance(name, str))
    uses.update(graph.outputs.values())
    producers = {node.output: node for node in graph.nodes}
    renamed: dict[str, str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        node.inputs = [renamed.get(each, each) if isinstance(each, str) else each for each in node.inputs]
        source = producers.get(node.inputs[0]) if isinstance(node.inputs[0], str) else None
        is_private = source is not None and uses[source.output] == 1
        if node.kind == SCALE_SHIFT and source is not None and is_private and source.kind in ("Conv", SCALE_SHIFT):
            _fold_scale(source, node)
            renamed[node.output] = source.output
            uses[source.output] = uses[node.output]
            continue
        if is_private and source is not None and source.kind == "Pad" and _takes_padding(node):
            _fold_padding(source, node)
            nodes.remove(source)
        nodes.append(node)
    graph.nodes = [each for node in nodes for each in _lower(node)]
    graph.outputs = {name: renamed.get(value, value) for name, value in graph.outputs.items()}


def _fold_scale(source: Node, node: Node) -> None:
    """Multiply the weights of a convolution, or combine two scales and shifts."""
    scale, shift = (np.asarray(each) for each in node.inputs[1:])
    if source.kind == SCALE_SHIFT:
        first_scale, first_shift = source.inputs[1:]
        source.inputs[1:] = [first_scale * scale, first_shift * scale + shift]
        return
    weights = np.asarray(source.inputs[1], np.float64) * scale[:, None, None, None]
    bias = np.asarray(source.inputs[2], np.float64) if len(source.inputs) > 2 else 0.0
    source.inputs[1:] = [weights, bias * scale + shift]


def _takes_padding(node: Node) -> bool:
    """Return whether zeros around the image may become padding: that of the operator does not depend on its size."""
    return node.kind == "Conv" and "auto_pad" not in node.attributes


def _fold_padding(pad: Node, convolution: Node) -> None:
    """Add the padding to that of the convolution."""
    amounts = np.asarray(pad.inputs[1])
    before = np.asarray(convolution.attributes.get("pads", [0, 0, 0, 0]))
    convolution.attributes["pads"] = (before + amounts[[2, 3, 6, 7]]).tolist()
    convolution.inputs[0] = pad.inputs[0]


def _lower(node: Node) -> list[Node]:
    """Return the operators of a node: scales and shifts as multiplication and addition where they do anything."""
    if node.kind != SCALE_SHIFT:
        return [node]
    scale, shift = (_broadcast(np.asarray(each, np.float32), node.attributes["rank"]) for each in node.inputs[1:])
    middle = f"{node.output}_scaled"
    return [Node("Mul", [node.inputs[0], scale], middle, {}), Node("Add", [middle, shift], node.output, {})]


def _broadcast(values: np.ndarray, rank: int) -> np.ndarray:
    return values[:, None, None] if rank == 4 else values
