"""Tests of `harness.data.ground_truth_files` and `harness.data.unread_ground_truth`: each truth is read or refused."""

import gzip
from pathlib import Path

import pytest

from harness.data.ground_truth_files import find_ground_truth, unread_columns
from harness.errors import DataError

TRUTH = "id,images,Usage\nq,a b,Public\nr,c,Private\n"
LABELS = "id,landmarks,Usage\nq,1,Public\nr,2,Private\n"


def error_of(folder: Path) -> str:
    with pytest.raises(DataError) as raised:
        find_ground_truth(folder)
    text = str(raised.value)
    assert text.isprintable()
    return text.replace(f"{folder}/", "").replace(str(folder), "FOLDER")


@pytest.mark.parametrize(
    "name",
    [
        *("retrieval_solution.csv", "solution.csv", "solutions.csv", "retrieval-solution.csv"),
        *("Retrieval_Solution.csv", "RETRIEVAL_SOLUTION.CSV", "retrieval_solution (1).csv"),
    ],
)
def test_a_table_with_solution_in_its_name_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TRUTH)
    assert find_ground_truth(tmp_path) == {"retrieval": tmp_path / name}


@pytest.mark.parametrize(
    "content",
    [
        *(TRUTH.encode().replace(b"\n", end) for end in (b"\r\n", b"\r")),
        b"\xef\xbb\xbf" + TRUTH.encode(),
        b'"id","images","Usage"\n"q","a b","Public"\n',
        b"Usage,images,id\nPublic,a b,q\n",
        b",id,images,Usage\n0,q,a b,Public\n",
        b"id,images,Usage,note\nq,a b,Public,x\n",
        b"id,images\nq,a b\n",
        gzip.compress(TRUTH.encode(), mtime=0),
    ],
)
def test_a_table_in_an_unusual_form_is_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "solution.csv").write_bytes(content)
    assert [*find_ground_truth(tmp_path)] == ["retrieval"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        *((",", separator, "the columns are separated by ") for separator in (";", "\t", "|")),
        *((",", mark, "the first line must name the columns id,images or") for mark in (":", "  ", "，", "^")),
        (
            "id,images,Usage",
            '"id";"images";"Usage"',
            "the columns are separated by semicolons; separate them by commas",
        ),
        ("id,images,Usage", "sep=;", "the columns are separated by semicolons"),
        ("id,images,Usage", "# comment\nid,images,Usage", "the first line must name the columns"),
        ("id,images,Usage", "\nid,images,Usage", "the first line is empty"),
        *(("id", name, "the first line must name the columns") for name in ("ID", " id", "query", "\u00a0id", "'id'")),
        *(
            ("images", name, "the first line must name the columns")
            for name in ("Images", " images", "image", "relevant")
        ),
        *(("Usage", name, "the column '") for name in ("usage", "USAGE", "Usage ", " Usage", "Usge", "split")),
    ],
)
def test_a_table_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    (tmp_path / "retrieval_solution.csv").write_text(TRUTH.replace(old, new))
    assert error_of(tmp_path).startswith(f"retrieval_solution.csv: {complaint}")


@pytest.mark.parametrize("column", ["landmark", "landmark_id", "Landmarks", " landmarks"])
def test_a_recognition_truth_with_another_column_is_refused(tmp_path: Path, column: str) -> None:
    (tmp_path / "solution.csv").write_text(LABELS.replace("landmarks", column))
    assert f"(found: 'id,{column},Usage'); rename the file if it is no ground truth" in error_of(tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (TRUTH.encode("utf-16"), "a_solution.csv: is UTF-16"),
        (TRUTH.replace("Usage", "Usagé").encode("latin-1"), "a_solution.csv, line 1: is not UTF-8"),
        (TRUTH.encode("utf-16-le"), "a_solution.csv: the first line must name"),
        (gzip.compress(TRUTH.encode(), mtime=0)[:-9], "a_solution.csv: is a damaged gzip file"),
    ],
)
def test_a_table_in_another_encoding_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "a_solution.csv").write_bytes(content)
    assert error_of(tmp_path).startswith(complaint)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a_solution.csv"
    path.mkdir()
    assert error_of(tmp_path) == "a_solution.csv: is not a file; a CSV table is needed there"
    path.rmdir()
    path.symlink_to("nowhere")
    assert error_of(tmp_path) == "a_solution.csv: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "name",
    [
        *("retrieval_solution.csv.gz", "retrieval_solution.zip", "retrieval_solution.tsv", "Retrieval_Solution.TXT"),
        *("retrieval_solution.xlsx", "retrieval_solution.parquet", "retrieval_solution", "ground_truth.csv"),
        *("retrieval-groundtruth.json", "truth.csv", "gt.csv", "answers.csv", "retrieval_soluton.csv", "a.csv"),
        *("truth/retrieval_solution.csv", "solution/retrieval.csv", "secret/val.csv", "solution.xlsx"),
    ],
)
def test_a_file_that_looks_like_a_missing_ground_truth_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(TRUTH)
    text = error_of(tmp_path)
    assert text.startswith(
        f"{name}: looks like a ground truth, but is not read; save it as CSV in FOLDER under the name"
    )
    assert "retrieval_solution.csv" in text


@pytest.mark.parametrize(
    "name",
    [
        *("retrieval_solution.tsv", "retrieval_solution.csv.gz", "retrieval_solution.csv.bak", "solution.xlsx"),
        *("solution.md", "retrieval_solution.csv~", ".retrieval_solution.csv", "answers.csv", "index/gt.csv"),
        *("old/retrieval_solution.csv", "gt_boxes.txt", "0/truth.csv", "truthful.csv"),
    ],
)
def test_other_files_beside_a_ground_truth_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(TRUTH)
    (tmp_path / "retrieval_solution.csv").write_text(TRUTH)
    assert [*find_ground_truth(tmp_path)] == ["retrieval"]


@pytest.mark.parametrize("name", ["retrieval_solution.tsv", "x.csv", "recognition_truth.csv"])
def test_the_missing_ground_truth_of_one_of_two_tasks_is_noticed(tmp_path: Path, name: str) -> None:
    lost, read = ("retrieval", LABELS) if name[:3] != "rec" else ("recognition", TRUTH)
    (tmp_path / "a_solution.csv").write_text(read)
    (tmp_path / name).write_text(TRUTH if lost == "retrieval" else LABELS)
    assert f"under the name {lost}_solution.csv" in error_of(tmp_path)


@pytest.mark.parametrize("name", ["submission.csv", "train.csv", "test.csv", "data.csv", "truth.py"])
def test_submissions_and_tables_are_no_ground_truth(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("id,images\nq,a\n")
    assert find_ground_truth(tmp_path) == {}


def test_unread_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "solution.csv"
    for header, unread in ((",id,images,Usage,note", ["", "note"]), ("id,easy,hard,ignored", []), ("id,landmarks", [])):
        path.write_text(f"{header}\n")
        assert unread_columns(path) == unread
