"""Tests of `solutions.descriptors.networks.sources.torch_file`, `solutions.descriptors.networks.sources.torch_archive`,
`solutions.descriptors.networks.sources.torch_export` and
`solutions.descriptors.networks.sources.torchscript_to_openvino`.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources import torch_file
from solutions.descriptors.networks.sources.verification import difference
from tests.factories.models import converted, photographs
from tests.factories.torch_models import normalised, residual_network, vision_transformer

pytestmark = pytest.mark.filterwarnings("ignore")  # of torch, in its own code
torch: Any = pytest.importorskip("torch")
WITHIN = 1e-4


def saved(model: Any, path: Path, side: int = 32) -> NetworkSpec:
    """Return the network of a model written as a file: traced, or exported with sizes that vary."""
    images = torch.zeros(2, 3, side, side)
    if path.suffix == ".pt2":
        axes = dict.fromkeys((0, 2, 3), torch.export.Dim.AUTO)
        torch.export.save(torch.export.export(model, (images,), dynamic_shapes=(axes,)), path)
    else:
        torch.jit.save(torch.jit.trace(model, images, check_trace=False), path)
    return NetworkSpec(str(path), preprocessing=f"half side={side}")


def expected(model: Any, images: np.ndarray) -> list[np.ndarray]:
    with torch.no_grad():
        outputs = model(normalised(images))
    return [each.numpy() for each in (outputs if isinstance(outputs, tuple) else (outputs,))]


@pytest.mark.parametrize("suffix", [".pt", ".ts", ".pt2"])
def test_a_residual_network_agrees_with_torch_at_any_size(tmp_path: Path, suffix: str) -> None:
    model = residual_network()
    network, run = converted(torch_file, saved(model, tmp_path / f"m{suffix}"), tmp_path / "out")
    assert (network.outputs, network.input_size) == ({"maps": "maps", "vector": "vector"}, (None, None))
    assert network.file == "network.onnx"
    for height, width in ((32, 32), (64, 96)):
        images = photographs(height, width)
        maps, scores = expected(model, images)
        outputs = run(images)
        assert difference(outputs["maps"], maps.transpose(0, 2, 3, 1)) < WITHIN
        assert difference(outputs["vector"], scores) < WITHIN


@pytest.mark.parametrize("suffix", [".pt", ".pt2"])
def test_a_transformer_agrees_with_torch_at_its_own_size(tmp_path: Path, suffix: str) -> None:
    model = vision_transformer(prefix=3)
    network, run = converted(torch_file, saved(model, tmp_path / f"m{suffix}"), tmp_path / "out")
    assert (network.outputs, network.input_size) == ({"maps": "maps", "cls": "vector"}, (32, 32))
    images = photographs(32, 32)
    (tokens,) = expected(model, images)
    assert difference(run(images)["maps"], tokens[:, 3:].reshape(3, 4, 4, 12)) < WITHIN
    assert difference(run(images)["cls"], tokens[:, 0]) < WITHIN


def test_torchscript_that_onnx_does_not_take_is_read_by_openvino(tmp_path: Path) -> None:
    class Attention(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = torch.nn.Conv2d(3, 8, 4, stride=4)
            self.attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x: Any) -> Any:
            x = self.stem(x).flatten(2).transpose(1, 2)
            return self.attention(x, x, x, need_weights=False)[0].mean(1)

    torch.backends.mha.set_fastpath_enabled(False)
    torch.manual_seed(0)
    model = Attention().eval()
    network, run = converted(torch_file, saved(model, tmp_path / "m.pt"), tmp_path / "out")
    images = photographs(32, 32)
    assert network.outputs == {"vector": "vector"}
    assert difference(run(images)["vector"], expected(model, images)[0]) < WITHIN


class Harm:
    """A pickle that writes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def rewritten(path: Path, name: str, change: Any) -> NetworkSpec:
    """Return the network of an archive after a change of one of its JSON documents."""
    other = path.with_name(f"{change.__name__}{path.suffix}")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(other, "w") as copy:
        for each in archive.namelist():
            content = archive.read(each)
            copy.writestr(each, json.dumps(change(json.loads(content))) if each.endswith(name) else content)
    return NetworkSpec(str(other), preprocessing="half side=32")


