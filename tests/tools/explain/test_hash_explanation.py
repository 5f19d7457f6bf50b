"""`landmark explain --by hash`: the hashes of two images and their difference.

Tests of `tools.explain.hash_comparison` and `tools.explain.hash_picture`.
"""

import json
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image

from tests.cli import error_of, run_command
from tests.factories.competitions import image_id, image_path, make_competition

pytestmark = pytest.mark.usefixtures("workspace")
QUERY, IMAGE, BROKEN = image_id("test", 0), image_id("index", 1), image_id("index", 2)
ORANGE = (0xD5, 0x5E, 0x00)
FUNCTIONS = {
    "average": imagehash.average_hash,
    "dct": imagehash.phash,
    "colour": imagehash.colorhash,
    "imagehash:phash_simple": imagehash.phash_simple,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    competition = make_competition(tmp_path_factory.mktemp("explain") / "demo", size=64)
    image_path(competition, "index", BROKEN).write_bytes(b"damaged")
    return competition


def explain(folder: Path, *words: object) -> str:
    result = run_command("explain", QUERY, IMAGE, "--on", folder, "--by", "hash", *words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def test_the_document_has_the_hashes_and_the_distance_of_imagehash(folder: Path) -> None:
    words = [word for kind in FUNCTIONS for word in ("--kind", kind)]
    document = json.loads(explain(folder, "--json", *words))
    assert [each["kind"] for each in document["hashes"]] == list(FUNCTIONS)
    pictures = [
        Image.open(image_path(folder, part, name)).convert("RGB") for part, name in (("test", QUERY), ("index", IMAGE))
    ]
    for each, function in zip(document["hashes"], FUNCTIONS.values(), strict=True):
        query, image = map(function, pictures)
        assert (each["query"], each["image"]) == (str(query), str(image))
        assert (each["distance"], each["bits"]) == (query - image, query.hash.size)


@pytest.mark.parametrize("words", [[], ["--kind", "dct", "--hash-size", 16], ["--kind", "colour", "--kind", "whash"]])
def test_the_picture_marks_the_bits_that_differ(folder: Path, tmp_path: Path, words: list) -> None:
    printed = explain(folder, *words, "--out", tmp_path / "a.png")
    assert printed.startswith(f"{tmp_path / 'a.png'}: ")
    assert " bits differ" in printed
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    is_orange = (abs(pixels - ORANGE) < 8).all(axis=2)
    third = pixels.shape[1] * 2 // 3
    document = json.loads(explain(folder, *words, "--json"))
    assert is_orange[:, third:].any() == any(each["distance"] for each in document["hashes"])
    assert not is_orange[pixels.shape[0] // 2 :, : third - 40].any()


def test_several_kinds_have_the_mean_by_which_mean_hash_ranks(folder: Path, tmp_path: Path) -> None:
    printed = explain(folder, "--kind", "average", "--kind", "dct", "--out", tmp_path / "a.svg")
    distances = [
        each["distance"]
        for each in json.loads(explain(folder, "--kind", "average", "--kind", "dct", "--json"))["hashes"]
    ]
    mean = np.sqrt((distances[0] + 1) * (distances[1] + 1)) - 1
    assert printed.endswith(f"geometric mean of the distances: {mean:.1f}\n")


def test_the_same_image_differs_in_no_bit_and_is_in_the_current_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_command("explain", QUERY, QUERY, "--on", folder, "--by", "hash")
    assert result.stdout == "hashes.png: average (avghash): 0 of 64 bits differ\n"
    assert Path("hashes.png").exists()


def test_a_hash_in_one_row_is_drawn(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flat_hash.py").write_text(
        "import numpy as np\n\ndef sky(image):\n    return np.arange(6) < image.width % 6\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "sky: 0 of 6 bits differ" in explain(folder, "--kind", "flat_hash:sky", "--out", tmp_path / "a.png")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([QUERY, IMAGE, "--kind", "dct"], "--kind belongs to --by hash"),
        ([QUERY, IMAGE, "--hash-size", 16], "--hash-size belongs to --by hash"),
        ([QUERY, IMAGE, "--by", "hash", "--local", "sift"], "--local belongs to --by matches"),
        ([QUERY, IMAGE, "--by", "hash", "--kind", "dtc"], "did you mean 'dct'"),
        ([QUERY, IMAGE, "--by", "hash", "--hash-size", 99], "must be from 2 to 64"),
        ([QUERY, BROKEN, "--by", "hash"], f"{BROKEN}: the image cannot be decoded"),
        ([QUERY, "none", "--by", "hash"], "'none' is not an image of"),
    ],
)
def test_a_mistake_is_said_in_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reason in error_of("explain", *words, "--on", folder)
    assert not Path("hashes.png").exists()
