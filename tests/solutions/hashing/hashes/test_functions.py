"""Tests of `solutions.hashing.hashes.functions` and `solutions.hashing.hashes.kinds`."""

from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image

from harness import HarnessError
from harness.data.images.decode import decode
from solutions.hashing.hashes.functions import FunctionHashes, imagehash_functions
from solutions.hashing.hashes.kinds import SYNONYMS, column_of, kind_of, require_kind
from solutions.hashing.hashes.rotations import rotate_and_flip

OWN = """
import numpy as np
def bright(image, hash_size=4):
    return np.asarray(image.convert("L").resize((hash_size, hash_size))) > 99
def several(image): return [bright(image)]
def shaped(image): return np.zeros(max(1, image.width % 7), bool)
def numbers(image): return np.arange(9)
def raising(image): raise KeyError("no\\nsuch key")
value = 3
"""


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `own_hashes` in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "own_hashes", raising=False)
    (tmp_path / "own_hashes.py").write_text(OWN)
    return tmp_path / "own_hashes.py"


def pixels(seed: int = 0, mode: str = "RGB") -> Image.Image:
    generator = np.random.default_rng(seed)
    return Image.fromarray(generator.integers(0, 256, (40, 53, 3), np.uint8)).convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA"])
@pytest.mark.parametrize("name", ["phash_simple", "whash", "colorhash", "average_hash"])
def test_a_function_of_imagehash_sees_what_it_would_see_of_the_file(tmp_path: Path, mode: str, name: str) -> None:
    pixels(mode=mode).save(tmp_path / "a.png")
    extractor = FunctionHashes(f"imagehash:{name}")
    bits = extractor.describe([decode(tmp_path / "a.png", mode=extractor.mode)])["bits"]
    with Image.open(tmp_path / "a.png") as picture:
        assert str(imagehash.ImageHash(bits[0])) == str(getattr(imagehash, name)(picture))


def test_a_size_is_passed_to_the_function() -> None:
    image = np.asarray(pixels())
    bits = FunctionHashes("imagehash:phash_simple", hash_size=12).describe([image])["bits"]
    assert bits.shape == (1, 12, 12)
    assert (bits[0] == imagehash.phash_simple(Image.fromarray(image), hash_size=12).hash).all()


def test_each_orientation_has_the_hash_of_the_rotated_image() -> None:
    image = np.asarray(pixels())
    bits = FunctionHashes("imagehash:dhash", rotations=4, flips=True).describe([image])["bits"]
    assert bits.shape == (1, 8, 8, 8)
    for view, each in zip(rotate_and_flip(image, 4, flips=True), bits[0], strict=True):
        assert (imagehash.dhash(Image.fromarray(view)).hash == each).all()


@pytest.mark.usefixtures("own_module")
def test_a_function_of_the_user_may_return_an_array_of_bits() -> None:
    image = np.asarray(pixels())
    expected = np.asarray(Image.fromarray(image).convert("L").resize((4, 4))) > 99
    assert (FunctionHashes("own_hashes:bright").describe([image])["bits"] == [expected]).all()


@pytest.mark.usefixtures("own_module")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("own_hashes:several", "returns list, not an imagehash.ImageHash or an array"),
        ("own_hashes:shaped", "returns hashes of different shapes: (1,) and (4,)"),
        ("own_hashes:numbers", "returns ndarray, not an imagehash.ImageHash"),
        ("own_hashes:raising", "raises KeyError: 'no\\nsuch key'"),
        ("own_hashes:value", "the module 'own_hashes' has no function 'value'"),
        ("own_hashes:nothing", "has no function 'nothing'"),
        ("no_such_module:f", "there is no module 'no_such_module'"),
        ("own_hashes:a.b", "names no function"),
    ],
)
def test_a_function_that_gives_no_hash_is_named_in_one_line(name: str, reason: str) -> None:
    images = [np.zeros((40, width, 3), np.uint8) for width in (53, 50)]
    with pytest.raises(HarnessError) as error:
        FunctionHashes(name).describe(images)
    assert reason in str(error.value)
    assert str(error.value).isprintable()


def test_the_code_of_an_own_function_is_a_fact_of_its_hashes(own_module: Path) -> None:
    assert len(FunctionHashes("own_hashes:bright").made_with["code"]) == 64
    assert FunctionHashes("imagehash:dhash").made_with == {}
    with pytest.raises(HarnessError, match="there is no module 'no_such_module', neither"):
        _ = FunctionHashes("no_such_module:f").made_with


def test_names_of_imagehash_and_of_columns_are_names_of_our_kinds() -> None:
    for kind, names in SYNONYMS.items():
        assert {require_kind(name) for name in (kind, *names)} == {kind}
        assert kind_of(column_of(kind)) == kind
    assert require_kind("phash_simple") == require_kind("imagehash:phash_simple") == "imagehash:phash_simple"
    assert require_kind("imagehash:phash") == "dct"


@pytest.mark.parametrize("name", ["dtc", "hex_to_hash", "ImageHash", "", "imagehash:nope", "phash\n", "x" * 999])
def test_an_unknown_kind_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(HarnessError, match="is no kind of hash") as error:
        require_kind(name)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


def test_a_function_that_gives_several_hashes_is_a_solution_of_its_own() -> None:
    assert "crop_resistant_hash" not in imagehash_functions()
    with pytest.raises(HarnessError, match="run the solution crop_resistant_hash"):
        require_kind("crop_resistant_hash")
