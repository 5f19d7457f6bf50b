"""Tests of `solutions.descriptors.networks.sources.timm_models` and of layers by name:
`solutions.descriptors.networks.sources.torch_layers`.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources import timm_models
from solutions.descriptors.networks.sources.verification import difference
from tests.factories.models import converted, photographs
from tests.factories.torch_models import normalised

pytestmark = pytest.mark.filterwarnings("ignore")  # of torch, in its own code
torch: Any = pytest.importorskip("torch")
timm: Any = pytest.importorskip("timm")
WITHIN = 1e-4
SMALL = {
    "vit": ("vit_tiny_patch16_224", {"depth": 2, "embed_dim": 24, "num_heads": 2, "img_size": 32, "num_classes": 7}),
    "registers": ("vit_small_patch14_reg4_dinov2", {"depth": 2, "embed_dim": 24, "num_heads": 2, "img_size": 42}),
    "resnet": ("resnet10t", {"num_classes": 7}),
}


def small_model(name: str) -> Any:
    """Return a small model of timm with random weights."""
    architecture, changes = SMALL[name]
    torch.manual_seed(3)
    model = timm.create_model(architecture, pretrained=False, **changes).eval()
    side = changes.get("img_size", 64)
    model.pretrained_cfg = {**model.pretrained_cfg, "input_size": (3, side, side), "mean": (0.4, 0.5, 0.6)}
    return model


@pytest.fixture
def create(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let timm create one of the small models."""

    def use(name: str) -> Any:
        model = small_model(name)
        monkeypatch.setattr(timm_models, "load_model", lambda _: model)
        return model

    return use


def features_of(model: Any, images: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return features, pooled vector and class scores as timm computes them."""
    config = timm.data.resolve_model_data_config(model)
    with torch.no_grad():
        features = model.forward_features(normalised(images, config["mean"], config["std"]))
        pooled, scores = model.forward_head(features, pre_logits=True), model.forward_head(features)
    return features.numpy(), pooled.numpy(), scores.numpy()


def test_a_vision_transformer_gives_patches_class_token_vector_and_classes(create: Any, tmp_path: Path) -> None:
    model = create("vit")
    spec = NetworkSpec("timm:vit", None, classes=True, further=("blocks.0",))
    network, run = converted(timm_models, spec, tmp_path / "out")
    assert network.outputs == {
        "maps": "maps",
        "cls": "vector",
        "vector": "vector",
        "classes": "classes",
        "maps1": "maps",
    }
    assert network.input_size == (32, 32)
    expected = {"side": 32, "crop": 0.9, "interpolation": "bicubic", "frame": "crop"}
    assert network.preprocessing == expected
    images = photographs(32, 32)
    tokens, pooled, scores = features_of(model, images)
    outputs = run(images)
    assert difference(outputs["maps"], tokens[:, 1:].reshape(3, 2, 2, 24)) < WITHIN
    assert difference(outputs["cls"], tokens[:, 0]) < WITHIN
    assert difference(outputs["vector"], pooled) < WITHIN
    assert difference(outputs["classes"], scores) < WITHIN
    with torch.no_grad():
        first = model.blocks[0](
            model.pos_drop(model._pos_embed(model.patch_embed(normalised(images, (0.4, 0.5, 0.6), (0.5, 0.5, 0.5)))))
        )
    assert difference(outputs["maps1"], first.numpy()[:, 1:].reshape(3, 2, 2, 24)) < WITHIN


def test_registers_are_no_patches(create: Any, tmp_path: Path) -> None:
    model = create("registers")
    _, run = converted(timm_models, NetworkSpec("timm:registers", None), tmp_path / "out")
    tokens, *_ = features_of(model, photographs(42, 42))
    outputs = run(photographs(42, 42))
    assert tokens.shape == (3, 5 + 9, 24)
    assert difference(outputs["maps"], tokens[:, 5:].reshape(3, 3, 3, 24)) < WITHIN
    assert difference(outputs["cls"], tokens[:, 0]) < WITHIN


def test_a_convolutional_network_takes_any_size(create: Any, tmp_path: Path) -> None:
    model = create("resnet")
    network, run = converted(timm_models, NetworkSpec("timm:resnet", None, preprocessing="side=32"), tmp_path / "out")
    assert (network.outputs, network.input_size) == ({"maps": "maps", "vector": "vector"}, (None, None))
    assert network.preprocessing["side"] == 32
    for height, width in ((32, 32), (64, 96)):
        images = photographs(height, width)
        maps, pooled, _ = features_of(model, images)
        outputs = run(images)
        assert difference(outputs["maps"], maps.transpose(0, 2, 3, 1)) < WITHIN
        assert difference(outputs["vector"], pooled) < WITHIN


def test_weights_of_a_file_are_set(tmp_path: Path) -> None:
    model = timm.create_model("resnet10t", pretrained=False)
    torch.save({"state_dict": model.state_dict()}, tmp_path / "w.pth")
    loaded = timm_models.load_model(NetworkSpec("timm:resnet10t", str(tmp_path / "w.pth")))
    assert all(torch.equal(each, loaded.state_dict()[name]) for name, each in model.state_dict().items())
    spec = NetworkSpec("timm:resnet10t", str(tmp_path / "w.pth"))
    assert set(timm_models.identity(spec)) == {"weights", "torch", "timm"}
    assert len(timm_models.identity(spec)["weights"]) == 64


class Harm:
    """A pickle that writes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def wrong(folder: Path) -> dict[str, tuple[NetworkSpec, str]]:
    """Return models that do not exist or do not fit, each with the complaint that is expected."""
    torch.save(Harm(folder / "executed"), folder / "harm.pth")
    torch.save({"a": torch.zeros(1)}, folder / "other.pth")
    return {
        "name": (NetworkSpec("timm:resnet10", None), "timm:resnet10: timm has no model 'resnet10'; perhaps resnet10t?"),
        "pickle": (NetworkSpec("timm:resnet10t", str(folder / "harm.pth")), "harm.pth: contains no weights of this model"),
        "weights": (NetworkSpec("timm:resnet10t", str(folder / "other.pth")), "other.pth: contains no weights of this model"),
        "layer": (NetworkSpec("timm:resnet10t", None, layer="layer5"), "has no layer 'layer5'; perhaps layer"),
        "text": (NetworkSpec("timm:resnet10t", None, preprocessing="vgg"), "'vgg' is unknown; choose pixels, unit"),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["name", "pickle", "weights", "layer", "text"])
def test_what_does_not_exist_or_fit_is_an_error_of_one_line(tmp_path: Path, what: str) -> None:
    spec, complaint = wrong(tmp_path)[what]
    with pytest.raises(HarnessError) as refused:
        converted(timm_models, spec, tmp_path / "out")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "executed").exists()


def test_missing_weights_without_a_network_connection_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timm.create_model", lambda *_, **__: (_ for _ in ()).throw(OSError("no connection\nRetry")))
    with pytest.raises(
        HarnessError, match=r"timm:resnet10t: its weights are neither in the cache nor can be fetched; .*no conn"
    ):
        converted(timm_models, NetworkSpec("timm:resnet10t"), tmp_path / "out")
