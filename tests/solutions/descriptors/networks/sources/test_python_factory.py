"""Tests of `solutions.descriptors.networks.sources.python_factory` and `solutions.descriptors.networks.sources.packages`."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources import keras_networks, packages, python_factory
from solutions.descriptors.networks.sources.verification import difference
from tests.factories.models import cell_maps, converted, photographs, save_cells

Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the module `own_models` into the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def write(code: str) -> None:
        monkeypatch.delitem(sys.modules, "own_models", raising=False)
        (tmp_path / "own_models.py").write_text(code)

    return write


def test_a_path_and_its_preprocessing_name_a_model(write: Write, tmp_path: Path) -> None:
    path = save_cells(tmp_path / "m.onnx")
    write(f"def build():\n    return {str(path)!r}, 'unit'")
    network, run = converted(python_factory, NetworkSpec("own_models:build"), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "vector": "vector"}
    assert difference(run(photographs(8, 8))["maps"], cell_maps(photographs(8, 8) / 255)) < 1e-5
    spec = NetworkSpec("own_models:build", preprocessing="half")
    _, run = converted(python_factory, spec, tmp_path / "out")
    assert difference(run(photographs(8, 8))["maps"], cell_maps(photographs(8, 8) / 127.5 - 1)) < 1e-5


def test_the_function_is_called_with_the_file_of_weights(write: Write, tmp_path: Path) -> None:
    path = save_cells(tmp_path / "m.onnx")
    write("def build(file):\n    return file, 'unit'")
    network, _ = converted(python_factory, NetworkSpec("own_models:build", str(path)), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "vector": "vector"}


def test_code_and_file_of_weights_are_the_identity(write: Write, tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"1")
    write("def build():\n    return None")
    facts = python_factory.identity(NetworkSpec("own_models:build", str(tmp_path / "w")))
    assert set(facts) == {"code", "weights"}
    assert python_factory.identity(NetworkSpec("own_models:build"))["weights"] == "imagenet"
    with pytest.raises(HarnessError, match="none: cannot be read"):
        python_factory.identity(NetworkSpec("own_models:build", str(tmp_path / "none")))
    with pytest.raises(HarnessError, match="not_there:build: there is no module 'not_there'"):
        python_factory.identity(NetworkSpec("not_there:build"))


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("def build():\n    raise RuntimeError('two\\nlines')", "own_models:build: raises RuntimeError: two"),
        ("def build():\n    return 3", "own_models:build: returns int, not a module of torch"),
        ("def build():\n    return None", "own_models:build: returns NoneType, not a module of torch"),
        ("def build():\n    return 'lite0'", "own_models:build: returns 'lite0', which is no model file"),
        ("def build():\n    return 'none.onnx', 'unit'", "cannot be read: No such file"),
        ("build = 3", "own_models:build: raises TypeError"),
        ("other = 3", "own_models:build: raises AttributeError"),
        ("def build(:", "own_models:build: raises SyntaxError"),
    ],
)
def test_a_function_that_gives_no_model_is_an_error_of_one_line(
    write: Write, tmp_path: Path, code: str, complaint: str
) -> None:
    write(code)
    with pytest.raises(HarnessError) as refused:
        converted(python_factory, NetworkSpec("own_models:build"), tmp_path / "out")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_only_names_of_the_form_module_and_function_are_accepted() -> None:
    accepted = [
        name
        for name in ("a:b", "a.b:c", "lite0", "timm", "a/b:c", "C:\\m.onnx")
        if python_factory.accepts(NetworkSpec(name))
    ]
    assert accepted == ["a:b", "a.b:c"]


TORCH = """
import torch

def build():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 5, 4, stride=4), torch.nn.ReLU()).eval(), "half side=32"
"""


@pytest.mark.filterwarnings("ignore")
def test_a_module_of_torch_and_its_layers_are_converted(write: Write, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    write(TORCH)
    network, run = converted(python_factory, NetworkSpec("own_models:build", further=("0",)), tmp_path / "out")
    assert network.outputs == {"maps": "maps", "maps1": "maps"}
    outputs = run(photographs(32, 64))
    with torch.no_grad():
        images = torch.from_numpy(photographs(32, 64) / 127.5 - 1).permute(0, 3, 1, 2).float()
        expected = sys.modules["own_models"].build()[0](images).permute(0, 2, 3, 1).numpy()
    assert difference(outputs["maps"], expected) < 1e-4
    assert (outputs["maps1"] < 0).any()


KERAS = """
import keras

def build():
    image = keras.Input((None, None, 3))
    return keras.Model(image, keras.layers.Conv2D(4, 1, kernel_initializer="ones", name="maps")(image))
"""


@pytest.mark.filterwarnings("ignore")
def test_a_model_of_keras_is_converted(write: Write, tmp_path: Path) -> None:
    write(KERAS)
    network, run = converted(python_factory, NetworkSpec("own_models:build"), tmp_path / "out")
    assert network.outputs == {"maps": "maps"}
    images = photographs(8, 8)
    assert difference(run(images)["maps"], images.sum(axis=3, keepdims=True).repeat(4, axis=3)) < 1e-5


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    assert packages.installed_versions_of("numpy")["numpy"]
    with pytest.raises(
        HarnessError, match=r"needs no-such-package, which is not installed; install it with: .*pip install"
    ):
        packages.installed_versions_of("no-such-package")


@pytest.mark.filterwarnings("ignore")
def test_pixels_of_a_model_of_keras_are_preprocessed_as_named(write: Write, tmp_path: Path) -> None:
    write(KERAS)
    spec = NetworkSpec("own_models:build", preprocessing="unit side=8 interpolation=bicubic")
    network, run = converted(python_factory, spec, tmp_path / "out")
    assert (network.preprocessing or {})["side"] == 8
    images = photographs(8, 8)
    assert difference(run(images)["maps"], (images / 255).sum(axis=3, keepdims=True).repeat(4, axis=3)) < 1e-5


def test_a_network_of_keras_applications_has_its_own_preprocessing(tmp_path: Path) -> None:
    spec = NetworkSpec("lite0", None, preprocessing="unit")
    with pytest.raises(HarnessError, match="lite0 has its own preprocessing; leave out preprocessing="):
        converted(keras_networks, spec, tmp_path / "out")
