"""Tests of `harness.data.check`, `harness.data.ground_truth_check` and `harness.data.competition_fault`.

They test `harness.data.image_check`, too.
"""

import os
from pathlib import Path

import pytest

from harness.data.check import check_competition
from harness.data.competition_fault import CompetitionFault
from harness.errors import DataError
from tests.factories.competitions import image_id, image_path, make_competition, write_table


def fault_lines(folder: Path) -> list[str]:
    faults = check_competition(folder)
    for fault in faults:
        assert str(fault).isprintable(), "one line, for a terminal"
    return [str(fault) for fault in faults]


@pytest.mark.parametrize("layout", ["flat", "parts", "nested"])
def test_a_good_competition_has_no_fault(tmp_path: Path, layout: str) -> None:
    assert fault_lines(make_competition(tmp_path / "a", layout=layout)) == []


@pytest.mark.parametrize("without", [{"train": 0}, {"index": 0, "non_landmark": 0}, {"truth": False}])
def test_a_competition_of_one_task_or_without_ground_truth_has_no_fault(
    tmp_path: Path, without: dict[str, int]
) -> None:
    assert fault_lines(make_competition(tmp_path / "a", **without)) == []


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", layout="nested")
    train, index, test = ([image_id(part, number) for number in range(12)] for part in ("train", "index", "test"))
    image_path(folder, "index", index[0], "nested").unlink()
    image_path(folder, "index", index[1], "nested").write_bytes(b"")
    image_path(folder, "test", test[0], "nested").write_bytes(b"no image")
    write_table(
        folder / "train.csv",
        "id,landmark_id",
        [*((each, 0) for each in train), (train[0], 1), ("../x", 1), ("new", "no number"), (index[0], "None")],
    )
    write_table(folder / "test.csv", "id", [(test[0],), (test[1],), ("unasked",)])
    write_table(
        folder / "retrieval_solution.csv",
        "id,images,Usage",
        [(test[0], f"{index[1]} nowhere {index[2]} {index[2]}", "Public"), (test[5], index[1], "Private")],
    )
    write_table(
        folder / "recognition_solution.csv",
        "id,landmarks,Usage",
        [(test[0], 0, "Public"), (test[0], 1, "Private"), (test[1], "x", "Private"), ("unasked", 0, "public")],
    )
    assert fault_lines(folder) == [
        "train.csv: 1 ids that cannot be used (line 15: '../x')",
        f"train.csv: 1 repeated ids (line 14: '{train[0]}')",
        "train.csv: 1 landmark ids that are not whole numbers of at most 18 digits (line 16: 'no number')",
        f"train.csv and index.csv: 1 ids that are in both ('{index[0]}')",
        f"train.csv: 2 ids without an image ('new', '{index[0]}')",
        f"index.csv: 1 ids without an image ('{index[0]}')",
        f"index images: 1 images that cannot be decoded ('{index[1]}' is empty)",
        "test.csv: 1 ids without an image ('unasked')",
        f"test images: 1 images that cannot be decoded ('{test[0]}' is no JPEG, PNG, WebP, GIF or BMP image)",
        f"recognition_solution.csv: 1 repeated queries (line 3: '{test[0]}')",
        "recognition_solution.csv: 1 values of Usage other than Public, Private or Ignored (line 5: 'public')",
        "recognition_solution.csv: 1 landmarks that are not whole numbers of at most 18 digits (line 4: 'x')",
        f"retrieval_solution.csv: 1 queries that are not in test.csv ('{test[5]}')",
        f"retrieval_solution.csv: 2 queries of test.csv without a row ('{test[1]}', 'unasked')",
        "retrieval_solution.csv: 1 images that are not in index.csv ('nowhere')",
        "retrieval_solution.csv: 1 note (retrieval_solution.csv: 1 repeated entries within rows were counted once)",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("train.csv", "landmark_id", "label", "train.csv: 1 column is missing: landmark_id (line 1)"),
        ("train.csv", "landmark_id", "Landmark_ID", "train.csv: 1 table cannot be read ("),
        ("train.csv", ",", ";", "train.csv: 1 table cannot be read ("),
        ("train.csv", ",0\n", ",Eiffel\n", "train.csv: 4 landmark ids that are not whole numbers"),
        ("train.csv", ",0\n", ",0.0\n", "train.csv: 4 landmark ids that are not whole numbers"),
        ("train.csv", ",0\n", ",\n", "train.csv: 4 images without a landmark_id, which are not trained on"),
        ("index.csv", "id", "Id", "index.csv: 1 table cannot be read ("),
        ("test.csv", "id", " id", "test.csv: 1 table cannot be read ("),
        ("train_label_to_category.csv", "category", "name", "train_label_to_category.csv: 1 table cannot be read ("),
        ("files.csv", "file", "File", "files.csv: 1 table cannot be read ("),
        ("files.csv", ",", ";", "files.csv: 1 table cannot be read ("),
        ("retrieval_solution.csv", "images", "Images", "ground truth: 1 file cannot be used ("),
    ],
)
def test_a_faulty_table_is_reported_without_follow_up_faults(
    competition_folder: Path, name: str, old: str, new: str, fault: str
) -> None:
    (competition_folder / "train_label_to_category.csv").write_text("landmark_id,category\n0,a\n")
    (competition_folder / "files.csv").write_text(f"id,file\n{image_id('test', 0)},a.jpg\n")
    path = competition_folder / name
    path.write_text(path.read_text().replace(old, new))
    (line,) = fault_lines(competition_folder)
    assert line.startswith(fault)


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("test.csv", ["test.csv: 1 table is missing: there are no queries (test.csv)"]),
        (
            "index.csv",
            ["index.csv: 1 table is missing: the ground truth of retrieval needs it (retrieval_solution.csv)"],
        ),
        (
            "train.csv",
            ["train.csv: 1 table is missing: the ground truth of recognition needs it (recognition_solution.csv)"],
        ),
    ],
)
def test_a_missing_table_is_one_fault(competition_folder: Path, name: str, faults: list[str]) -> None:
    (competition_folder / name).unlink()
    assert fault_lines(competition_folder) == faults


