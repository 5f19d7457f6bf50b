import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.errors import DataError
from tests.factories.competitions import image_id, make_competition, write_table


def open_competition(folder: Path) -> Competition:
    return Competition.open(folder, folder.parent / "store")


def error_of(folder: Path) -> str:
    with pytest.raises(DataError) as raised:
        open_competition(folder)
    assert str(raised.value).isprintable()
    return str(raised.value).removeprefix(str(folder))


@pytest.mark.parametrize("layout", ["flat", "parts", "nested"])
@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".png", ".webp", ".JPG"])
def test_every_layout_is_read(tmp_path: Path, layout: str, suffix: str) -> None:
    competition = open_competition(make_competition(tmp_path / "a", layout=layout, suffix=suffix))
    assert [len(each) for each in (competition.train, competition.index, competition.queries)] == [12, 10, 7]
    assert competition.labels.tolist() == np.repeat(range(3), 4).tolist()
    for part, images in (("train", competition.train), ("index", competition.index), ("test", competition.queries)):
        assert images.ids.tolist() == [image_id(part, number) for number in range(len(images))]
        assert all(path and path.is_file() for path in images.paths)


def test_the_name_and_a_key_that_is_a_file_name(tmp_path: Path) -> None:
    competition = open_competition(make_competition(tmp_path / "Ünsere Bauten, 2"))
    assert competition.name == "Ünsere Bauten, 2"
    assert competition.key.startswith("_nsere_Bauten__2-")


@pytest.mark.parametrize(
    "gone", ["train.csv", "index.csv", "test.csv", "retrieval_solution.csv", "recognition_solution.csv"]
)
def test_the_key_depends_on_the_tables_and_the_ground_truth(competition_folder: Path, gone: str) -> None:
    result = {open_competition(competition_folder).key}
    with (competition_folder / gone).open("a") as file:
        file.write("\n")
    result.add(open_competition(competition_folder).key)
    (competition_folder / gone).unlink()
    result.add(open_competition(competition_folder).key)
    assert len(result) == 3


def test_the_key_does_not_depend_on_images_and_dates(competition_folder: Path) -> None:
    before = open_competition(competition_folder).key
    (competition_folder / "train.csv").touch()
    for path in competition_folder.glob("*.jpg"):
        path.unlink()
    assert open_competition(competition_folder).key == before


@pytest.mark.parametrize(
    ("missing", "tasks"),
    [
        ([], ("retrieval", "recognition")),
        (["train.csv"], ("retrieval",)),
        (["index.csv"], ("recognition",)),
        (["train.csv", "index.csv"], ()),
        (["test.csv"], ()),
        (["retrieval_solution.csv", "recognition_solution.csv"], ("retrieval", "recognition")),
        (["test.csv", "index.csv", "retrieval_solution.csv"], ()),
    ],
)
def test_any_table_may_be_missing(competition_folder: Path, missing: list[str], tasks: tuple[str, ...]) -> None:
    for name in missing:
        (competition_folder / name).unlink()
    assert open_competition(competition_folder).tasks == tasks


@pytest.mark.parametrize("header_only", ["train.csv", "index.csv", "test.csv"])
def test_a_table_without_rows_is_an_empty_set(competition_folder: Path, header_only: str) -> None:
    path = competition_folder / header_only
    path.write_text(path.read_text().splitlines()[0])
    competition = open_competition(competition_folder)
    assert min(len(each) for each in (competition.train, competition.index, competition.queries)) == 0
    assert len(competition.labels) == len(competition.train)


def test_the_error_names_the_table_that_a_task_lacks(tmp_path: Path) -> None:
    competition = open_competition(make_competition(tmp_path / "a", index=0, non_landmark=0))
    competition.require("recognition")
    with pytest.raises(DataError, match=r"retrieval needs index\.csv with images to search; this competition has none"):
        competition.require("retrieval")


def test_the_landmark_none_is_not_a_label(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a")
    write_table(folder / "train.csv", "id,landmark_id", [("a", 7), ("b", "None"), ("c", ""), ("d", "007")])
    competition = open_competition(folder)
    assert competition.train.ids.tolist() == ["a", "d"]
    assert competition.labels.tolist() == [7, 7]


@pytest.mark.parametrize("landmark", ["x", "1.0", "-1", " 1", "1_0", "٣", "9" * 19, "nan", "None ", "9" * 10_000])
def test_an_invalid_landmark_raises_with_its_line(competition_folder: Path, landmark: str) -> None:
    write_table(competition_folder / "train.csv", "id,landmark_id", [("a", 7), ("b", "None"), ("c", landmark)])
    text = error_of(competition_folder)
    assert text.startswith("/train.csv, line 4: landmark_id must be a whole number of at most 18 digits, not '")
    assert len(text) < 200


def test_the_largest_landmark_is_read_exactly(competition_folder: Path) -> None:
    write_table(competition_folder / "train.csv", "id,landmark_id", [("a", 10**18 - 1)])
    assert open_competition(competition_folder).labels.tolist() == [10**18 - 1]


def test_labels_and_ids_are_read_only(competition_folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        open_competition(competition_folder).labels[0] = 1


@pytest.mark.parametrize("name", ["train.csv", "index.csv", "test.csv"])
@pytest.mark.parametrize("bad", ["../../etc/passwd", "two words", "", "a\0b", "x" * 10_000, "\u202ea"])
def test_an_unsafe_id_in_any_table_raises(competition_folder: Path, name: str, bad: str) -> None:
    write_table(competition_folder / name, "id,landmark_id", [("a", 1), (bad, 1)])
    assert f"/{name}, line 3: " in error_of(competition_folder)


def test_a_folder_without_tables_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("none", "file", "loop", "x" * 300):
        assert error_of(tmp_path / name) == ": there is no such folder"
    assert "holds no train.csv, index.csv or test.csv" in error_of(tmp_path / "empty")
    assert "import-folders" in error_of(tmp_path / "empty")


def test_a_table_that_is_a_folder_or_a_broken_link_is_not_a_missing_table(competition_folder: Path) -> None:
    (competition_folder / "index.csv").unlink()
    (competition_folder / "index.csv").mkdir()
    assert "/index.csv: is not a file" in error_of(competition_folder)
    (competition_folder / "index.csv").rmdir()
    (competition_folder / "index.csv").symlink_to("nowhere")
    assert "/index.csv: cannot be read: No such file" in error_of(competition_folder)


def test_a_link_to_the_folder_shares_its_descriptors(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a")
    (tmp_path / "link").symlink_to(folder)
    assert open_competition(tmp_path / "link").index._source.key == open_competition(folder).index._source.key


def test_the_same_id_in_two_parts_is_two_images(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", layout="parts")
    name = image_id("index", 0)
    shutil.copyfile(folder / "index" / f"{name}.jpg", folder / "test" / f"{name}.jpg")
    write_table(folder / "test.csv", "id", [(name,)])
    competition = open_competition(folder)
    assert competition.queries.paths != competition.index[0].paths
