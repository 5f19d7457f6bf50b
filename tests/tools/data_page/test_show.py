"""`landmark data show`: what the page contains, what it must not contain, and what is refused.

Tests of `tools.data_page.command`, `tools.data_page.page`, `tools.data_page.analysis`, `tools.data_page.collection`,
`tools.data_page.figures`, `tools.data_page.galleries`, `tools.data_page.thumbnails`, and of the sections
`tools.data_page.sections.counts`, `tools.data_page.sections.landmarks`, `tools.data_page.sections.sizes`,
`tools.data_page.sections.galleries` and `tools.data_page.sections.duplicates`.
"""

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import Result

from harness.data.competition import Competition
from harness.errors import HarnessError
from tests.cli import run_command
from tests.factories.competitions import image_id, image_path, make_competition, write_table
from tests.tools.data_page.page_reader import HOSTILE, PageReader, read_page
from tools.data_page.analysis import analyse_collection
from tools.data_page.galleries import select_images

pytestmark = pytest.mark.usefixtures("workspace")
TRUTH = ("retrieval_solution.csv", "recognition_solution.csv")


def show(folder: Path, out: Path, *words: object) -> Result:
    return run_command("data", "show", str(folder), "--out", str(out), *map(str, words))


def page_of(folder: Path, out: Path, *words: object) -> str:
    result = show(folder, out, *words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return out.read_text(encoding="utf-8")


@pytest.fixture
def page(competition_folder: Path, tmp_path: Path) -> str:
    return page_of(competition_folder, tmp_path / "a.html")


def test_captions_have_the_file_of_the_image(competition_folder: Path, tmp_path: Path) -> None:
    write_table(competition_folder / "files.csv", "id,file", [(image_id("train", 0), "church/<1>.jpg")])
    page = page_of(competition_folder, tmp_path / "a.html")
    assert f"<figcaption><bdi>{image_id('train', 0)}</bdi><bdi>church/&lt;1&gt;.jpg</bdi>" in page


def test_the_command_prints_the_path_and_the_most_important_figures(competition_folder: Path, tmp_path: Path) -> None:
    lines = show(competition_folder, tmp_path / "a.html").stdout.splitlines()
    assert lines[0] == f"{tmp_path / 'a.html'}: shows 29 images; open it in a browser"
    figures = dict(re.split(r"\s{2,}", line.strip()) for line in lines[1:] if line.strip())
    assert figures["landmarks"] == "3"
    assert figures["Gini coefficient"] == "0.000"
    assert figures["of these with two labels"] == "0"


def test_the_page_loads_nothing_and_runs_no_script(page: str) -> None:
    found = read_page(page)
    assert not {"script", "link", "iframe", "object", "form", "base"} & {*found.tags}
    for name, value in found.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name in ("src", "href"):
            assert value.startswith(("data:image/webp;base64,", "#"))
    assert "http" not in page.replace("http-equiv", "")
    assert "url(" not in page


def test_the_policy_allows_only_this_style_sheet_and_data_addresses(page: str) -> None:
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policies = [
        dict(attributes)
        for tag, attributes in elements_of(page)
        if ("http-equiv", "Content-Security-Policy") in attributes
    ]
    assert [each["content"] for each in policies] == [
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]


def test_every_image_has_a_text_alternative_and_its_size(page: str) -> None:
    pictures = [dict(attributes) for tag, attributes in elements_of(page) if tag == "img"]
    assert len(pictures) > 20
    for each in pictures:
        assert each["alt"].startswith(("train image ", "index image ", "test image "))
        with Image.open(BytesIO(b64decode(each["src"].partition(",")[2]))) as image:
            assert image.size == (int(each["width"]), int(each["height"]))


def test_charts_and_sections_have_labels(page: str) -> None:
    elements = elements_of(page)
    labels = [dict(attributes).get("aria-label") for tag, attributes in elements if ("role", "img") in attributes]
    assert len([label for label in labels if label and "hash" not in label and "bits" not in label]) == 2
    assert all(labels)
    anchors = {dict(attributes)["id"] for tag, attributes in elements if tag == "h2"}
    assert {dict(attributes)["aria-labelledby"] for tag, attributes in elements if tag == "section"} == anchors
    links = {value[1:] for name, value in read_page(page).attributes if name == "href"}
    assert links == anchors | {"main"}
    assert [tag for tag, _ in elements if tag in ("h1", "main", "nav", "header", "title")] == [
        "title",
        "header",
        "h1",
        "nav",
        "main",
    ]


def test_elements_are_closed_in_order(page: str) -> None:
    class Nested(PageReader):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag, attrs) -> None:
            if tag not in ("img", "meta"):
                self.open.append(tag)

        def handle_endtag(self, tag) -> None:
            assert self.open.pop() == tag

    parser = Nested()
    parser.feed(page)
    assert parser.open == []