def test_rows_of_optional_tables_without_an_image_or_with_a_repeat_are_faults(competition_folder: Path) -> None:
    (competition_folder / "train_label_to_category.csv").write_text("landmark_id,category\n0,a\n0,b\n")
    (competition_folder / "files.csv").write_text("id,file\nstrange,a.jpg\n")
    assert fault_lines(competition_folder) == [
        "train_label_to_category.csv: 1 repeated landmarks (line 3: '0')",
        "files.csv: 1 ids that are in no other table ('strange')",
    ]


@pytest.mark.parametrize("name", ["{}.heic", "{}.jpg.jpg", "{}", "{}.TIF"])
def test_a_file_that_may_be_a_missing_image_is_named(competition_folder: Path, name: str) -> None:
    image = image_path(competition_folder, "test", image_id("test", 0), "flat")
    other = name.format(image.stem.upper())
    image.rename(image.with_name(other))
    assert fault_lines(competition_folder) == [
        f"test.csv: 1 ids without an image ('{image_id('test', 0)}', perhaps '{other}')"
    ]


def test_a_fault_names_ten_examples_and_the_count(competition_folder: Path) -> None:
    for path in competition_folder.glob("*.jpg"):
        path.unlink()
    examples = ", ".join(repr(image_id("train", number)) for number in range(10))
    assert f"train.csv: 12 ids without an image ({examples}, …)" in fault_lines(competition_folder)


def test_unknown_images_and_landmarks_in_the_ground_truth_are_faults(competition_folder: Path) -> None:
    queries = [image_id("test", number) for number in range(7)]
    write_table(
        competition_folder / "recognition_solution.csv",
        "id,landmarks,Usage",
        [(each, "0 77", "Public") for each in queries],
    )
    write_table(
        competition_folder / "retrieval_solution.csv", "id,images,Usage", [(each, "None", "Public") for each in queries]
    )
    assert fault_lines(competition_folder) == [
        "recognition_solution.csv: 1 landmarks that are not in train.csv ('77')",
        "retrieval_solution.csv: 1 images that are not in index.csv ('None')",
    ]


