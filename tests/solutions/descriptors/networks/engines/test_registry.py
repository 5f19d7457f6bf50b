"""Tests of `solutions.descriptors.networks.engines.registry`, `solutions.descriptors.networks.engines.engine`,
`solutions.descriptors.networks.engines.openvino_engine`, `solutions.descriptors.networks.engines.onnxruntime_engine`,
`solutions.descriptors.networks.engines.keras_engine` and `solutions.descriptors.networks.package_versions`.
"""

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.engines import registry
from solutions.descriptors.networks.engines.registry import ENGINES, find_engine
from solutions.descriptors.networks.package_versions import package_version

SIDE = 64


@pytest.fixture(autouse=True)
def _no_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDMARK_ENGINE", raising=False)
    monkeypatch.setenv("LANDMARK_DEVICE", "cpu")


def pixels(n: int, height: int = SIDE, width: int = SIDE) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def require_engine(name: str) -> None:
    if not any(map(package_version, ENGINES[name].packages())):
        pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize(
    ("installed", "name"),
    [
        (("openvino", "onnxruntime", "jax"), "openvino"),
        (("onnxruntime-gpu", "torch"), "onnxruntime"),
        (("jax",), "keras"),
    ],
)
def test_the_first_installed_engine_runs(
    monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], name: str
) -> None:
    monkeypatch.setattr(registry, "package_version", lambda package: "1" if package in installed else None)
    assert find_engine() is ENGINES[name]


def test_a_named_engine_runs_if_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "package_version", lambda package: "1" if package != "onnxruntime-gpu" else None)
    monkeypatch.setenv("LANDMARK_ENGINE", "onnxruntime")
    assert find_engine() is ENGINES["onnxruntime"]
    monkeypatch.setattr(registry, "package_version", lambda package: "1" if package == "openvino" else None)
    with pytest.raises(HarnessError, match="LANDMARK_ENGINE=onnxruntime: it is not installed"):
        find_engine()


def test_an_engine_that_does_not_exist_or_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "package_version", lambda package: None)
    with pytest.raises(HarnessError, match="networks need openvino or onnxruntime; install them with: "):
        find_engine()
    monkeypatch.setenv("LANDMARK_ENGINE", "caffe")
    with pytest.raises(HarnessError, match="LANDMARK_ENGINE='caffe' is no engine; set it to openvino, onnxruntime, k"):
        find_engine()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ENGINES))
def test_rows_are_the_same_bits_in_any_batch_order_and_thread(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    require_engine(name)
    monkeypatch.setenv("LANDMARK_ENGINE", name)
    images, network = pixels(9, 96, 96), Backbone()  # batches are filled up, so few calls are enough
    expected = network.forward(images)["maps"]
    with ThreadPoolExecutor(4) as pool:
        for size in (1, 4, 8):
            starts = range(0, len(images), size)
            parts = pool.map(lambda start, size=size: network.forward(images[start : start + size])["maps"], starts)
            assert np.array_equal(np.concatenate(list(parts)), expected)
    order = np.random.default_rng(1).permutation(len(images))
    network.forward(pixels(2, 32, 160))  # another size between
    assert np.array_equal(network.forward(images[order])["maps"], expected[order])


SCRIPT = """
import sys
import numpy as np
from solutions.descriptors.networks.backbone import Backbone
images = np.random.default_rng(7).integers(0, 256, (5, 64, 96, 3), dtype=np.uint8)
networks = {"imagenet": Backbone(classes=True), "random": Backbone("MobileNetV2", None)}
outputs = {name: networks[name].forward(images) for name in sys.argv[2:]}
np.savez(sys.argv[1], **{f"{name} {key}": rows for name, maps in outputs.items() for key, rows in maps.items()})
"""


def described_by(folder: Path, *networks: str, **variables: str) -> dict[str, np.ndarray]:
    """Return what a process of its own gives with these environment variables; it must not say a word."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")} | variables
    file = folder / f"{list(variables.values())[-1]}.npz"
    command = [sys.executable, "-c", SCRIPT, str(file), *networks]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    with np.load(file) as result:
        return dict(result)


@pytest.mark.slow
def test_rows_are_the_same_bits_with_any_number_of_jobs(tmp_path: Path) -> None:
    one, three = (described_by(tmp_path, "imagenet", LANDMARK_JOBS=jobs) for jobs in "13")
    assert all(np.array_equal(one[name], three[name]) for name in one)


@pytest.fixture(scope="module")
def rows_of_openvino(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return described_by(tmp_path_factory.mktemp("openvino"), "imagenet", "random", LANDMARK_ENGINE="openvino")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnxruntime", "tensorflow", "jax", "torch"])
def test_engines_agree_and_print_nothing(tmp_path: Path, rows_of_openvino: dict[str, np.ndarray], name: str) -> None:
    if not importlib.util.find_spec(name):
        pytest.skip(f"{name} is not installed")
    engine = {"LANDMARK_ENGINE": name} if name == "onnxruntime" else {"LANDMARK_ENGINE": "keras", "KERAS_BACKEND": name}
    networks = ["imagenet"] if name == "jax" else ["imagenet", "random"]  # jax compiles a network for ten seconds
    other = described_by(tmp_path, *networks, **engine)
    assert {array.split()[0] for array in other} == {*networks}
    for array, result in other.items():
        assert np.abs(result - rows_of_openvino[array]).max() < 1e-3, array


@pytest.mark.slow
def test_two_processes_at_once_share_one_conversion(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(
            lambda number: described_by(tmp_path, "imagenet", LANDMARK_CACHE=str(cache), NUMBER=number), "12"
        )
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert len([each for each in (cache / "networks").iterdir() if each.is_dir()]) == 1


@pytest.mark.slow
def test_half_precision_is_close_and_named_in_the_key() -> None:
    require_engine("openvino")
    images = pixels(2)
    exact, rounded = (Backbone(precision=precision).forward(images)["maps"] for precision in ("float32", "bf16"))
    assert rounded.dtype == np.float32
    cosine = (exact * rounded).sum() / np.linalg.norm(exact) / np.linalg.norm(rounded)
    assert cosine > 0.98


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("onnxruntime", "ONNX Runtime computes in float32"), ("keras", "needs OpenVINO or an accelerator")],
)
def test_half_precision_needs_an_engine_that_has_it(monkeypatch: pytest.MonkeyPatch, name: str, complaint: str) -> None:
    require_engine(name)
    monkeypatch.setenv("LANDMARK_ENGINE", name)
    with pytest.raises(HarnessError, match=complaint):
        Backbone(precision="bf16").forward(pixels(1))


def test_versions_of_packages_are_read_without_importing_them() -> None:
    assert package_version("numpy") == np.__version__
    assert package_version("no-such-package") is None