def elements_of(page: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return read_page(page).elements


def test_the_page_is_reproducible_byte_for_byte(competition_folder: Path, tmp_path: Path) -> None:
    one = page_of(competition_folder, tmp_path / "a.html", "--images", 2)
    assert page_of(competition_folder, tmp_path / "b.html", "--images", 2) == one
    again = page_of(competition_folder, tmp_path / "c.html", "--images", 2, "--workspace", tmp_path / "other")
    assert again == one
    assert page_of(competition_folder, tmp_path / "d.html", "--images", 2, "--seed", 1) != one


def test_galleries_have_the_requested_number_of_images(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", landmarks=11, train=4, index=2, queries=1)
    analysis = analyse_collection(Competition.open(folder, tmp_path / "descriptors"), {})
    selection = select_images(analysis, 0, 3)
    assert list(selection.landmarks) == ["largest", "middle", "smallest"]
    assert [[len(each.rows) for each in of] for of in selection.landmarks.values()] == 3 * [[3, 3, 3]]
    pictures_shown = [each.landmark for of in selection.landmarks.values() for each in of]
    assert len(set(pictures_shown)) == 9
    assert {part: len(rows) for part, rows in selection.parts.items()} == {1: 6, 2: 6}
    for gallery in (each for of in selection.landmarks.values() for each in of):
        assert (analysis.labels[gallery.rows] == gallery.landmark).all()


def test_matches_show_one_landmark_twice_and_another_once(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", landmarks=4, train=3)
    analysis = analyse_collection(Competition.open(folder, tmp_path / "descriptors"), {})
    matches = select_images(analysis, 5, 8).matches
    assert len(matches) == 4
    for match in matches:
        one, two = analysis.labels[list(match.rows)]
        assert match.rows[0] != match.rows[1]
        assert one == two == match.landmark != match.other == analysis.labels[match.other_row]


def test_size_classes_go_from_the_largest_to_the_smallest(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", landmarks=5, train=4, index=0, queries=0, non_landmark=0)
    rows = [(image_id("train", number), number // 4 if number < 8 else number) for number in range(20)]
    write_table(folder / "train.csv", "id,landmark_id", [*rows[:7], *rows[8:]])
    analysis = analyse_collection(Competition.open(folder, tmp_path / "descriptors"), {})
    galleries = select_images(analysis, 0, 8).landmarks
    assert [each.count for each in galleries["largest"]] == [4, 3, 1]
    assert [each.count for each in galleries["smallest"]] == [1, 1, 1]


def test_ground_truth_is_not_read(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a")
    before = page_of(folder, tmp_path / "a.html")
    for name in TRUTH:
        (folder / name).write_bytes(b"id,images,landmarks,Usage\n\xff canary, canary \n")
    after = page_of(folder, tmp_path / "b.html", "--workspace", tmp_path / "other")
    assert "canary" not in after
    assert after == before
    for name in TRUTH:
        (folder / name).unlink()
    assert page_of(folder, tmp_path / "c.html") == before


@pytest.mark.parametrize("name", HOSTILE[:-3])
def test_hostile_names_of_landmarks_stay_text(tmp_path: Path, name: str) -> None:
    folder = make_competition(tmp_path / "a", layout="nested")
    plain = read_page(page_of(folder, tmp_path / "a.html"))
    quoted = name.replace('"', '""')
    (folder / "train_label_to_category.csv").write_text(
        f'landmark_id,category\n0,"{quoted}"\n1,"{quoted}"\n2,{"y" * 10_000}\n', encoding="utf-8", newline=""
    )
    page = page_of(folder, tmp_path / "b.html")
    found = read_page(page)
    assert found.tags == plain.tags
    assert page.count("y" * 79) == page.count("y" * 79 + "…")
    assert "y" * 80 not in page
    assert "<script" not in page
    assert not {"\x00", "\x1b", "\r", "\u202e", "\u2066"} & {*page}


def test_hostile_names_of_folders_and_ids_stay_text(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "<img src=x onerror=alert(1)>\u202e&lt;\x1b", train=1, landmarks=2)
    name = "&lt;b&gt;{{7}}=1+1"
    image_path(folder, "test", image_id("test", 0)).rename(folder / "t\u05d0&amp{{7}}=1+1.jpg")
    tests = [image_id("test", number) for number in range(1, 5)]
    write_table(folder / "test.csv", "id", [("t\u05d0&amp{{7}}=1+1",), *((each,) for each in tests)])
    found = read_page(page_of(folder, tmp_path / "a.html"))
    assert found.tags.count("img") == sum(name == "src" for name, _ in found.attributes)
    assert not [each for each, _ in found.attributes if each == "onerror"]
    assert r"<img src=x onerror=alert(1)>\u202e&lt;\x1b" in found.text
    assert "t\u05d0&amp{{7}}=1+1" in found.text
    assert name not in found.text


@pytest.mark.parametrize(
    "parts",
    [
        {"train": 0},
        {"index": 0, "non_landmark": 0},
        {"queries": 0, "non_landmark": 0},
        {"train": 0, "index": 0, "non_landmark": 0},
        {"train": 1, "landmarks": 1, "index": 0, "queries": 0, "non_landmark": 0},
        {"train": 2, "landmarks": 1},
    ],
)
def test_sets_and_landmarks_may_be_missing(tmp_path: Path, parts: dict[str, int]) -> None:
    folder = make_competition(tmp_path / "a", **parts)
    text = read_page(page_of(folder, tmp_path / "a.html")).text
    assert "nan" not in text.lower().replace("landmarknan", "")
    assert ("There are no labelled train images" in text) == (parts.get("train") == 0)


def test_an_empty_train_table_is_an_empty_set(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a")
    (folder / "train.csv").write_text("id,landmark_id\n")
    assert "There are no labelled train images" in page_of(folder, tmp_path / "a.html")


def test_broken_and_missing_images_are_counted_but_not_shown(competition_folder: Path, tmp_path: Path) -> None:
    image_path(competition_folder, "train", image_id("train", 0)).unlink()
    image_path(competition_folder, "train", image_id("train", 1)).write_bytes(b"\xff\xd8\xff no image")
    for number in range(4, 8):
        image_path(competition_folder, "train", image_id("train", number)).unlink()
    page = page_of(competition_folder, tmp_path / "a.html", "--images", 100)
    text = read_page(page).text
    assert "6 images are missing or broken" in text
    assert f"train image {image_id('train', 1)}" not in page
    assert "None of its images can be decoded" in text


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: [each.unlink() for each in folder.glob("*.csv")], "so it is no competition"),
        (
            lambda folder: [each.unlink() for each in folder.glob("*.jpg")],
            "none of the 29 images in its tables can be decoded",
        ),
        (lambda folder: [each.write_text("id,landmark_id\n") for each in folder.glob("t*.csv")], None),
        (lambda folder: (folder / "train.csv").write_text("id,landmark_id\n../x,1\n"), "cannot be an image id"),
        (lambda folder: (folder / "train_label_to_category.csv").write_text("a,b\n1,2\n"), "category"),
    ],
)
def test_a_folder_that_is_no_competition_is_refused_in_one_line(competition_folder, tmp_path, spoil, reason) -> None:
    spoil(competition_folder)
    refused = show(competition_folder, tmp_path / "a.html")
    if reason is None:
        assert refused.exit_code == 0
        return
    assert isinstance(refused.exception, HarnessError)
    assert reason in str(refused.exception)
    assert "\n" not in str(refused.exception)
    assert not (tmp_path / "a.html").exists()


@pytest.mark.parametrize(("name", "reason"), [("no/a.html", "no such folder"), (".", "is a folder")])
def test_an_unwritable_path_is_refused_before_any_work(tmp_path, name, reason) -> None:
    refused = show(tmp_path / "nothing", tmp_path / name)
    assert isinstance(refused.exception, HarnessError)
    assert reason in str(refused.exception)


def test_an_older_page_is_replaced_atomically(competition_folder, tmp_path) -> None:
    out = tmp_path / "pages" / "a.html"
    out.parent.mkdir()
    out.write_text("older")
    assert page_of(competition_folder, out).startswith("<!DOCTYPE html>")
    assert [each.name for each in out.parent.iterdir()] == ["a.html"]


def test_a_full_disk_is_reported_in_one_line(competition_folder, tmp_path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x.part")

    monkeypatch.setattr("harness.cli._output.write_atomically", full)
    monkeypatch.setattr("harness.workspace.write_atomically", lambda path, text: path.write_text(text))
    refused = show(competition_folder, tmp_path / "a.html")
    assert str(refused.exception) == f"{tmp_path / 'a.html'}: cannot be written: No space left on device"


def test_the_hashes_are_those_that_a_hash_solution_stores(competition_folder: Path, tmp_path: Path, workspace) -> None:
    page_of(competition_folder, tmp_path / "a.html")
    stored = {json.loads(each.read_text())["columns"][0]["name"] for each in workspace.rglob("about.json")}
    assert {"average", "rows"} <= stored
    assert {each.parent.name.partition("-")[0] for each in workspace.rglob("about.json")} == {
        "PerceptualHashes",
        "WebpThumbnails",
        "GreyThumbnails",
    }


def test_thumbnails_are_upright_and_have_their_displayed_size(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", landmarks=1, train=0, index=0, queries=1, non_landmark=0)
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = Image.fromarray(np.zeros((300, 1200, 3), np.uint8))
    wide.save(image_path(folder, "test", image_id("test", 0)), exif=exif.tobytes())
    found, *_ = [
        dict(attributes) for tag, attributes in elements_of(page_of(folder, tmp_path / "a.html")) if tag == "img"
    ]
    assert (found["width"], found["height"]) == ("48", "192")
