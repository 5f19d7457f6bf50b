import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.preprocessing import NAMED, Preprocessing, preprocessing_of
from solutions.descriptors.networks.sources.operators import pixel_operators

OWN = Preprocessing((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), side=64, crop=0.9, interpolation="bicubic", frame="squash")


def applied(preprocessing: Preprocessing, pixels: np.ndarray) -> np.ndarray:
    """Return pixels (n, h, w, 3) after the operators before a model with channels last."""
    for operator in pixel_operators(preprocessing, channels_last=True):
        if operator.kind == "Gather":
            pixels = np.take(pixels, operator.constant, axis=3)
        else:
            pixels = pixels * operator.constant if operator.kind == "Mul" else pixels + operator.constant
    return pixels


@pytest.mark.parametrize("name", NAMED)
def test_named_preprocessings_are_those_of_their_sources(name: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 2, 2, 3)).astype(np.float32)
    expected = {
        "pixels": pixels,
        "unit": pixels / 255,
        "half": pixels / 127.5 - 1,
        "imagenet": (pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
        "clip": (pixels / 255 - [0.48145466, 0.4578275, 0.40821073]) / [0.26862954, 0.26130258, 0.27577711],
        "caffe": pixels[..., ::-1] - [103.939, 116.779, 123.68],
    }[name]
    assert np.allclose(applied(Preprocessing.parse(name), pixels), expected, rtol=1e-5, atol=1e-4)


def test_numbers_replace_those_of_a_name() -> None:
    result = Preprocessing.parse("imagenet std=1,2,3 order=bgr side=96 crop=0.5 interpolation=box frame=squash")
    assert result == Preprocessing((0.485, 0.456, 0.406), (1, 2, 3), "bgr", 96, 0.5, "box", "squash")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("imagnet", "'imagnet' is unknown; choose pixels, unit"),
        ("", "'' is unknown"),
        ("unit mean=1,2", "'1,2' must be three numbers with commas between"),
        ("unit std=1,0,1", "std=1,0,1 must be above 0"),
        ("unit mean=nan,0,0", "must be finite numbers"),
        ("unit crop=1.5", "crop=1.5 must be above 0 and at most 1"),
        ("unit crop=half", "could not convert string to float"),
        ("unit side=0", "side=0 must be from 1 to 16384 pixels"),
        ("unit interpolation=cubic", "'cubic' is none of nearest, bilinear"),
        ("unit imagenet", "'imagenet' is unknown"),
    ],
)
def test_a_text_that_cannot_be_read_is_an_error_of_one_line(text: str, complaint: str) -> None:
    with pytest.raises(HarnessError) as refused:
        Preprocessing.parse(text)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_text_has_precedence_over_the_configuration_of_a_model() -> None:
    assert preprocessing_of("m", None, OWN) == OWN
    only_side = preprocessing_of("m", "side=32", OWN)
    assert (only_side.mean, only_side.side, only_side.interpolation) == (OWN.mean, 32, "bicubic")
    named = preprocessing_of("m", "caffe", OWN)
    assert (named.mean, named.order, named.side) == (Preprocessing.parse("caffe").mean, "bgr", 64)


@pytest.mark.parametrize("text", [None, "side=32", "mean=0,0,0"])
def test_mean_and_deviation_are_never_guessed(text: str | None) -> None:
    with pytest.raises(HarnessError, match=r"a.onnx: its preprocessing is not known; set preprocessing: choose pixels"):
        preprocessing_of("a.onnx", text, None)
