"""Tests of `solutions.descriptors.networks.sources.onnx_file` and of what every source is written with:
`solutions.descriptors.networks.sources.onnx_rewriting`, `solutions.descriptors.networks.sources.operators`,
`solutions.descriptors.networks.sources.outputs`, `solutions.descriptors.networks.sources.network_folder` and
`solutions.descriptors.networks.sources.verification`.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from harness import HarnessError
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.registry import find_source
from solutions.descriptors.networks.sources import onnx_file, verification
from solutions.descriptors.networks.sources.verification import difference
from tests.factories.models import (
    CHANNELS,
    cell_maps,
    converted,
    convolution,
    photographs,
    save_cells,
    save_onnx,
    save_tokens,
)

UNIT = "unit"


def spec(path: Path, **values: object) -> NetworkSpec:
    return NetworkSpec(**{"name": str(path), "preprocessing": UNIT} | values)


def test_maps_and_vector_are_those_of_the_model(tmp_path: Path) -> None:
    network, run = converted(onnx_file, spec(save_cells(tmp_path / "m.onnx")), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "vector": "vector"}
    assert network.input_size == (None, None)
    images = photographs(16, 24)
    expected = cell_maps(images / 255)
    assert difference(run(images)["maps"], expected) < 1e-5
    assert difference(run(images)["vector"], expected.mean(axis=(1, 2))) < 1e-5


@pytest.mark.parametrize("preprocessing", ["caffe", "mean=0.1,0.2,0.3 std=0.4,0.5,0.6"])
def test_the_preprocessing_is_inside_the_network(tmp_path: Path, preprocessing: str) -> None:
    path = save_cells(tmp_path / "m.onnx")
    _, run = converted(onnx_file, spec(path, preprocessing=preprocessing), tmp_path / "out")
    images = photographs(8, 8)
    normalised = (images / 255 - [0.1, 0.2, 0.3]) / [0.4, 0.5, 0.6]
    if preprocessing == "caffe":
        normalised = images[..., ::-1] - [103.939, 116.779, 123.68]
    assert difference(run(images)["maps"], cell_maps(normalised)) < 1e-5


def test_channels_last_are_recognised_by_the_axis_of_three(tmp_path: Path) -> None:
    nodes = [helper.make_node("Transpose", ["image"], ["first"], perm=[0, 3, 1, 2]),
             helper.make_node("Conv", ["first", "kernel"], ["cells"], strides=[4, 4]),
             helper.make_node("Transpose", ["cells"], ["last"], perm=[0, 2, 3, 1])]  # fmt: skip
    path = save_onnx(tmp_path / "m.onnx", nodes, {"last": ("n", "y", "x", CHANNELS)}, ("n", 8, 8, 3))
    network, run = converted(onnx_file, spec(path), tmp_path / "out")
    assert network.input_size == (8, 8)
    assert difference(run(photographs(8, 8))["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5


def test_tokens_become_maps_of_patches_and_the_class_token(tmp_path: Path) -> None:
    network, run = converted(onnx_file, spec(save_tokens(tmp_path / "m.onnx")), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "cls": "vector"}
    outputs = run(photographs(8, 8))
    assert difference(outputs["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5
    assert not outputs["cls"].any()


def test_a_model_of_tokens_of_any_size_takes_the_size_that_is_named(tmp_path: Path) -> None:
    path = save_tokens(tmp_path / "m.onnx", "s")
    network, run = converted(onnx_file, spec(path, preprocessing="unit side=16"), tmp_path / "out")
    assert network.input_size == (16, 16)
    assert difference(run(photographs(16, 16))["maps"], cell_maps(photographs(16, 16) / 255)) < 1e-5


def test_a_layer_is_a_value_or_the_name_of_an_operator(tmp_path: Path) -> None:
    path = save_cells(tmp_path / "m.onnx")
    for layer in ("cells", "convolution"):
        network, run = converted(onnx_file, spec(path, layer=layer, further=("cells",)), tmp_path / "out")
        assert network.outputs == {"maps": "maps", "vector": "vector", "maps1": "maps"}
        outputs = run(photographs(8, 8))
        assert np.array_equal(outputs["maps"], outputs["maps1"])


def test_classes_are_the_last_vector(tmp_path: Path) -> None:
    network, run = converted(onnx_file, spec(save_cells(tmp_path / "m.onnx"), classes=True), tmp_path / "out")
    assert network.outputs["classes"] == "classes"
    outputs = run(photographs(8, 8))
    assert np.array_equal(outputs["classes"], outputs["vector"])


def test_a_model_in_half_precision_takes_and_gives_single_precision(tmp_path: Path) -> None:
    kernel = {"kernel": np.ones((CHANNELS, 3, 4, 4), np.float16)}
    path = save_onnx(tmp_path / "m.onnx", [convolution()], {"cells": ("n", CHANNELS, "y", "x")},
                     constants=kernel, kind=TensorProto.FLOAT16)  # fmt: skip
    _, run = converted(onnx_file, spec(path), tmp_path / "out")
    images = photographs(8, 8)
    expected = (images / 255).reshape(3, 2, 4, 2, 4, 3).sum(axis=(2, 4, 5))[..., None]
    assert run(images)["maps"].dtype == np.float32
    assert difference(run(images)["maps"], expected.repeat(CHANNELS, axis=3)) < 1e-2


@pytest.mark.parametrize("weights", ["other.h5", None])
@pytest.mark.parametrize("name", ["m.onnx", "m.xml", "m.pt", "m.pt2", "m.keras"])
def test_weights_of_a_file_that_holds_its_own_are_refused(name: str, weights: str | None) -> None:
    named = NetworkSpec(name, weights)
    with pytest.raises(HarnessError, match=f"{name}: holds its own weights; leave out weights="):
        find_source(named).identity(named)


def test_weights_beside_the_file_are_part_of_the_identity(tmp_path: Path) -> None:
    model = onnx.load(str(save_cells(tmp_path / "m.onnx")))
    path = tmp_path / "outside.onnx"
    onnx.save_model(model, str(path), save_as_external_data=True, location="weights.bin", size_threshold=0)
    before = onnx_file.identity(spec(path))
    assert set(before) == {"outside.onnx", "weights.bin"}
    _, run = converted(onnx_file, spec(path), tmp_path / "out")
    assert difference(run(photographs(8, 8))["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5
    (tmp_path / "weights.bin").write_bytes((tmp_path / "weights.bin").read_bytes()[::-1])
    assert onnx_file.identity(spec(path)) != before
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(HarnessError, match=r"weights\.bin: cannot be read: No such file"):
        onnx_file.identity(spec(path))


def wrong_models(folder: Path) -> dict[str, tuple[NetworkSpec, str]]:
    """Return models that do not fit, each with the complaint that is expected."""
    path = save_cells(folder / "good.onnx")
    (folder / "half.onnx").write_bytes(path.read_bytes()[:-150])
    (folder / "pickle.onnx").write_bytes(b"\x80\x04K\x01.")
    (folder / "empty.onnx").write_bytes(b"")
    grey = save_onnx(folder / "grey.onnx", [helper.make_node("Relu", ["image"], ["same"])],
                     {"same": ("n", 1, 8, 8)}, ("n", 1, 8, 8))  # fmt: skip
    number = save_onnx(
        folder / "number.onnx", [helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0)], {"mean": ()}
    )
    undefined = save_onnx(folder / "nan.onnx", [convolution()], {"cells": ("n", CHANNELS, "y", "x")},
                          constants={"kernel": np.full((CHANNELS, 3, 4, 4), np.nan, np.float32)})  # fmt: skip
    batch = [convolution(), helper.make_node("Reshape", ["cells", "one"], ["flat"])]
    single = save_onnx(
        folder / "single.onnx", batch, {"flat": (1, 4 * CHANNELS)}, (1, 3, 8, 8), {"one": np.array([1, 4 * CHANNELS])}
    )
    return {
        "truncated": (spec(folder / "half.onnx"), "half.onnx: is no ONNX file, or a damaged one"),
        "a pickle": (spec(folder / "pickle.onnx"), "pickle.onnx: is no ONNX file"),
        "empty": (spec(folder / "empty.onnx"), "empty.onnx: is no ONNX file: it has no operators"),
        "missing": (spec(folder / "none.onnx"), "none.onnx: cannot be read: No such file"),
        "one channel": (spec(grey), "grey.onnx: takes ? x 1 x 8 x 8 instead of images with three colour channels"),
        "a number": (spec(number), "number.onnx: gives no feature maps, tokens or vectors, but mean ()"),
        "NaN": (spec(undefined), "nan.onnx: gives NaN or infinite values as maps"),
        "one image": (spec(single), "single.onnx: takes no batch of several images; export it with a batch axis"),
        "no layer": (spec(path, layer="cell"), "good.onnx: has no output, value or node 'cell'"),
        "no preprocessing": (spec(path, preprocessing=None), "good.onnx: its preprocessing is not known"),
    }


@pytest.mark.parametrize("what", ["truncated", "a pickle", "empty", "missing", "one channel", "a number", "NaN", "one image", "no layer", "no preprocessing"])  # fmt: skip
def test_a_model_that_does_not_fit_is_an_error_of_one_line(tmp_path: Path, what: str) -> None:
    wrong, complaint = wrong_models(tmp_path)[what]
    with pytest.raises(HarnessError) as refused:
        converted(onnx_file, wrong, tmp_path / "out")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_backbone_runs_a_file_whatever_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    pytest.importorskip(engine)
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LANDMARK_ENGINE", engine)
    network = Backbone(str(save_cells(tmp_path / "m.onnx")), preprocessing=UNIT)
    images = photographs(16, 16, 11)
    outputs = network.forward(images)
    assert difference(outputs["maps"], cell_maps(images / 255)) < 1e-5
    assert np.array_equal(network.forward(images[5:6])["vector"], outputs["vector"][5:6])


@pytest.mark.parametrize("what", ["cells", "tokens", "truncated", "one image"])
def test_a_model_is_verified_by_onnx_runtime_where_openvino_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(verification, "find_spec", lambda _: None)
    monkeypatch.setattr(verification, "import_openvino", None)
    if what in ("truncated", "one image"):
        wrong, complaint = wrong_models(tmp_path)[what]
        with pytest.raises(HarnessError) as refused:
            converted(onnx_file, wrong, tmp_path / "out")
        assert complaint in str(refused.value)
        return
    path = save_tokens(tmp_path / "m.onnx") if what == "tokens" else save_cells(tmp_path / "m.onnx")
    _, run = converted(onnx_file, spec(path), tmp_path / "out")
    assert difference(run(photographs(8, 8))["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5
