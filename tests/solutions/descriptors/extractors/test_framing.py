from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from harness import HarnessError
from solutions.descriptors.extractors.framing import Framing, network_framing, torch_square
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.extractors.square import SquareExtractor, frame_image, to_square
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.sources.verification import difference
from solutions.descriptors.pooling.poolings import gem
from tests.factories.models import cell_maps, photographs, save_cells, save_tokens

SIZES = [(40, 60), (60, 40), (37, 53), (16, 90), (9, 9)]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))


def slow_square(image: np.ndarray, side: int, resized: int, method: Image.Resampling) -> np.ndarray:
    """Return the middle of an image whose shorter side is resized, written down step by step."""
    height, width = image.shape[:2]
    if height < width:
        height, width = resized, int(resized * width / height)
    else:
        height, width = int(resized * height / width), resized
    whole = np.asarray(Image.fromarray(image).resize((width, height), method))
    return whole[round((height - side) / 2) :, round((width - side) / 2) :][:side, :side]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos", "box"])
def test_a_square_is_the_middle_of_the_resized_photograph(size: tuple[int, int], interpolation: str) -> None:
    image = photographs(*size)[0]
    result = torch_square(image, Framing(14, crop=0.875, interpolation=interpolation))
    assert np.array_equal(result, slow_square(image, 14, 16, Image.Resampling[interpolation.upper()]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("crop", [0.875, 0.9, 1.0, 224 / 232])
def test_squares_are_those_of_the_transforms_of_torchvision(size: tuple[int, int], crop: float) -> None:
    transforms: Any = pytest.importorskip("torchvision.transforms")
    mode, image = transforms.InterpolationMode.BICUBIC, photographs(*size)[0]
    usual = transforms.Compose([transforms.Resize(int(28 / crop + 1e-6), mode), transforms.CenterCrop(28)])
    framing = Framing(28, crop=crop, interpolation="bicubic")
    assert np.array_equal(torch_square(image, framing), np.asarray(usual(Image.fromarray(image))))


def test_a_squashed_photograph_is_resized_on_both_sides_before_its_middle() -> None:
    image = photographs(40, 60)[0]
    whole = np.asarray(Image.fromarray(image).resize((16, 16), Image.Resampling.BILINEAR))
    result = torch_square(image, Framing(14, "squash", 0.875, "bilinear"))
    assert np.array_equal(result, whole[1:15, 1:15])


def test_a_network_without_a_configuration_is_framed_as_before() -> None:
    image = photographs(40, 60)[0]
    framing = network_framing(Backbone(weights=None), None, None)
    assert framing == Framing(224, "crop")
    assert framing.reduce_to == 224
    assert np.array_equal(frame_image(image, framing), to_square(image, 224, "crop"))
    assert network_framing(Backbone(weights=None), 64, "squash") == Framing(64, "squash")


def test_side_crop_and_interpolation_come_from_the_configuration(tmp_path: Path) -> None:
    text = "unit side=16 crop=0.8 interpolation=bicubic frame=squash"
    network = Backbone(str(save_cells(tmp_path / "m.onnx")), preprocessing=text)
    assert network_framing(network, None, None) == Framing(16, "squash", 0.8, "bicubic")
    assert network_framing(network, 32, None) == Framing(32, "squash", 0.8, "bicubic")
    assert network_framing(network, 32, "crop") == Framing(32, "crop", 1.0, "bicubic")
    assert network_framing(network, None, None).reduce_to is None


def test_a_network_with_an_input_of_one_size_is_given_that_size(tmp_path: Path) -> None:
    network = Backbone(str(save_tokens(tmp_path / "m.onnx")), preprocessing="unit")
    assert network_framing(network, None, None) == Framing(8, "crop")


def test_poolings_of_maps_and_vectors_are_those_of_the_network(tmp_path: Path) -> None:
    extractor = SquareExtractor(
        str(save_cells(tmp_path / "m.onnx")), poolings=("gem", "mean", "vector"),
        preprocessing="unit side=16 crop=0.5 interpolation=bilinear",
    )  # fmt: skip
    images = [photographs(40, 60)[0], photographs(30, 20)[1]]
    rows = extractor.describe([extractor.transform(each) for each in images])
    maps = cell_maps(np.stack([torch_square(each, extractor.framing) for each in images]) / 255)
    assert difference(rows["gem"], gem(maps)) < 1e-5
    assert difference(rows["mean"], maps.mean(axis=(1, 2))) < 1e-5
    assert difference(rows["vector"], rows["mean"]) < 1e-5


def test_the_class_token_is_a_descriptor(tmp_path: Path) -> None:
    extractor = SquareExtractor(str(save_tokens(tmp_path / "m.onnx")), poolings=("cls", "gem"), preprocessing="unit")
    rows = extractor.describe([extractor.transform(each) for each in photographs(40, 60, 2)])
    assert not rows["cls"].any()
    assert rows["gem"].shape == (2, 5)


def test_a_pooling_that_does_not_fit_the_outputs_names_those_that_do(tmp_path: Path) -> None:
    cells, tokens = str(save_cells(tmp_path / "cells.onnx")), str(save_tokens(tmp_path / "tokens.onnx"))
    image = photographs(8, 8)[0]
    with pytest.raises(
        HarnessError,
        match="no class token; it gives a vector and feature maps or patches: choose vector, gem, mean",
    ):
        SquareExtractor(cells, 8, ("cls",), preprocessing="unit").describe([image])
    with pytest.raises(
        HarnessError,
        match="no vector; it gives a class token and feature maps or patches: choose cls, gem, mean",
    ):
        SquareExtractor(tokens, 8, ("vector",), preprocessing="unit").describe([image])


def test_a_side_that_the_network_does_not_take_is_an_error_that_names_its_own(tmp_path: Path) -> None:
    tokens = str(save_tokens(tmp_path / "m.onnx"))
    with pytest.raises(HarnessError, match=r"m\.onnx takes images of 8 x 8 pixels; set side=8 in a solution"):
        SquareExtractor(tokens, 16, ("cls",), preprocessing="unit").describe([photographs(16, 16)[0]])
    with pytest.raises(HarnessError, match=r"8 x 8 pixels, not photographs in their own proportions"):
        MultiscaleExtractor(tokens, 64, ("mac",), preprocessing="unit").describe([photographs(40, 60)[0]])


def test_vectors_are_averaged_over_scales_and_mirror_images(tmp_path: Path) -> None:
    cells = str(save_cells(tmp_path / "m.onnx"))
    extractor = MultiscaleExtractor(cells, 64, ("vector", "mean"), (1.0, 0.5), flip=True, preprocessing="unit")
    rows = extractor.describe([photographs(64, 64)[0]])
    assert difference(rows["vector"], rows["mean"]) < 1e-5