def harmful(folder: Path) -> dict[str, tuple[NetworkSpec, str]]:
    """Return files that would execute code or are damaged, each with the complaint that is expected."""
    mark = folder / "executed"
    spec = NetworkSpec("", preprocessing="half side=32")
    for name in ("module.pt", "module.pt2"):
        torch.save(Harm(mark), folder / name)
    torch.save(residual_network().state_dict(), folder / "weights.pt")
    torch.save(Harm(mark), folder / "legacy.pt", _use_new_zipfile_serialization=False)
    exported = Path(saved(residual_network(), folder / "good.pt2").name)
    traced = Path(saved(residual_network(), folder / "good.pt").name)
    (folder / "half.pt").write_bytes(traced.read_bytes()[:900])
    (folder / "half.pt2").write_bytes(exported.read_bytes()[:900])
    (folder / "object.pt2").write_bytes(exported.read_bytes())
    with zipfile.ZipFile(folder / "object.pt2", "a") as archive:
        archive.writestr("good/data/constants/opaque_obj_0", b"\x80\x04K\x01.")

    def calls_system(program: Any) -> Any:
        program["graph_module"]["graph"]["nodes"][0]["target"] = "torch.serialization.os.system"
        return program

    def computes_sizes(program: Any) -> Any:
        program["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][0] = {
            "as_expr": {"expr_str": "exec('1')", "hint": None}
        }
        return program

    def pickles_weights(config: Any) -> Any:
        next(iter(config["config"].values()))["use_pickle"] = True
        return config

    named = {name: NetworkSpec(str(folder / name), preprocessing=spec.preprocessing)
             for name in ("module.pt", "module.pt2", "weights.pt", "legacy.pt", "half.pt", "half.pt2", "object.pt2")}  # fmt: skip
    return {
        "module.pt": (named["module.pt"], "is a pickled object, which would execute code"),
        "module.pt2": (named["module.pt2"], "is a pickled object, which would execute code"),
        "weights.pt": (named["weights.pt"], "is a pickled object, which would execute code"),
        "legacy.pt": (named["legacy.pt"], "is a pickled object, which would execute code"),
        "half.pt": (named["half.pt"], "is no archive of torch, or a damaged one"),
        "half.pt2": (named["half.pt2"], "is no archive of torch, or a damaged one"),
        "object.pt2": (named["object.pt2"], "is no file of torch.export, or holds more than one: data/constants/opaque"),
        "system": (rewritten(exported, "model.json", calls_system), "calls 'torch.serialization.os.system', which is no op"),
        "sizes": (rewritten(exported, "model.json", computes_sizes), "has a size \"exec('1')\", which is no arithmetic"),
        "weights": (rewritten(exported, "weights_config.json", pickles_weights), "is a pickled object, which would execute"),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["module.pt", "module.pt2", "weights.pt", "legacy.pt", "half.pt", "half.pt2", "object.pt2", "system", "sizes", "weights"])  # fmt: skip
def test_nothing_that_a_file_holds_is_executed(tmp_path: Path, what: str) -> None:
    spec, complaint = harmful(tmp_path)[what]
    with pytest.raises(HarnessError) as refused:
        converted(torch_file, spec, tmp_path / "out")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "executed").exists()


def wrong_models(folder: Path) -> dict[str, tuple[NetworkSpec, str]]:
    """Return models that do not fit, each with the complaint that is expected."""
    traced = saved(vision_transformer(), folder / "m.pt")
    images = torch.zeros(2, 3, 32, 32)
    torch.export.save(torch.export.export(residual_network(), (images,)), folder / "two.pt2")
    grey = torch.nn.Conv2d(1, 2, 3)
    torch.jit.save(torch.jit.trace(grey, images[:, :1]), folder / "grey.pt")
    return {
        "other size": (NetworkSpec(traced.name, preprocessing="unit"), "m.pt: takes no images of 224 x 224 pixels; name their side"),
        "batch": (NetworkSpec(str(folder / "two.pt2"), preprocessing="unit"), "two.pt2: takes batches of 2 images only"),
        "grey": (NetworkSpec(str(folder / "grey.pt"), preprocessing="unit"), "grey.pt: takes no images of 224 x 224 pixels"),
        "layer": (NetworkSpec(traced.name, layer="blocks", preprocessing="unit"), "files of torch have no layers that can be named"),
        "preprocessing": (NetworkSpec(traced.name), "m.pt: its preprocessing is not known"),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["other size", "batch", "grey", "layer", "preprocessing"])
def test_a_model_that_does_not_fit_is_an_error_of_one_line(tmp_path: Path, what: str) -> None:
    spec, complaint = wrong_models(tmp_path)[what]
    with pytest.raises(HarnessError) as refused:
        converted(torch_file, spec, tmp_path / "out")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_file_and_the_version_of_torch_are_the_identity(tmp_path: Path) -> None:
    spec = saved(residual_network(), tmp_path / "m.pt")
    assert set(torch_file.identity(spec)) == {"file", "torch"}
    Path(spec.name).unlink()
    with pytest.raises(HarnessError, match=r"m\.pt: cannot be read: No such file"):
        torch_file.identity(spec)