def test_a_ground_truth_without_scored_queries_is_a_fault(competition_folder: Path) -> None:
    queries = [image_id("test", number) for number in range(7)]
    write_table(
        competition_folder / "retrieval_solution.csv",
        "id,images,Usage",
        [(each, "None", "Ignored") for each in queries],
    )
    assert fault_lines(competition_folder) == [
        (
            f"retrieval_solution.csv: 1 table cannot be scored ({competition_folder}: the ground truth of retrieval "
            "has no query that counts, so there is no score; see its Usage column)"
        )
    ]


def test_unread_columns_and_lost_usages_of_a_ground_truth_are_faults(competition_folder: Path) -> None:
    path = competition_folder / "retrieval_solution.csv"
    text = path.read_text()
    path.write_text(text.replace("\n", ",x\n").replace(",x", ",note", 1))
    assert fault_lines(competition_folder) == ["retrieval_solution.csv: 1 columns that are not read ('note')"]
    path.write_text(text.replace("Usage", "usage"))
    (fault,) = fault_lines(competition_folder)
    assert "the column 'usage' is not known; name it Usage" in fault


@pytest.mark.parametrize(
    "name", ["train.csv", "index.csv", "test.csv", "retrieval_solution.csv", "train_label_to_category.csv"]
)
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfei\0d\0", b"id,images,landmark_id,Usage\na,b\n", b'id,images,landmark_id\n"a']
)
def test_an_unreadable_table_is_reported_with_the_other_faults(tmp_path: Path, name: str, content: bytes) -> None:
    folder = make_competition(tmp_path / "a", layout="nested")
    (folder / name).write_bytes(content)
    image_path(
        folder,
        "index" if name != "index.csv" else "test",
        image_id("index" if name != "index.csv" else "test", 1),
        "nested",
    ).unlink()
    texts = fault_lines(folder)
    assert any(name in text and ("cannot be read" in text or "cannot be used" in text) for text in texts)
    assert any("1 ids without an image" in text for text in texts)


def test_tables_without_rows_are_faults(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", truth=False)
    for name in ("train.csv", "index.csv", "test.csv"):
        (folder / name).write_text((folder / name).read_text().splitlines()[0])
    assert fault_lines(folder) == [
        f"{name}: 1 table has no rows ({name})" for name in ("train.csv", "index.csv", "test.csv")
    ]


def test_an_empty_folder_lacks_queries(tmp_path: Path) -> None:
    assert fault_lines(tmp_path) == ["test.csv: 1 table is missing: there are no queries (test.csv)"]


def test_a_train_table_without_landmarks_is_a_fault(competition_folder: Path) -> None:
    write_table(competition_folder / "train.csv", "id", [(image_id("train", number),) for number in range(12)])
    assert "train.csv: 1 column is missing: landmark_id (line 1)" in fault_lines(competition_folder)


def test_hostile_ids_and_landmarks_are_quoted(competition_folder: Path) -> None:
    hostile = ["\x1b[2J", "a\tb", "\u202ea", "x" * 10_000, "/etc/passwd"]
    write_table(competition_folder / "train.csv", "id,landmark_id", [(each, each) for each in hostile])
    texts = fault_lines(competition_folder)
    assert any(text.startswith("train.csv: 5 ids that cannot be used (line 2: '\\x1b[2J', line 3: ") for text in texts)
    assert max(map(len, texts)) < 400


def test_pipes_and_folders_are_faults_and_do_not_block(competition_folder: Path) -> None:
    path = image_path(competition_folder, "index", image_id("index", 0))
    path.unlink()
    os.mkfifo(path)
    assert f"index images: 1 images that cannot be decoded ('{path.stem}' is not a file)" in fault_lines(
        competition_folder
    )


def test_a_missing_folder_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file", "x" * 300):
        with pytest.raises(DataError, match="there is no such folder"):
            check_competition(tmp_path / name)


def test_a_fault_prints_as_one_line() -> None:
    assert str(CompetitionFault("a.csv", "ids", 5, ("x", "y"))) == "a.csv: 5 ids (x, y, …)"


@pytest.mark.parametrize("part", ["train", "index", "test"])
def test_a_table_with_semicolons_is_the_only_fault(tmp_path: Path, part: str) -> None:
    folder = make_competition(tmp_path / "a")
    path = folder / f"{part}.csv"
    path.write_text(path.read_text().replace(",", ";"))
    (fault,) = fault_lines(folder)
    assert f"{part}.csv: the columns are separated by semicolons; separate them by commas" in fault
