from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources import transformers_models
from solutions.descriptors.networks.sources.transformers_models import processor_preprocessing
from solutions.descriptors.networks.sources.verification import difference
from tests.factories.models import converted, photographs
from tests.factories.torch_models import normalised

pytestmark = pytest.mark.filterwarnings("ignore")  # of torch and transformers, in their own code
WITHIN = 1e-4
TINY = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "image_size": 32, "patch_size": 8}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "side", "crop", "frame"),
    [
        ({"size": {"height": 224, "width": 224}}, 224, 1.0, "squash"),
        (
            {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True},
            224,
            0.875,
            "crop",
        ),
        (
            {"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True},
            224,
            1.0,
            "crop",
        ),
        ({"size": {"shortest_edge": 224}, "crop_pct": 0.875}, 224, 0.875, "crop"),
        ({"size": {"shortest_edge": 384}, "crop_pct": 0.875}, 384, 1.0, "squash"),
        ({"size": 224}, 224, 1.0, "squash"),
        ({}, None, 1.0, "crop"),
    ],
)
def test_side_and_crop_of_an_image_processor(config: dict, side: int | None, crop: float, frame: str) -> None:
    result = processor_preprocessing(config)
    assert (result.side, result.crop, result.frame) == (side, crop, frame)


def test_numbers_and_interpolation_of_an_image_processor() -> None:
    config = {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6], "resample": 3, "size": 8}
    result = processor_preprocessing(config)
    assert (result.mean, result.std, result.interpolation) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), "bicubic")
    pixels = processor_preprocessing({"do_rescale": False, "do_normalize": False, "size": 8})
    assert np.allclose(pixels.std, 1 / 255)
    assert not any(pixels.mean)
    halved = processor_preprocessing({"rescale_factor": 1 / 127.5, "do_normalize": False, "size": 8})
    assert np.allclose(halved.std, 0.5)


def test_images_that_are_no_squares_are_refused() -> None:
    with pytest.raises(HarnessError, match="takes images of 32 x 16 pixels, not squares"):
        processor_preprocessing({"size": {"height": 16, "width": 32}})


@pytest.fixture
def transformers() -> Any:
    pytest.importorskip("torch")
    return pytest.importorskip("transformers")


def saved(model: Any, folder: Path, processor: Any = None) -> NetworkSpec:
    """Return the network of a model written into a folder, with its image processor."""
    model.eval().save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)
    return NetworkSpec(f"hf:{folder}")


def own_processor(transformers: Any) -> Any:
    return transformers.ViTImageProcessor(size={"height": 32, "width": 32}, image_mean=[0.4, 0.5, 0.6], resample=3)


def test_a_vision_transformer_gives_patches_class_token_and_vector(transformers: Any, tmp_path: Path) -> None:
    import torch

    model = transformers.ViTModel(transformers.ViTConfig(**TINY))
    spec = saved(model, tmp_path / "vit", own_processor(transformers))
    network, run = converted(transformers_models, spec, tmp_path / "out")
    assert network.outputs == {"maps": "maps", "cls": "vector", "vector": "vector"}
    assert network.input_size == (32, 32)
    assert network.preprocessing == {"side": 32, "crop": 1.0, "interpolation": "bicubic", "frame": "squash"}
    images = photographs(32, 32)
    with torch.no_grad():
        expected = model(normalised(images, (0.4, 0.5, 0.6), 0.5))
    tokens = expected.last_hidden_state.numpy()
    outputs = run(images)
    assert difference(outputs["maps"], tokens[:, 1:].reshape(3, 4, 4, 24)) < WITHIN
    assert difference(outputs["cls"], tokens[:, 0]) < WITHIN
    assert difference(outputs["vector"], expected.pooler_output.numpy()) < WITHIN


def test_classes_are_those_of_the_image_classifier(transformers: Any, tmp_path: Path) -> None:
    import torch

    model = transformers.ViTForImageClassification(transformers.ViTConfig(**TINY, num_labels=5))
    spec = saved(model, tmp_path / "vit", own_processor(transformers))
    network, run = converted(transformers_models, NetworkSpec(spec.name, classes=True), tmp_path / "out")
    images = photographs(32, 32)
    with torch.no_grad():
        expected = model(normalised(images, (0.4, 0.5, 0.6), 0.5)).logits.numpy()
    assert network.outputs["classes"] == "classes"
    assert difference(run(images)["classes"], expected) < WITHIN


