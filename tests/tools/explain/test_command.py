"""`landmark explain`: what it prints of two images, what it draws, and what it refuses.

Tests of `tools.explain.command`, `tools.explain.picture`, `tools.explain.small_png` and `solutions.local.explanation`.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

from harness.data.competition import Competition
from harness.errors import HarnessError
from solutions.local.explanation import Explanation, as_fractions, explain_match
from solutions.local.sift import Sift
from solutions.local.verification import Matches
from tests.cli import run_command
from tests.factories.competitions import image_id, image_path, make_competition, save_image, write_table
from tests.solutions.local.image_factories import textured, warp
from tools.explain.small_png import shrink_png

pytestmark = pytest.mark.usefixtures("workspace")
MATRIX = np.array([[0.95, 0.05, 6], [-0.05, 0.95, 9]])
QUERY, ALIKE, OTHER, BROKEN = image_id("test", 0), image_id("index", 1), image_id("index", 2), image_id("train", 0)
HEIGHT, WIDTH = 180, 240


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A competition whose first query is in the index from another viewpoint."""
    competition_folder = make_competition(tmp_path / "competition", size=64)
    picture = textured(5, HEIGHT, WIDTH)
    for part, name, pixels in (
        ("test", QUERY, picture),
        ("index", ALIKE, warp(picture, MATRIX)),
        ("index", OTHER, textured(6, HEIGHT, WIDTH)),
    ):
        save_image(image_path(competition_folder, part, name), pixels)
    image_path(competition_folder, "train", BROKEN).write_bytes(b"no image")
    return competition_folder


def explain(folder: Path, *words: object) -> Result:
    return run_command("explain", "--on", folder, *words)


def document(folder: Path, *words: object) -> dict:
    result = explain(folder, *words, "--json")
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def test_images_are_named_by_their_files(folder: Path, tmp_path: Path) -> None:
    write_table(folder / "files.csv", "id,file", [(QUERY, "church/1.jpg"), (ALIKE, "church/2.jpg")])
    by_file = explain(folder, "church/1.jpg", "church/2.jpg", "--out", tmp_path / "m.png")
    assert by_file.stdout.endswith(" matches (church/1.jpg and church/2.jpg)\n")
    assert document(folder, "church/1.jpg", ALIKE) == document(folder, QUERY, ALIKE)


def test_a_file_without_its_folder_is_corrected(folder: Path) -> None:
    write_table(folder / "files.csv", "id,file", [(QUERY, "church/1.jpg"), (ALIKE, "church/2.jpg")])
    message = str(explain(folder, "photos/1.jpg", ALIKE).exception)
    assert message.endswith("did you mean 'church/1.jpg'?")
    assert str(explain(folder, "3.jpg", ALIKE).exception).endswith("list the ids, and files.csv the files")


def test_matched_points_are_where_the_affine_map_takes_them(folder: Path) -> None:
    message = document(folder, QUERY, ALIKE)
    assert message["n_inliers"] > 40
    assert message["n_inliers"] == sum(match["inlier"] for match in message["matches"])
    assert (message["query"], message["image"], message["descriptor"], message["model"]) == (
        QUERY,
        ALIKE,
        "RootSIFT",
        "affine",
    )
    for match in message["matches"]:
        assert all(0 <= match[name] <= 1 for name in ("x1", "y1", "x2", "y2"))
        place = MATRIX @ [match["x1"] * WIDTH - 0.5, match["y1"] * HEIGHT - 0.5, 1]
        off = np.hypot(*(place - [match["x2"] * WIDTH - 0.5, match["y2"] * HEIGHT - 0.5]))
        assert off < 12 if match["inlier"] else off > 8


def test_images_that_show_something_else_have_next_to_no_inliers(folder: Path) -> None:
    assert document(folder, QUERY, OTHER)["n_inliers"] < 10


