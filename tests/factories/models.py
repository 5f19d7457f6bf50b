"""Small models of ONNX, built without torch, and what a converted network of them computes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.sources.verification import load_run

CHANNELS = 5
KERNEL = np.random.default_rng(3).normal(size=(CHANNELS, 3, 4, 4)).astype(np.float32)  # cells of 4 x 4 pixels


def cell_maps(images: np.ndarray) -> np.ndarray:
    """Return what the kernel gives of normalised images (n, h, w, 3): (n, h / 4, w / 4, 5)."""
    n, height, width, _ = images.shape
    cells = images.reshape(n, height // 4, 4, width // 4, 4, 3)
    return np.einsum("nyaxbd,cdab->nyxc", cells, KERNEL)


def save_onnx(
    path: Path, nodes: Sequence[Any], outputs: Mapping[str, Sequence[Any]], image: Sequence[Any] = ("n", 3, "h", "w"),
    constants: Mapping[str, np.ndarray] | None = None, kind: int = TensorProto.FLOAT,
) -> Path:  # fmt: skip
    """Write a model with the input `image` and these outputs with their axes."""
    weights = {"kernel": KERNEL} | dict(constants or {})
    graph = helper.make_graph(
        list(nodes), "small",
        [helper.make_tensor_value_info("image", kind, list(image))],
        [helper.make_tensor_value_info(name, kind, list(axes)) for name, axes in outputs.items()],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def convolution(output: str = "cells") -> Any:
    """Return the operator that computes `cell_maps`, channels first."""
    return helper.make_node("Conv", ["image", "kernel"], [output], strides=[4, 4], name="convolution")


def save_cells(path: Path, image: Sequence[Any] = ("n", 3, "h", "w")) -> Path:
    """Write a model of feature maps `cells` and of their mean `pooled`."""
    nodes = [
        convolution(),
        helper.make_node("GlobalAveragePool", ["cells"], ["means"]),
        helper.make_node("Flatten", ["means"], ["pooled"]),
    ]
    return save_onnx(path, nodes, {"cells": ("n", CHANNELS, "y", "x"), "pooled": ("n", CHANNELS)}, image)


def save_tokens(path: Path, side: int | str = 8) -> Path:
    """Write a model of tokens: two of zeros and ones before one for each cell, row by row."""
    before = np.stack([np.zeros(CHANNELS), np.ones(CHANNELS)]).astype(np.float32)[None]
    nodes = [
        convolution(),
        helper.make_node("Shape", ["cells"], ["count"], start=0, end=1),
        helper.make_node("Concat", ["count", "flat"], ["flat_shape"], axis=0),
        helper.make_node("Reshape", ["cells", "flat_shape"], ["columns"]),
        helper.make_node("Transpose", ["columns"], ["patches"], perm=[0, 2, 1]),
        helper.make_node("Concat", ["count", "rest"], ["before_shape"], axis=0),
        helper.make_node("Expand", ["before", "before_shape"], ["before_all"]),
        helper.make_node("Concat", ["before_all", "patches"], ["tokens"], axis=1),
    ]
    constants = {"before": before, "flat": np.array([CHANNELS, -1]), "rest": np.array([2, CHANNELS])}
    return save_onnx(path, nodes, {"tokens": ("n", "t", CHANNELS)}, ("n", 3, side, side), constants)


def photographs(height: int, width: int, n: int = 3) -> np.ndarray:
    """Return images (n, h, w, 3) uint8 of random pixels."""
    return np.random.default_rng(1).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def converted(source: Any, spec: NetworkSpec, folder: Path) -> tuple[ConvertedNetwork, Any]:
    """Return the description of a network converted in this process, and a function that runs it."""
    folder.mkdir(exist_ok=True)
    network = source.convert(spec, folder)
    run = load_run(folder / network.file)
    return network, lambda images: {name: run(images.astype(np.float32))[name] for name in network.outputs}
