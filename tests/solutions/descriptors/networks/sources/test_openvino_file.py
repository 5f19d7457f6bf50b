"""Tests of `solutions.descriptors.networks.sources.openvino_file` and
`solutions.descriptors.networks.sources.openvino_rewriting`.
"""

from pathlib import Path

import pytest

from harness import HarnessError
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources import onnx_file, openvino_file
from solutions.descriptors.networks.sources.verification import difference
from solutions.kernels.openvino import import_openvino
from tests.factories.models import cell_maps, converted, photographs, save_cells, save_tokens


def save_openvino(onnx: Path) -> NetworkSpec:
    """Return the network of an ONNX file written as files of OpenVINO."""
    ov, path = import_openvino(), onnx.with_suffix(".xml")
    ov.save_model(ov.Core().read_model(onnx), path, compress_to_fp16=False)
    return NetworkSpec(str(path), preprocessing="caffe")


def test_maps_and_vector_are_those_of_the_model(tmp_path: Path) -> None:
    spec = save_openvino(save_cells(tmp_path / "m.onnx"))
    network, run = converted(openvino_file, spec, tmp_path / "out")
    assert (network.outputs, network.file) == ({"maps": "maps", "vector": "vector"}, "network.xml")
    images = photographs(16, 24)
    expected = cell_maps(images[..., ::-1] - [103.939, 116.779, 123.68])
    assert difference(run(images)["maps"], expected) < 1e-5
    assert difference(run(images)["vector"], expected.mean(axis=(1, 2))) < 1e-5


@pytest.mark.parametrize("values", [{}, {"layer": "cells", "further": ("cells",), "classes": True}])
def test_outputs_are_the_same_as_those_of_the_onnx_file(tmp_path: Path, values: dict) -> None:
    path = save_cells(tmp_path / "m.onnx")
    spec = save_openvino(path)
    one, run_one = converted(onnx_file, NetworkSpec(str(path), preprocessing="half", **values), tmp_path / "a")
    other, run_other = converted(openvino_file, NetworkSpec(spec.name, preprocessing="half", **values), tmp_path / "b")
    assert one.outputs == other.outputs
    results = run_one(photographs(8, 8)), run_other(photographs(8, 8))
    assert all(difference(results[0][name], results[1][name]) < 1e-6 for name in one.outputs)


def test_tokens_become_maps_of_patches_and_the_class_token(tmp_path: Path) -> None:
    network, run = converted(openvino_file, save_openvino(save_tokens(tmp_path / "m.onnx")), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "cls": "vector"}
    assert run(photographs(8, 8))["maps"].shape == (3, 2, 2, 5)


def test_a_backbone_runs_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    spec = save_openvino(save_cells(tmp_path / "m.onnx"))
    outputs = Backbone(spec.name, preprocessing="unit").forward(photographs(8, 8))
    assert difference(outputs["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5


def test_both_files_are_part_of_the_identity(tmp_path: Path) -> None:
    spec = save_openvino(save_cells(tmp_path / "m.onnx"))
    before = openvino_file.identity(spec)
    weights = tmp_path / "m.bin"
    weights.write_bytes(weights.read_bytes()[::-1])
    assert openvino_file.identity(spec) != before
    weights.unlink()
    with pytest.raises(HarnessError, match=r"m\.bin: cannot be read: No such file"):
        openvino_file.identity(spec)


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"<net", b"<html></html>"])
def test_another_file_is_an_error_of_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.xml"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=r"m\.xml: is no model of OpenVINO, or a damaged one") as refused:
        converted(openvino_file, NetworkSpec(str(path), preprocessing="unit"), tmp_path / "out")
    assert "\n" not in str(refused.value)


def test_a_truncated_file_of_weights_is_an_error_of_one_line(tmp_path: Path) -> None:
    spec = save_openvino(save_cells(tmp_path / "m.onnx"))
    weights = tmp_path / "m.bin"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(HarnessError, match=r"m\.xml: is no model of OpenVINO, or a damaged one"):
        converted(openvino_file, spec, tmp_path / "out")


def test_the_preprocessing_must_be_named(tmp_path: Path) -> None:
    spec = NetworkSpec(save_openvino(save_cells(tmp_path / "m.onnx")).name)
    with pytest.raises(HarnessError, match=r"m\.xml: its preprocessing is not known"):
        converted(openvino_file, spec, tmp_path / "out")