def test_the_picture_has_both_images_and_the_printed_line_has_the_matches(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a b.png"
    result = explain(folder, QUERY, ALIKE, "--out", out, "--model", "homography")
    assert result.exit_code == 0, result.output + repr(result.exception)
    message = document(folder, QUERY, ALIKE, "--model", "homography")
    line = f"RootSIFT, homography: {message['n_inliers']} inliers of {len(message['matches'])} matches"
    assert result.stdout == f"{out}: {line}\n"
    pixels = np.asarray(Image.open(out).convert("RGB")).astype(int)
    assert pixels.shape[1] > 1.8 * pixels.shape[0]
    blue = (abs(pixels - [0, 0x72, 0xB2]) < 30).all(axis=2)
    middle = slice(int(pixels.shape[1] * 0.45), int(pixels.shape[1] * 0.55))
    assert blue[:, middle].sum() > 100


def test_a_picture_as_svg_names_both_images(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "none")
    assert explain(folder, QUERY, OTHER, "--out", tmp_path / "a.svg").exit_code == 0
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    for words in (QUERY, OTHER, "RootSIFT, affine", "outliers"):
        assert words in drawn


def test_without_a_name_the_picture_is_in_the_current_folder_and_with_json_there_is_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document(folder, QUERY, ALIKE)
    assert not Path("matches.png").exists()
    assert explain(folder, QUERY, ALIKE).stdout.startswith("matches.png: ")
    assert Path("matches.png").exists()


def test_images_without_a_keypoint_have_no_matches_and_are_drawn(folder: Path, tmp_path: Path) -> None:
    for part, name in (("test", QUERY), ("index", ALIKE)):
        save_image(image_path(folder, part, name), np.full((40, 60, 3), 90, np.uint8))
    message = document(folder, QUERY, ALIKE, "--out", tmp_path / "a.png")
    assert message["matches"] == []
    assert message["n_inliers"] == 0
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize("wrong", ["../secret", "", "no-such-id", "\x1b[31m", "<script>", QUERY + "\n", "x" * 9999])
def test_an_unknown_id_is_refused_in_one_line(folder: Path, wrong: str) -> None:
    for words in ((wrong, ALIKE), (QUERY, wrong)):
        result = explain(folder, "--json", "--", *words)
        assert isinstance(result.exception, HarnessError)
        message = str(result.exception)
        assert "is not an image of" in message
        assert len(message) < 300
        assert message.isprintable()


def test_an_image_that_cannot_be_decoded_is_named(folder: Path, tmp_path: Path) -> None:
    result = explain(folder, QUERY, BROKEN, "--out", tmp_path / "a.png")
    assert isinstance(result.exception, HarnessError)
    assert str(result.exception).startswith(f"{BROKEN}: the image cannot be decoded")
    assert not (tmp_path / "a.png").exists()


def test_an_impossible_image_format_is_refused_before_anything_is_read(folder: Path) -> None:
    for out, reason in (("a.bmp", "a picture's name ends in"), ("/no/such/place/a.png", "no/such/place")):
        result = explain(folder, QUERY, ALIKE, "--out", out)
        assert isinstance(result.exception, HarnessError)
        assert reason in str(result.exception)


def test_a_query_is_searched_in_the_test_images_first_and_an_image_in_the_index_first(folder: Path) -> None:
    for source, part in (("index", "test"), ("test", "index")):
        table = folder / f"{part}.csv"
        other = image_id(source, 0)
        table.write_text(table.read_text() + f"{other},http://example.org/x.jpg\n")
    competition = Competition.open(folder, folder / "store")
    assert image_id("index", 0) in competition.queries.ids
    assert document(folder, image_id("index", 0), image_id("test", 0))["n_inliers"] >= 0


def test_fractions_are_of_each_images_own_frame() -> None:
    results = Matches(np.array([[9.5, 9.5], [-0.6, 0]]), np.array([[24.5, 99.5], [0, 0]]), np.array([True, False]))
    points = as_fractions(results, np.array([20, 40]), np.array([50, 100]))
    assert np.allclose(points, [[0.5, 0.25, 0.5, 1], [0, 0.0125, 0.01, 0.005]])
    message = Explanation("a", "b", points, results.inliers).as_json
    assert message["matches"][0] == {"x1": 0.5, "y1": 0.25, "x2": 0.5, "y2": 1.0, "inlier": True}


def test_an_explanation_does_not_depend_on_the_set(folder: Path) -> None:
    competition = Competition.open(folder, folder / "store")
    one, other = competition.queries[:1], competition.index[1:2]
    results = explain_match(one, other, Sift())
    assert results.as_json == {key: document(folder, QUERY, ALIKE)[key] for key in results.as_json}


@pytest.mark.slow
def test_cells_of_feature_maps_explain_as_well(folder: Path) -> None:
    message = document(folder, QUERY, ALIKE, "--local", "delf")
    assert message["descriptor"] == "DELF-like"
    assert message["n_inliers"] > 60
    assert document(folder, QUERY, OTHER, "--local", "delf")["n_inliers"] < 30


def test_a_large_picture_is_made_smaller_and_others_stay_as_they_are(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(noise).save(path)
    shrink_png(path)  # 360 kB
    assert path.stat().st_size <= 300_000
    with Image.open(path) as picture:
        assert picture.size == (400, 300)
    shrink_png(path, 30_000)
    assert path.stat().st_size <= 30_000
    before = path.read_bytes()
    shrink_png(path, 30_000)
    assert path.read_bytes() == before
