"""`landmark validate` and `landmark fix`, and what `landmark score` tells before a score."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.main import app
from harness.errors import DataError, SubmissionError
from tests.factories.submission_files import QUERIES, write_small

TRUTH = "id,images,Usage\n" + "".join(f"{query},a b1,Public\n" for query in QUERIES)
CLEAN = "id,images\n" + "".join(f"{query},a b1\n" for query in QUERIES)
FAULTY = "id,images\nq,a a no\n\nno,a\nq1,both  b1\nboth,both\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_small(tmp_path / "competition")
    (folder / "retrieval_solution.csv").write_text(TRUTH, encoding="utf-8")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.csv"


def landmark(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_all_faults_are_told_at_once(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    shown = landmark("validate", path, "--on", folder)
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        (
            f"{path}: rejected: queries without a row: 1, first '日本'; write a row for each id of test.csv, with nothing "
            "behind the comma for no answer"
        ),
        (
            "    the site says: ERROR: Unable to find 1 required key values in the 'id' column; ERROR: Unable to find the "
            "required key value '日本' in the 'id' column"
        ),
        f"{path}, line 4, column 1: rejected: rows whose id is no query: 1, first 'no'; keep to the ids of test.csv",
        "    the site says: Evaluation Exception: Submission must have 4 rows",
        (
            f"{path}, line 2, column 2, entry 2: accepted silently: entries that stand in the same row before: 1, first "
            "'a'; leave the first; the others only push others back"
        ),
        (
            f"{path}, line 2, column 2, entry 3: accepted silently: entries that are not in the index: 1, first 'no'; list "
            "ids of index.csv; others only push others back"
        ),
        (
            f"{path}, line 5, column 2, entry 2: accepted silently: empty entries, from two blanks in a row or one in "
            "front: 1, first ''; write one blank between entries"
        ),
        (
            f"{path}, line 6, column 2, entry 1: accepted silently: entries that are the query itself: 1, first 'both'; "
            "leave it out"
        ),
    ]


def test_the_profile_of_the_site_leaves_out_what_it_accepts(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    shown = landmark("validate", path, "--on", folder, "--profile", "kaggle")
    assert shown.exit_code == 1
    assert "accepted" not in shown.stdout
    path.write_text(CLEAN.replace("b1", "a"))
    assert landmark("validate", path, "--on", folder).exit_code == 1
    shown = landmark("validate", path, "--on", folder, "--profile", "kaggle")
    assert (shown.exit_code, shown.stdout) == (0, f"{path}: nothing is wrong: 4 rows, 4 queries answered\n")


def test_json_tells_the_same(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    shown = landmark("validate", path, "--on", folder, "--json")
    assert shown.exit_code == 1
    told = json.loads(shown.stdout)
    assert told["rejected"] == {"kaggle": True, "strict": True}
    assert (told["rows"], told["answered"], told["unchecked"]) == (4, 3, [])
    assert [fault["kind"] for fault in told["faults"]] == [
        "missing query",
        "unknown query",
        "repeated image",
        "unknown image",
        "double blank",
        "own image",
    ]
    assert told["faults"][2] == {
        "kind": "repeated image",
        "what": "entries that stand in the same row before",
        "remedy": "leave the first; the others only push others back",
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
    before = landmark("validate", path, "--on", folder)
    spoil(folder / "retrieval_solution.csv")
    assert landmark("validate", path, "--on", folder).stdout == before.stdout


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("x,y", ["Required column 'id' could not be found", "Required column 'images' could not be found"]),
        (
            "x,y",
            [
                "Unexpected Column:  'x' (Line 1, Column 1)",
                "columns that are not asked for: 2",
                "not checked: the rows",
            ],
        ),
        ("id,images,more", ["Unexpected Column:  'more' (Line 1, Column 3)"]),
        ("ID, images", ["Unexpected Column:  'ID' (Line 1, Column 1)", "in another case or with blanks around: 2"]),
        ("id,pictures", ["Required column 'images' could not", "Unexpected Column:  'pictures' (Line 1, Column 2)"]),
        ("q,a b1", ["first line that is a row: 1", "Required column 'id' could not be found"]),
        ("id,id", ["the first line names 'id' twice; name each column once"]),
        ("", ["the first line is empty; it must name the columns"]),
    ],
)
def test_a_wrong_first_line_is_told_in_the_words_of_the_site(
    folder: Path, path: Path, header: str, told: list[str]
) -> None:
    path.write_text(CLEAN.replace("id,images", header))
    shown = landmark("validate", path, "--on", folder)
    assert shown.exit_code == 1
    assert all(each in shown.stdout for each in told)
    assert "rows whose id is no query" not in shown.stdout


def test_columns_in_another_order_are_minded_by_the_scorer_only(folder: Path, path: Path) -> None:
    path.write_text("images,id\n" + "".join(f"a b1,{query}\n" for query in QUERIES))
    assert landmark("validate", path, "--on", folder, "--profile", "kaggle").exit_code == 0
    shown = landmark("validate", path, "--on", folder)
    assert shown.exit_code == 1
    assert len(shown.stdout.splitlines()) == 1
    assert "accepted silently: columns in another order than the sample's" in shown.stdout


def test_swapped_contents_are_told_once(folder: Path, path: Path) -> None:
    path.write_text("id,images\n" + "".join(f"a b1,{query}\n" for query in QUERIES))
    shown = landmark("validate", path, "--on", folder)
    assert [line.split(": ")[1] for line in shown.stdout.splitlines()] == ["rejected", "ERROR"]
    assert "columns that hold each other's cells" in shown.stdout


def test_a_file_for_the_other_task_is_told(folder: Path, path: Path) -> None:
    path.write_text("id,landmarks\nq,7 0.5\n")
    shown = landmark("validate", path, "--on", folder, "--task", "retrieval")
    assert "ERROR: Required column 'images' could not be found" in shown.stdout
    assert "ERROR: Unexpected Column:  'landmarks' (Line 1, Column 2)" in shown.stdout


def test_what_no_table_tells_is_not_checked(tmp_path: Path, path: Path) -> None:
    path.write_text("id,images\nx,y z\nx,\n")
    folder = write_small(tmp_path / "c", queries=False, index=False)
    assert landmark("validate", path, "--on", folder).stdout.splitlines()[-2:] == [
        f"{path}: not checked: the queries (no test.csv)",
        f"{path}: not checked: the listed images (no index.csv)",
    ]
    assert "rows whose query stands there before: 1" in landmark("validate", path, "--on", folder).stdout
    (folder / "train.csv").unlink()
    shown = landmark("validate", path, "--on", folder)
    assert isinstance(shown.exception, DataError)
    assert str(shown.exception) == f"{folder}: holds no test.csv, index.csv or train.csv, so it is no competition"


def test_empty_tables_make_everything_unknown(folder: Path, path: Path) -> None:
    for name in ("test.csv", "index.csv"):
        (folder / name).write_text("id\n")
    path.write_text("id,images\nq,a\n")
    shown = landmark("validate", path, "--on", folder)
    assert "rows whose id is no query: 1" in shown.stdout
    assert "entries that are not in the index: 1" in shown.stdout
    path.write_text("id,images\n")
    assert landmark("validate", path, "--on", folder).exit_code == 0


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202e", "[red]", "\x00\x07", "=1+1", "x" * 300_000, "日" * 100_000])
def test_hostile_ids_are_shown_as_they_are_and_short(folder: Path, path: Path, hostile: str) -> None:
    path.write_text(f"id,images\n{hostile},a\nq,{hostile}\n{hostile},{hostile},\n", encoding="utf-8")
    for words in (("validate",), ("fix", "--force"), ("score",)):
        shown = landmark(words[0], path, "--on", folder, *words[1:])
        text = (shown.stdout + shown.stderr).replace("\n", "")
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
def test_packed_files_are_validated_as_plain_ones(folder: Path, path: Path, kind: str) -> None:
    pack(path, "plain")
    expected = landmark("validate", path, "--on", folder).stdout
    pack(path, kind)
    assert landmark("validate", path, "--on", folder).stdout == expected


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
def test_what_cannot_be_read_is_one_fault_and_one_line_before_a_score(
    folder: Path, path: Path, content: bytes, message: str
) -> None:
    path.write_bytes(content)
    shown = landmark("validate", path, "--on", folder)
    assert shown.exit_code == 1
    assert len(shown.stdout.splitlines()) == 1
    assert f"{path}: rejected: {message}" in shown.stdout
    scored = landmark("score", path, "--on", folder)
    assert isinstance(scored.exception, SubmissionError)
    assert scored.stderr == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,images\n", "queries without a row: 4"),
        (CLEAN.encode() + b"no\xff,a\nq1,\xc3\n", "line 6: rejected: rows that are not UTF-8: 2, first 'no\\udcff,a'"),
        (CLEAN.encode() + b"a\x00,b", "line 6, column 1: rejected: rows whose id is no query: 1, first 'a\\x00'"),
        (CLEAN.replace("\n", "\r").encode() + b"no,", "line 6, column 1: rejected: rows whose id is no query"),
        (CLEAN.encode() + b'"a\n\n","b,c"\nno,', "line 6, column 1: rejected: rows whose id is no query: 2"),
        (CLEAN.encode() + b"," * 10_000_000, "line 6, column 3: rejected: rows with more or fewer cells"),
    ],
)
def test_odd_bytes_are_told_with_their_line(folder: Path, path: Path, content: bytes, told: str) -> None:
    path.write_bytes(content)
    shown = landmark("validate", path, "--on", folder)
    assert shown.exit_code == 1
    assert told in shown.stdout


def test_an_endless_line_is_refused_in_little_memory(folder: Path, path: Path) -> None:
    path.write_text(CLEAN)
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30)); "
        "from harness.cli.main import main; main()"
    )
    words = [sys.executable, "-c", program, "validate", str(path), "--on", str(folder)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "line 6: is longer than 64 MB; write one row for each query" in ended.stdout


def test_what_is_no_file_is_told_without_waiting(folder: Path, path: Path, tmp_path: Path) -> None:
    os.mkfifo(path)
    for words in (("validate", path), ("validate", tmp_path)):
        shown = landmark(*words, "--on", folder)
        assert shown.exit_code == 1
        assert "is not a file; a CSV table is needed there" in shown.stdout
    assert isinstance(landmark("score", path, "--on", folder).exception, SubmissionError)
    assert isinstance(landmark("fix", path, "--on", folder).exception, SubmissionError)
    assert "No such file" in landmark("validate", tmp_path / "no.csv", "--on", folder).stdout


def test_a_hundred_thousand_faults_are_told_in_few_lines(folder: Path, path: Path) -> None:
    path.write_text("id,images\n" + "".join(f"x{number},a a  no,\nq,no no  q\n" for number in range(50_000)))
    shown = landmark("validate", path, "--on", folder)
    assert len(shown.stdout.splitlines()) < 20
    assert "rows whose query stands there before: 49999" in shown.stdout


def test_a_clean_file_is_scored_without_a_word(folder: Path, path: Path) -> None:
    path.write_text(CLEAN, encoding="utf-8")
    shown = landmark("score", path, "--on", folder)
    assert shown.exit_code == 0
    assert shown.stderr == ""


def test_without_a_table_of_queries_those_of_the_truth_are_scored(tmp_path: Path, path: Path) -> None:
    folder = write_small(tmp_path / "c", queries=False)
    (folder / "retrieval_solution.csv").write_text(TRUTH, encoding="utf-8")
    path.write_text("id,images\nq,a\n")
    assert landmark("score", path, "--on", folder).exit_code == 0
    path.write_text("id,images\nq,a\nno,a\n")
    shown = landmark("score", path, "--on", folder)
    assert "line 3: 'no' is no query of this competition" in str(shown.exception)


def test_faults_are_told_in_one_line_each_before_the_score(folder: Path, path: Path) -> None:
    path.write_text("id,images\nq,a a\nq1,a  no\nboth,both\n日本,\n", encoding="utf-8")
    shown = landmark("score", path, "--on", folder)
    assert shown.exit_code == 0
    assert shown.stderr.splitlines() == [
        f"note: {path}: entries that stand in the same row before: 1, first 'a' in line 2, column 2, entry 2",
        f"note: {path}: empty entries, from two blanks in a row or one in front: 1, first '' in line 3, column 2, entry 2",
        f"note: {path}: entries that are not in the index: 1, first 'no' in line 3, column 2, entry 3",
        f"note: {path}: entries that are the query itself: 1, first 'both' in line 4, column 2, entry 1",
    ]
    assert "map@100" in shown.stdout
    told = json.loads(landmark("score", path, "--on", folder, "--json").stdout)
    assert [fault["kind"] for fault in told["faults"]] == [
        "repeated image",
        "double blank",
        "unknown image",
        "own image",
    ]


def test_what_the_reference_scorer_stumbles_on_is_told_with_all_else(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    shown = landmark("score", path, "--on", folder)
    assert isinstance(shown.exception, SubmissionError)
    assert str(shown.exception) == f"{path}, line 4: 'no' is no query of this competition; the queries are in test.csv"
    assert shown.stderr == landmark("validate", path, "--on", folder).stdout
    assert shown.stdout == ""
    told = json.loads(landmark("score", path, "--on", folder, "--json").stdout)
    assert told["scores"] is None
    assert len(told["faults"]) == 6


def test_fix_writes_beside_the_file_and_tells_what_it_did(folder: Path, path: Path) -> None:
    path.write_text(FAULTY)
    shown = landmark("fix", path, "--on", folder)
    out = path.with_name("s.fixed.csv")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[-1] == f"{out}: written, 4 rows"
    assert out.read_text(encoding="utf-8") == "id,images\nq,a\nq1,both b1\nboth,\n日本,\n"
    assert landmark("validate", out, "--on", folder).exit_code == 0
    again = landmark("fix", path, "--on", folder)
    assert "is there already; name another with --out, or replace it with --force" in str(again.exception)
    told = json.loads(landmark("fix", path, "--on", folder, "--force", "--json").stdout)
    assert told["left"]["faults"] == []
    assert {"kind": "unknown image", "count": 1, "line": 2, "done": "dropped"} in told["done"]
