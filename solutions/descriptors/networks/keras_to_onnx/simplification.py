"""Simplify a graph: scales, shifts and zero padding become part of the convolution before or after them."""

from collections import Counter
from dataclasses import replace

import numpy as np

from solutions.descriptors.networks.keras_to_onnx.graph import Graph, Node
from solutions.descriptors.networks.keras_to_onnx.normalisations import SCALE_SHIFT

_LARGEST = np.array(np.finfo(np.float32).max)


def simplify(graph: Graph) -> None:
    """Fold batch normalisation into convolutions in float64, and padding by zeros; write other scales as operators."""
    readers = Counter(name for node in graph.nodes for name in node.inputs if isinstance(name, str))
    readers.update(graph.outputs.values())
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        source = nodes.get(node.inputs[0]) if isinstance(node.inputs[0], str) else None
        merged = _merge(source, node) if source and readers[source.output] == 1 else None
        if source and merged:
            del nodes[source.output]
        nodes[node.output] = merged or node
    graph.nodes = [each for node in nodes.values() for each in _lower(node, nodes)]


def _merge(source: Node, node: Node) -> Node | None:
    """Return one node that does the work of two, or None."""
    if node.kind == SCALE_SHIFT and source.kind == "Conv":
        return _scale_convolution(source, node)
    if node.kind == SCALE_SHIFT and source.kind == SCALE_SHIFT:
        scale, shift, second_scale, second_shift = map(np.asarray, [*source.inputs[1:], *node.inputs[1:]])
        return replace(node, inputs=[source.inputs[0], scale * second_scale, shift * second_scale + second_shift])
    if node.kind == "Conv" and source.kind == "Pad" and "auto_pad" not in node.attributes:
        amounts = np.asarray(source.inputs[1])[[2, 3, 6, 7]] + np.asarray(node.attributes.get("pads", [0, 0, 0, 0]))
        return replace(
            node, inputs=[source.inputs[0], *node.inputs[1:]], attributes=node.attributes | {"pads": amounts.tolist()}
        )
    return None


def _scale_convolution(convolution: Node, node: Node) -> Node:
    """Return the convolution with its weights scaled and its bias scaled and shifted."""
    x, weights, *biases = convolution.inputs
    scale, shift = (np.asarray(each) for each in node.inputs[1:])
    scaled = np.asarray(weights, np.float64) * scale[:, None, None, None]
    bias = np.asarray(biases[0], np.float64) if biases else 0.0
    return replace(convolution, inputs=[x, scaled, bias * scale + shift], output=node.output)


def _lower(node: Node, nodes: dict[str, Node]) -> list[Node]:
    """Return the operators of a node: scales and shifts as multiplication and addition.

    Between padding and an operator that pads by itself comes one that changes nothing: OpenVINO would merge the two and
    lose one padding.
    """
    first = node.inputs[0]
    if node.kind == SCALE_SHIFT:
        scale, shift = (_broadcast(np.asarray(each, np.float32), node.attributes["rank"]) for each in node.inputs[1:])
        middle = f"{node.output}_scaled"
        return [Node("Mul", [first, scale], middle, {}), Node("Add", [middle, shift], node.output, {})]
    if "auto_pad" in node.attributes and isinstance(first, str) and first in nodes and nodes[first].kind == "Pad":
        barrier = Node("Clip", [first, -_LARGEST, _LARGEST], f"{node.output}_barrier", {})
        return [barrier, replace(node, inputs=[barrier.output, *node.inputs[1:]])]
    return [node]


def _broadcast(values: np.ndarray, rank: int) -> np.ndarray:
    return values[:, None, None] if rank == 4 else values
