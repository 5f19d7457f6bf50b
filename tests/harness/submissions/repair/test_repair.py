"""Tests of `harness.submissions.repair.rewrite`, `fixes`, `formatting` and `summary`.

They are `harness.submissions.repair.fixes`, `harness.submissions.repair.formatting` and
`harness.submissions.repair.summary`. A repaired file has only faults that its author must decide.
"""

import csv
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.errors import DataError, HarnessError, SubmissionError
from harness.submissions.repair.rewrite import RepairResult, repair_file
from harness.submissions.validation.validate import validate
from tests.factories.submission_files import INDEX, LANDMARKS, QUERIES, submission_files, write_tables

UNREPAIRABLE = {
    "cells",
    "encoding",
    "repeated query",
    "malformed",
    "several landmarks",
    "blanks",
    "not finite",
    "negative",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tmp_path_factory.mktemp("small") / "competition")


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A competition with train.csv only."""
    return write_tables(tmp_path_factory.mktemp("small") / "bare", queries=False, index=False)


def repair_text(folder: Path, content: str | bytes, task: str | None = None) -> tuple[RepairResult, str]:
    path, out = folder / "s.csv", folder / "s.fixed.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    repair = repair_file(path, out, folder, task, force=True)
    return repair, out.read_text(encoding="utf-8", errors="surrogateescape")


def images(folder: Path, *lines: str) -> list[str]:
    return repair_text(folder, "\n".join(["id,images", *lines, ""]))[1].splitlines()[1:]


def labels(folder: Path, *lines: str) -> list[str]:
    return repair_text(folder, "\n".join(["id,landmarks", *lines, ""]))[1].splitlines()[1:]


@settings(deadline=None, max_examples=300)
@given(content=submission_files, task=st.sampled_from([None, None, "retrieval", "recognition"]), is_bare=st.booleans())
@example(content=b"id,images\nq,\nq,no\nq,a\n", task=None, is_bare=False)
@example(content=b"id,images\nq,a,b\nq1\n", task=None, is_bare=False)
@example(content=b"id,images,x\nq,a  b\n", task=None, is_bare=False)
@example(content=b"id,images\n\xff,both\n", task=None, is_bare=False)
@example(content=b"images,id\n\r[red],", task=None, is_bare=True)
def test_a_repaired_file_has_only_unrepairable_faults_and_is_not_changed_again(
    content: bytes, task: str | None, is_bare: bool, folder: Path, bare: Path
) -> None:
    on = bare if is_bare else folder
    try:
        repair, text = repair_text(on, content, task)
    except HarnessError as error:
        assert isinstance(error, SubmissionError)
        assert len(str(error).splitlines()) == 1
        return
    remaining = {fault.kind.name for fault in repair.after.faults}
    missing = {"missing query"} if remaining & {"cells", "encoding"} else set()
    assert remaining <= UNREPAIRABLE | missing
    again, same = repair_text(on, text.encode("utf-8", "surrogateescape"), repair.after.columns.task)
    assert same == text
    assert again.repaired_faults() == []
    assert again.quirks == []
    if not repair.before.faults and not repair.quirks:
        assert text.encode() == content
    assert all(line.isprintable() for line in repair.lines())


words = st.sampled_from([*INDEX, *INDEX, "q", "no", ""])


@settings(deadline=None)
@given(
    lists=st.lists(st.lists(words | words.map(lambda word: word + " " + word), max_size=130), min_size=4, max_size=4)
)
def test_lists_are_repaired_as_by_hand(lists: list[list[str]], folder: Path) -> None:
    rows = [(query, " ".join(listed)) for query, listed in zip(QUERIES, lists, strict=True)]
    expected = [
        f"{query},{' '.join([each for each in dict.fromkeys(cell.split()) if each in INDEX and each != query][:100])}"
        for query, cell in rows
    ]
    assert images(folder, *(",".join(row) for row in rows)) == expected


def test_a_list_is_cut_after_invalid_entries_are_removed(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "c", index=False)
    (folder / "index.csv").write_text("id\n" + "\n".join(f"i{number}" for number in range(150)))
    listed = ["no"] * 50 + [f"i{number}" for number in range(150)]
    assert images(folder, f"q,{' '.join(listed)}")[0] == "q," + " ".join(f"i{number}" for number in range(100))


REST = ["q1,", "both,", "日本,"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ["q,", *REST]),
        (("q,a b1",), ["q,a b1", *REST]),
        (("both,a", "q,a"), ["both,a", "q,a", "q1,", "日本,"]),
        ((" q ,a", "no,a", ",a", "Q,a"), ["q,a", *REST]),
        (("q, a  b1 ",), ["q,a b1", *REST]),
        (("q,a", "q,a", "q, a"), ["q,a", *REST]),
        (("q,", "q,a", "q,", "q,no"), ["q,a", *REST]),
        (("q,", "q,no"), ["q,", *REST]),
        (("q,a", "q,b1", "q,a", "q,"), ["q,a", "q,b1", *REST]),
        (("both,a both both a",), ["both,a", "q,", "q1,", "日本,"]),
        (("q,a,b1",), ["q,a b1", *REST]),
        (("q,a,no",), ["q,a,no", *REST]),
        (("q1", "q,a"), ["q1", "q,a", "both,", "日本,"]),
        (('"q","a b1"',), ["q,a b1", *REST]),
        (('q,"a\nb1"',), ["q,a b1", *REST]),
    ],
)
def test_rows_of_images_are_repaired(folder: Path, lines: tuple[str, ...], expected: list[str]) -> None:
    assert images(folder, *lines) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("7 0.5", "7 0.5"),
        ("7 0.5 ", "7 0.5"),
        (" 7  0.5", "7 0.5"),
        (" ", ""),
        ("8815.0 0.5", "8815 0.5"),
        ("1_0 1_0.5", "10 10.5"),
        ("+7 .5", "7 .5"),
        ("٧ 1", "7 1"),
        ("007 1e-3", "007 1e-3"),
        ("9 0.5", ""),
        ("-7 0.5", ""),
        ("7 nan", "7 nan"),
        ("7 inf", "7 inf"),
        ("7  1e999", "7  1e999"),
        ("7 -1", "7 -1"),
        ("7 0.5 10 0.4", "7 0.5 10 0.4"),
        ("7", "7"),
        ("7.5 1", "7.5 1"),
        ("x 1", "x 1"),
        ("9" * 19 + " 1", "9" * 19 + " 1"),
    ],
)
def test_labels_are_repaired(folder: Path, cell: str, expected: str) -> None:
    assert labels(folder, f"q,{cell}") == [f"q,{expected}", *REST]


@pytest.mark.parametrize(
    "content",
    [
        "id,images\nq,a\n",
        "ID, Images \nq,a\n",
        "images,id\na,q\n",
        "id,images\na,q\n",
        "images,id\nq,a\n",
        "id,images,Usage\nq,a,Public\n",
        "q,a\n",
        "a,q\n",
        "x,images\nq,a\n",
        "id,x\nq,a\n",
        "\ufeffid,images\r\nq,a\r\n",
        '"id","images"\n"q","a"',
    ],
)
def test_columns_are_reordered(folder: Path, content: str) -> None:
    repair, text = repair_text(folder, content)
    assert text.splitlines() == ["id,images", "q,a", *REST]
    assert not repair.after.is_rejected_by("strict")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", ": the first line is empty"),
        (b"a,b\nq,a\n", ": the columns cannot be determined; name them in the first line"),
        (b"x;y\nq;a\n", ": the columns cannot be determined"),
        (
            b"id,images,x\nq,a,1\nq1,a\n",
            ", line 3, column 3: the columns cannot be reordered because of this row; correct it",
        ),
        (b"id,images\na,q\n\xff,both\n", ", line 3: the columns cannot be reordered because of this row; correct it"),
        (b'id,images\nq,"a\n', ": line 2: is no CSV: a quote is opened and never closed"),
        ("id,images\n".encode("utf-16"), ": is UTF-16"),
        (gzip.compress(b"id,images\n", mtime=0)[:-3], ": is a damaged gzip file"),
    ],
)
def test_an_ambiguous_file_is_rejected_and_nothing_is_written(
    tmp_path: Path, folder: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    with pytest.raises(SubmissionError) as raised:
        repair_file(path, tmp_path / "out.csv", folder)
    assert str(raised.value).startswith(f"{path}{complaint}")
    assert os.listdir(tmp_path) == ["s.csv"]


def test_repairs_and_remaining_faults_are_reported(folder: Path) -> None:
    content = "\ufeffid,landmarks\r\nno,7 1\r\nq,7  1 \r\n\r\nq1,7 -1\r\nboth,7 nan\r\nno,7 1"
    repair, _ = repair_text(folder, content)
    path, out = folder / "s.csv", folder / "s.fixed.csv"
    assert repair.lines() == [
        f"{path}: byte order mark (line 1): 1 removed",
        f"{path}: carriage returns at line ends (line 1): 6 removed",
        f"{path}: blank lines (line 4): 1 removed",
        f"{path}: blanks at the end of a line (line 3): 1 removed",
        f"{path}: last line without a line end (line 7): 1 completed",
        f"{path}: queries without a row: 1 of 1 added without an answer",
        f"{path}: rows whose id is not a query (line 2, column 1): 2 of 2 removed, or stripped of blanks",
        f"{path}: answers with extra blanks (line 3, column 2): 1 of 1 rewritten with one blank",
        (
            f"{out}: not repaired: rows that were removed with their answers, because their ids are no queries: 2, "
            "first 'no': '7 1'; check their ids"
        ),
        (
            f"{out}: not repaired: negative confidences (line 3, column 2): 1, first '7 -1'; they are kept, "
            "because only their order counts; check that higher means more confident"
        ),
        (
            f"{out}: not repaired: confidences that are nan or infinite (line 4, column 2): 1, first '7 nan'; write a "
            "finite number"
        ),
        f"{out}: written, 4 rows",
    ]
    document = repair.document()
    assert document["out"] == str(out)
    assert [each["kind"] for each in document["done"]][-3:] == ["missing query", "unknown query", "blanks"]


def test_ids_without_a_table_stay(bare: Path) -> None:
    assert images(bare, "anything,x y x", "other,", "other,z") == ["anything,x y", "other,z"]


def test_landmarks_stay_without_train_csv(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "c", train=False)
    assert labels(folder, "q,9 1")[0] == "q,9 1"
    assert 9 not in LANDMARKS


def test_the_input_file_is_never_overwritten(tmp_path: Path, folder: Path) -> None:
    path, link = tmp_path / "s.csv", tmp_path / "link.csv"
    path.write_text("id,images\nq,a\n")
    link.symlink_to(path)
    for out in (path, link, tmp_path / "." / "s.csv"):
        with pytest.raises(SubmissionError, match="is the input file; choose another with --out"):
            repair_file(path, out, folder, force=True)
    assert path.read_text() == "id,images\nq,a\n"


def test_a_table_of_a_competition_is_not_replaced_even_with_force(tmp_path: Path, folder: Path) -> None:
    path, table = tmp_path / "s.csv", folder / "test.csv"
    path.write_text("id,images\nq,a\n")
    before = table.read_text()
    with pytest.raises(SubmissionError, match="is a table of a competition"):
        repair_file(path, table, folder, force=True)
    assert table.read_text() == before


def test_an_existing_file_is_replaced_only_with_force(tmp_path: Path, folder: Path) -> None:
    path, out = tmp_path / "s.csv", tmp_path / "out.csv"
    path.write_text("id,images\nq,a\n")
    out.write_text("mine")
    with pytest.raises(SubmissionError, match="exists already"):
        repair_file(path, out, folder)
    assert out.read_text() == "mine"
    repair_file(path, out, folder, force=True)
    assert out.read_text().startswith("id,images\nq,a\n")
    with pytest.raises(SubmissionError, match="is not a file"):
        repair_file(path, tmp_path, folder, force=True)
    with pytest.raises(SubmissionError, match="no such folder"):
        repair_file(path, tmp_path / "no" / "out.csv", folder)


def test_an_interrupted_repair_leaves_no_file(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "s.csv", tmp_path / "out.csv"
    path.write_text("id,images\nq,a\n")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.submissions.repair.rewrite._write_rows", interrupt)
    with pytest.raises(KeyboardInterrupt):
        repair_file(path, out, folder)
    assert os.listdir(tmp_path) == ["s.csv"]


def test_the_ground_truth_is_not_opened(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "c")
    (folder / "retrieval_solution.csv").mkdir()
    assert images(folder, "q,a no")[0] == "q,a"


def test_a_folder_without_tables_is_rejected(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id,images\n")
    for on in (tmp_path, tmp_path / "no"):
        with pytest.raises(DataError):
            repair_file(path, tmp_path / "out.csv", on)


def test_ids_of_any_length_and_script_stay(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "c", index=False)
    long = ["x" * 300_000, "日本" * 1000, "a"]
    (folder / "index.csv").write_text("id\n" + "\n".join(long), encoding="utf-8")
    assert images(folder, f"q,{' '.join(long)} {long[0]}")[0] == f"q,{' '.join(long)}"
    with (folder / "s.fixed.csv").open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(1 << 26)
        assert [row[0] for row in csv.reader(file)] == ["id", *QUERIES]
    assert not validate(folder / "s.fixed.csv", folder).is_rejected_by("strict")


def test_a_file_of_another_competition_is_not_called_repaired(folder: Path) -> None:
    result, _ = repair_text(folder, "id,images\n0.0,a\n1.0,a b1\n")
    assert not result.is_complete
    assert "not repaired: no query has an answer, because the rows are of ids such as '0.0'; " in result.lines()[-2]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (
            "0.0,a\nq,a\n",
            "rows that were removed with their answers, because their ids are no queries: 1, first '0.0': 'a'",
        ),
        ("q,a no\nq1,nowhere b1\n", "entries that were removed, because they are not in the index: 2, first 'no'"),
        (
            "q,a\nstranger,no\n",
            "rows that were removed with their answers, because their ids are no queries: 1, first 'str",
        ),
    ],
)
def test_what_cannot_be_placed_is_reported_as_not_repaired(folder: Path, rows: str, complaint: str) -> None:
    result, _ = repair_text(folder, f"id,images\n{rows}")
    assert not result.is_complete
    assert any(f": not repaired: {complaint}" in line for line in result.lines())


def test_a_header_in_the_middle_and_rows_without_an_answer_are_no_loss(folder: Path) -> None:
    result, text = repair_text(folder, "id,images\nq,a\nid,images\nq1,b1\nno,\n,\n")
    assert result.is_complete
    assert text.splitlines()[1:3] == ["q,a", "q1,b1"]
