"""`landmark data hashes` and `landmark.hashes`.

Tests of `tools.hash_table.command`, `tools.hash_table.columns`, `tools.hash_table.options` and
`tools.hash_table.table`.
"""

import json
from pathlib import Path

import imagehash
import pandas as pd
import pytest
from PIL import Image

import landmark
from tests.cli import error_of, run_command
from tests.factories.competitions import image_id, image_path, make_competition

FUNCTIONS = {
    "avghash": imagehash.average_hash,
    "phash": imagehash.phash,
    "dhash": imagehash.dhash,
    "dhash_vertical": imagehash.dhash_vertical,
    "whash": imagehash.whash,
    "colorhash": imagehash.colorhash,
}
BROKEN = image_id("index", 1)
pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A competition with a damaged index image."""
    competition = make_competition(tmp_path_factory.mktemp("hashes") / "my demo", size=40)
    image_path(competition, "index", BROKEN).write_bytes(b"damaged")
    return competition


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def write(folder: Path, out: Path, *words: object) -> str:
    result = run_command("data", "hashes", folder, "--out", out, *words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def test_the_digits_are_those_of_imagehash_for_all_images(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "hashes.csv"
    printed = write(folder, out)
    hashes = table(out)
    assert hashes.columns.tolist() == ["id", "part", *FUNCTIONS]
    assert hashes.groupby("part", sort=False).size().to_dict() == {"train": 12, "index": 10, "test": 7}
    for row in hashes.to_dict("records"):
        if row["id"] == BROKEN:
            assert {row[name] for name in FUNCTIONS} == {""}
            continue
        with Image.open(image_path(folder, row["part"], row["id"])) as picture:
            assert {name: row[name] for name in FUNCTIONS} == {
                name: str(function(picture)) for name, function in FUNCTIONS.items()
            }
    assert f"images that could not be decoded: 1 ({BROKEN}); their cells are empty" in printed
    assert f"landmark run \"hash(hashes='{out}')\" --on '{folder}'" in printed


def test_parts_kinds_and_sizes_are_chosen(folder: Path, tmp_path: Path) -> None:
    words = ("--part", "test", "--kind", "dct", "--kind", "phash_simple", "--hash-size", 12, "--json")
    document = json.loads(write(folder, tmp_path / "a.csv", *words))
    assert document == {
        "file": str(tmp_path / "a.csv"),
        "columns": ["phash", "phash_simple"],
        "parts": {"test": 7},
        "undecodable": {"count": 0, "first": []},
    }
    for row in table(tmp_path / "a.csv").to_dict("records"):
        with Image.open(image_path(folder, "test", row["id"])) as picture:
            assert row["phash"] == str(imagehash.phash(picture, hash_size=12))
            assert row["phash_simple"] == str(imagehash.phash_simple(picture, hash_size=12))


def test_all_kinds_of_a_size_are_those_that_can_have_it(folder: Path, tmp_path: Path) -> None:
    for size, columns in ((16, [*FUNCTIONS][:5]), (12, [*FUNCTIONS][:4])):
        document = json.loads(write(folder, tmp_path / "a.csv", "--part", "test", "--hash-size", size, "--json"))
        assert document["columns"] == columns


def test_a_function_of_the_user_has_a_column(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("one_hash", "other_hash"):
        (tmp_path / f"{module}.py").write_text(
            "import imagehash\n\n\ndef edges(image):\n    return imagehash.dhash(image)\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    write(folder, tmp_path / "a.csv", "--part", "test", "--kind", "one_hash:edges", "--kind", "dhash")
    hashes = table(tmp_path / "a.csv")
    assert hashes.columns.tolist() == ["id", "part", "edges", "dhash"]
    assert (hashes.edges == hashes.dhash).all()
    both = ("--kind", "one_hash:edges", "--kind", "other_hash:edges")
    write(folder, tmp_path / "a.csv", "--part", "test", *both)
    assert table(tmp_path / "a.csv").columns.tolist() == ["id", "part", "one_hash:edges", "other_hash:edges"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--kind", "dtc"], "did you mean 'dct'?"),
        (["--kind", "phash", "--kind", "dct"], "phash is named twice"),
        (["--kind", "colorhash", "--hash-size", 16], "the colour hash has 42 bits"),
        (["--kind", "whash", "--hash-size", 12], "needs a power of two"),
        (["--hash-size", 1], "hash_size=1 must be from 2 to 64"),
        (["--hash-size", -3], "must be from 2 to 64"),
        (["--part", "gallery"], "there are no images of 'gallery'; choose train, index, test"),
        (["--out", "/no/such/folder/a.csv"], "there is no such folder"),
        (["--out", "hashes.parquet"], "a table of hashes is CSV"),
        (["--kind", "no_such_module:f"], "there is no module 'no_such_module', neither installed nor"),
    ],
)
def test_a_mistake_is_said_in_one_line_and_writes_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reason in error_of("data", "hashes", folder, *words)
    assert not Path("hashes.csv").exists()


def test_python_returns_a_frame_of_the_same_texts(folder: Path, tmp_path: Path) -> None:
    write(folder, tmp_path / "a.csv", "--kind", "phash", "--kind", "avghash", "--part", "index")
    frame = landmark.hashes(folder, ["phash", "average"], "index")
    pd.testing.assert_frame_equal(frame, table(tmp_path / "a.csv"))
    opened = landmark.open_competition(folder)
    assert landmark.hashes(opened, "dhash", "test", hash_size=4).dhash.str.len().tolist() == [4] * 7
    by_function = landmark.hashes(opened, imagehash.phash_simple, "test")
    assert by_function.equals(landmark.hashes(opened, ["phash_simple"], "test"))
    with pytest.raises(landmark.Error, match="cannot be imported by other processes"):
        landmark.hashes(opened, lambda image: imagehash.phash(image))
    with pytest.raises(landmark.Error, match="neither a competition nor the path"):
        landmark.hashes(3)
    with pytest.raises(landmark.Error, match="5 cannot be imported"):
        landmark.hashes(opened, 5)
    with pytest.raises(landmark.Error, match="did you mean 'dct'"):
        landmark.hashes(opened, "dtc")
