"""Tests of `harness.cli.validate` and `harness.cli.fix`, and of the faults that `landmark score` reports before a score."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import DataError, SubmissionError
from tests.cli import run_command
from tests.factories.submission_files import QUERIES, write_tables

GROUND_TRUTH = "id,images,Usage\n" + "".join(f"{query},a b1,Public\n" for query in QUERIES)
CLEAN = "id,images\n" + "".join(f"{query},a b1\n" for query in QUERIES)
FAULTY = "id,images\nq,a a no\n\nno,a\nq1,both  b1\nboth,both\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_tables(tmp_path / "competition")
    (folder / "retrieval_solution.csv").write_text(GROUND_TRUTH, encoding="utf-8")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.csv"


def test_all_faults_are_reported_at_once(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    result = run_command("validate", path, "--on", folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        (
            f"{path}: rejected: queries without a row: 1, first '日本'; write a row for each id of test.csv, with an "
            "empty second cell if there is no answer"
        ),
        (
            "    Kaggle says: ERROR: Unable to find 1 required key values in the 'id' column; ERROR: Unable to find the "
            "required key value '日本' in the 'id' column"
        ),
        f"{path}, line 4, column 1: rejected: rows whose id is not a query: 1, first 'no'; use only ids of test.csv",
        "    Kaggle says: Evaluation Exception: Submission must have 4 rows",
        (
            f"{path}, line 2, column 2, entry 2: accepted silently: entries that repeat an earlier entry of the row: "
            "1, first 'a'; remove them; they only use up ranks"
        ),
        (
            f"{path}, line 2, column 2, entry 3: accepted silently: entries that are not in the index: 1, first 'no'; list "
            "only ids of index.csv; others only use up ranks"
        ),
        (
            f"{path}, line 5, column 2, entry 2: accepted silently: empty entries (two blanks in a row, or a leading "
            "blank): 1, first ''; write one blank between entries"
        ),
        (
            f"{path}, line 6, column 2, entry 1: accepted silently: entries that are the query itself: 1, first 'both'; "
            "remove them"
        ),
    ]


def test_the_kaggle_profile_omits_faults_that_kaggle_accepts(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    result = run_command("validate", path, "--on", folder, "--profile", "kaggle")
    assert result.exit_code == 1
    assert "accepted" not in result.stdout
    path.write_text(CLEAN.replace("b1", "a"))
    assert run_command("validate", path, "--on", folder).exit_code == 1
    result = run_command("validate", path, "--on", folder, "--profile", "kaggle")
    assert (result.exit_code, result.stdout) == (0, f"{path}: no faults: 4 rows, 4 queries answered\n")


def test_json_has_the_same_faults(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    result = run_command("validate", path, "--on", folder, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["rejected"] == {"kaggle": True, "strict": True}
    assert (report["rows"], report["answered"], report["unchecked"]) == (4, 3, [])
    assert [fault["kind"] for fault in report["faults"]] == [
        "missing query",
        "unknown query",
        "repeated image",
        "unknown image",
        "double blank",
        "own image",
    ]
    assert report["faults"][2] == {
        "kind": "repeated image",
        "what": "entries that repeat an earlier entry of the row",
        "remedy": "remove them; they only use up ranks",
        "count": 1,
        "line": 2,
        "column": 2,
        "entry": 2,
        "example": "'a'",
        "rejected": False,
        "site": "",
        "scorer": False,
    }


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda truth: truth.write_bytes(b"\xff\x00"), lambda truth: truth.chmod(0)]
)
def test_the_ground_truth_is_never_opened(folder: Path, path: Path, spoil: Callable[[Path], object]) -> None:
    path.write_text(FAULTY)
    before = run_command("validate", path, "--on", folder)
    spoil(folder / "retrieval_solution.csv")
    after = run_command("validate", path, "--on", folder)
    lines = [line for line in after.stdout.splitlines() if "(the ground truth cannot be read)" not in line]
    assert (lines, after.exit_code) == (before.stdout.splitlines(), before.exit_code)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("x,y", ["Required column 'id' could not be found", "Required column 'images' could not be found"]),
        (
            "x,y",
            [
                "Unexpected Column:  'x' (Line 1, Column 1)",
                "unexpected columns: 2",
                "not checked: the rows",
            ],
        ),
        ("id,images,more", ["Unexpected Column:  'more' (Line 1, Column 3)"]),
        ("ID, images", ["Unexpected Column:  'ID' (Line 1, Column 1)", "with wrong case or surrounding blanks: 2"]),
        ("id,pictures", ["Required column 'images' could not", "Unexpected Column:  'pictures' (Line 1, Column 2)"]),
        ("q,a b1", ["missing header line: 1", "Required column 'id' could not be found"]),
        ("id,id", ["the first line names 'id' twice; name each column once"]),
        ("", ["the first line is empty; it must name the columns"]),
    ],
)
def test_a_wrong_first_line_is_reported_with_the_error_message_of_kaggle(
    folder: Path, path: Path, header: str, expected: list[str]
) -> None:
    path.write_text(CLEAN.replace("id,images", header))
    result = run_command("validate", path, "--on", folder)
    assert result.exit_code == 1
    assert all(each in result.stdout for each in expected)
    assert "rows whose id is not a query" not in result.stdout


def test_only_the_scorer_rejects_columns_in_the_wrong_order(folder: Path, path: Path) -> None:
    path.write_text("images,id\n" + "".join(f"a b1,{query}\n" for query in QUERIES))
    assert run_command("validate", path, "--on", folder, "--profile", "kaggle").exit_code == 0
    result = run_command("validate", path, "--on", folder)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "accepted silently: columns in the wrong order" in result.stdout


def test_swapped_contents_are_reported_once(folder: Path, path: Path) -> None:
    path.write_text("id,images\n" + "".join(f"a b1,{query}\n" for query in QUERIES))
    result = run_command("validate", path, "--on", folder)
    assert [line.split(": ")[1] for line in result.stdout.splitlines()] == ["rejected", "ERROR"]
    assert "columns with swapped contents" in result.stdout


def test_a_file_for_the_other_task_is_reported(folder: Path, path: Path) -> None:
    path.write_text("id,landmarks\nq,7 0.5\n")
    result = run_command("validate", path, "--on", folder, "--task", "retrieval")
    assert "ERROR: Required column 'images' could not be found" in result.stdout
    assert "ERROR: Unexpected Column:  'landmarks' (Line 1, Column 2)" in result.stdout


def test_checks_without_their_table_are_skipped(tmp_path: Path, path: Path) -> None:
    path.write_text("id,images\nx,y z\nx,\n")
    folder = write_tables(tmp_path / "c", queries=False, index=False)
    assert run_command("validate", path, "--on", folder).stdout.splitlines()[-2:] == [
        f"{path}: not checked: the queries (no test.csv)",
        f"{path}: not checked: the listed images (no index.csv)",
    ]
    assert "rows that repeat a query: 1" in run_command("validate", path, "--on", folder).stdout
    (folder / "train.csv").unlink()
    result = run_command("validate", path, "--on", folder)
    assert isinstance(result.exception, DataError)
    assert str(result.exception) == f"{folder}: not a competition: it has no test.csv, index.csv or train.csv"


def test_empty_tables_make_everything_unknown(folder: Path, path: Path) -> None:
    for name in ("test.csv", "index.csv"):
        (folder / name).write_text("id\n")
    path.write_text("id,images\nq,a\n")
    result = run_command("validate", path, "--on", folder)
    assert "rows whose id is not a query: 1" in result.stdout
    assert "entries that are not in the index: 1" in result.stdout
    path.write_text("id,images\n")
    assert run_command("validate", path, "--on", folder).exit_code == 0


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202e", "[red]", "\x00\x07", "=1+1", "x" * 300_000, "日" * 100_000])
def test_hostile_ids_are_printed_escaped_and_shortened(folder: Path, path: Path, hostile: str) -> None:
    path.write_text(f"id,images\n{hostile},a\nq,{hostile}\n{hostile},{hostile},\n", encoding="utf-8")
    for words in (("validate",), ("fix", "--force"), ("score",)):
        result = run_command(words[0], path, "--on", folder, *words[1:])
        text = (result.stdout + result.stderr).replace("\n", "")
        assert text.isprintable()
        assert len(text) < 10_000
        assert words[0] == "fix" or hostile[:5] in text or ascii(hostile[:2])[1:-1] in text


def pack(path: Path, kind: str) -> None:
    content = FAULTY.encode()
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("s.csv", content)
    else:
        path.write_bytes(gzip.compress(content) if kind == "gzip" else content)


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_compressed_files_are_validated_like_plain_files(folder: Path, path: Path, kind: str) -> None:
    pack(path, "plain")
    expected = run_command("validate", path, "--on", folder).stdout
    pack(path, kind)
    assert run_command("validate", path, "--on", folder).stdout == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line is empty"),
        (b"\n\n\n", "the first line is empty"),
        (b'id,images\nq,"a\n', "line 2: is no CSV: a quote is opened and never closed"),
        (CLEAN.encode("utf-16"), "is UTF-16; save the table as CSV in UTF-8"),
        (gzip.compress(CLEAN.encode(), mtime=0)[:-4], "is a damaged gzip file"),
        (b"PK\x03\x04", "is a damaged zip file"),
    ],
)
def test_an_unreadable_file_has_one_fault(folder: Path, path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    result = run_command("validate", path, "--on", folder)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert f"{path}: rejected: {message}" in result.stdout
    scored = run_command("score", path, "--on", folder)
    assert isinstance(scored.exception, SubmissionError)
    assert scored.stderr == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,images\n", "queries without a row: 4"),
        (CLEAN.encode() + b"no\xff,a\nq1,\xc3\n", "line 6: rejected: rows that are not UTF-8: 2, first 'no\\udcff,a'"),
        (CLEAN.encode() + b"a\x00,b", "line 6, column 1: rejected: rows whose id is not a query: 1, first 'a\\x00'"),
        (CLEAN.replace("\n", "\r").encode() + b"no,", "line 6, column 1: rejected: rows whose id is not a query"),
        (CLEAN.encode() + b'"a\n\n","b,c"\nno,', "line 6, column 1: rejected: rows whose id is not a query: 2"),
        (CLEAN.encode() + b"," * 10_000_000, "line 6, column 3: rejected: rows with more or fewer cells"),
    ],
)
def test_odd_bytes_are_reported_with_their_line(folder: Path, path: Path, content: bytes, expected: str) -> None:
    path.write_bytes(content)
    result = run_command("validate", path, "--on", folder)
    assert result.exit_code == 1
    assert expected in result.stdout


def test_an_endless_line_is_rejected_in_little_memory(folder: Path, path: Path) -> None:
    path.write_text(CLEAN)
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30)); "
        "from harness.cli.main import main; main()"
    )
    words = [sys.executable, "-c", program, "validate", str(path), "--on", str(folder)]
    process = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stderr) == (1, "")
    assert "line 6: is longer than 64 MB; write one row for each query" in process.stdout


def test_a_pipe_or_folder_is_rejected_without_waiting(folder: Path, path: Path, tmp_path: Path) -> None:
    os.mkfifo(path)
    for words in (("validate", path), ("validate", tmp_path)):
        result = run_command(*words, "--on", folder)
        assert result.exit_code == 1
        assert "is not a file; a CSV table is needed there" in result.stdout
    assert isinstance(run_command("score", path, "--on", folder).exception, SubmissionError)
    assert isinstance(run_command("fix", path, "--on", folder).exception, SubmissionError)
    assert "No such file" in run_command("validate", tmp_path / "no.csv", "--on", folder).stdout


def test_a_hundred_thousand_faults_are_reported_in_few_lines(folder: Path, path: Path) -> None:
    path.write_text("id,images\n" + "".join(f"x{number},a a  no,\nq,no no  q\n" for number in range(50_000)))
    result = run_command("validate", path, "--on", folder)
    assert len(result.stdout.splitlines()) < 20
    assert "rows that repeat a query: 49999" in result.stdout


def test_a_clean_file_is_scored_without_messages(folder: Path, path: Path) -> None:
    path.write_text(CLEAN, encoding="utf-8")
    result = run_command("score", path, "--on", folder)
    assert result.exit_code == 0
    assert result.stderr == ""


def test_without_test_csv_the_queries_of_the_ground_truth_are_scored(tmp_path: Path, path: Path) -> None:
    folder = write_tables(tmp_path / "c", queries=False)
    (folder / "retrieval_solution.csv").write_text(GROUND_TRUTH, encoding="utf-8")
    path.write_text("id,images\nq,a\n")
    assert run_command("score", path, "--on", folder).exit_code == 0
    path.write_text("id,images\nq,a\nno,a\n")
    result = run_command("score", path, "--on", folder)
    assert "line 3: 'no' is not a query of this competition" in str(result.exception)


def test_each_fault_is_one_line_before_the_score(folder: Path, path: Path) -> None:
    path.write_text("id,images\nq,a a\nq1,a  no\nboth,both\n日本,\n", encoding="utf-8")
    result = run_command("score", path, "--on", folder)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"note: {path}: entries that repeat an earlier entry of the row: 1, first 'a' in line 2, column 2, entry 2",
        f"note: {path}: empty entries (two blanks in a row, or a leading blank): 1, first '' in line 3, column 2, entry 2",
        f"note: {path}: entries that are not in the index: 1, first 'no' in line 3, column 2, entry 3",
        f"note: {path}: entries that are the query itself: 1, first 'both' in line 4, column 2, entry 1",
    ]
    assert "mAP@100" in result.stdout
    report = json.loads(run_command("score", path, "--on", folder, "--json").stdout)
    assert [fault["kind"] for fault in report["faults"]] == [
        "repeated image",
        "double blank",
        "unknown image",
        "own image",
    ]


def test_an_error_of_the_reference_scorer_is_reported_with_all_faults(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    result = run_command("score", path, "--on", folder)
    assert isinstance(result.exception, SubmissionError)
    assert str(result.exception) == f"{path}, line 4: 'no' is not a query of this competition (see test.csv)"
    assert result.stderr == run_command("validate", path, "--on", folder).stdout
    assert result.stdout == ""
    report = json.loads(run_command("score", path, "--on", folder, "--json").stdout)
    assert report["scores"] is None
    assert len(report["faults"]) == 6


def test_fix_writes_a_copy_next_to_the_file_and_reports_its_repairs(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    result = run_command("fix", path, "--on", folder)
    out = path.with_name("s.fixed.csv")
    assert result.exit_code == 1
    assert "not repaired: rows that were removed with their answers, because their ids are no queries" in result.stdout
    assert result.stdout.splitlines()[-1] == f"{out}: written, 4 rows"
    assert out.read_text(encoding="utf-8") == "id,images\nq,a\nq1,both b1\nboth,\n日本,\n"
    assert run_command("validate", out, "--on", folder).exit_code == 0
    again = run_command("fix", path, "--on", folder)
    assert "exists already; choose another with --out, or overwrite it with --force" in str(again.exception)
    report = json.loads(run_command("fix", path, "--on", folder, "--force", "--json").stdout)
    assert report["left"]["faults"] == []
    assert {"kind": "unknown image", "count": 1, "line": 2, "done": "removed"} in report["done"]