def test_the_vector_of_a_model_of_images_and_texts_is_that_which_is_compared(transformers: Any, tmp_path: Path) -> None:
    import torch

    texts = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 50,
             "bos_token_id": 0, "eos_token_id": 1}  # fmt: skip
    config = transformers.CLIPConfig(vision_config=TINY, text_config=texts, projection_dim=10)
    model = transformers.CLIPModel(config)
    processor = transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    network, run = converted(transformers_models, saved(model, tmp_path / "clip", processor), tmp_path / "out")
    assert network.preprocessing["frame"] == "crop"
    images = photographs(32, 32)
    pixels = normalised(images, processor.image_mean, processor.image_std)
    with torch.no_grad():
        vector = model.visual_projection(model.vision_model(pixels).pooler_output).numpy()
        tokens = model.vision_model(pixels).last_hidden_state.numpy()
    outputs = run(images)
    assert difference(outputs["vector"], vector) < WITHIN
    assert difference(outputs["maps"], tokens[:, 1:].reshape(3, 4, 4, 24)) < WITHIN


def test_a_convolutional_network_takes_any_size(transformers: Any, tmp_path: Path) -> None:
    import torch

    model = transformers.ResNetModel(
        transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    )
    spec = saved(model, tmp_path / "resnet")
    spec = NetworkSpec(spec.name, preprocessing="half side=32")
    network, run = converted(transformers_models, spec, tmp_path / "out")
    assert (network.outputs, network.input_size) == ({"maps": "maps", "vector": "vector"}, (None, None))
    images = photographs(64, 96)
    with torch.no_grad():
        maps = model(normalised(images)).last_hidden_state.numpy()
    assert difference(run(images)["maps"], maps.transpose(0, 2, 3, 1)) < WITHIN


def test_without_an_image_processor_the_preprocessing_must_be_named(transformers: Any, tmp_path: Path) -> None:
    spec = saved(transformers.ViTModel(transformers.ViTConfig(**TINY)), tmp_path / "vit")
    with pytest.raises(HarnessError, match="its preprocessing is not known; set preprocessing: choose pixels, unit"):
        converted(transformers_models, spec, tmp_path / "out")


def test_files_of_a_folder_are_the_identity(transformers: Any, tmp_path: Path) -> None:
    spec = saved(transformers.ViTModel(transformers.ViTConfig(**TINY)), tmp_path / "vit", own_processor(transformers))
    before = transformers_models.identity(spec)
    assert {"config.json", "model.safetensors", "preprocessor_config.json", "torch", "transformers"} < set(before)
    config = tmp_path / "vit" / "preprocessor_config.json"
    config.write_text(config.read_text().replace("0.4", "0.3"))
    assert transformers_models.identity(spec) != before


def test_code_that_comes_with_a_model_is_not_executed(transformers: Any, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "code.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')")
    (folder / "config.json").write_text(
        '{"model_type": "own", "auto_map": {"AutoConfig": "code.C", "AutoModel": "code.M"}}'
    )
    with pytest.raises(HarnessError, match=r"own: cannot be loaded from the folder, the cache or the hub") as refused:
        converted(transformers_models, NetworkSpec(f"hf:{folder}"), tmp_path / "out")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "executed").exists()


def test_a_folder_with_damaged_weights_is_an_error_of_one_line(transformers: Any, tmp_path: Path) -> None:
    spec = saved(transformers.ViTModel(transformers.ViTConfig(**TINY)), tmp_path / "vit", own_processor(transformers))
    weights = tmp_path / "vit" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(HarnessError, match="cannot be loaded from the folder, the cache or the hub") as refused:
        converted(transformers_models, spec, tmp_path / "out")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["no/such/folder", "./none"])
def test_a_name_that_is_no_folder_and_no_model_of_the_hub_is_an_error_of_one_line(
    transformers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HarnessError, match="is no folder, and neither in the cache of Hugging Face nor") as refused:
        transformers_models.identity(NetworkSpec(f"hf:{name}"))
    assert "\n" not in str(refused.value)
