"""Tests of `harness.submissions.read_write`: files are read as by the reference scorer; errors name line, id and remedy."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import SubmissionError
from harness.submissions.answer import Labelling, Ranking
from harness.submissions.read_write import read_submission, submission_task, write_submission

QUERIES = np.array(["q", "r", "s"], object)
IGNORED = frozenset({"ignored"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "submission.csv"


def read_rows(path: Path, *lines: str) -> list[list[str]]:
    path.write_text("\n".join(["id,images", *lines]))
    answer = read_submission(path, QUERIES, IGNORED)
    assert isinstance(answer, Ranking)
    return answer.rows()


def labelled(path: Path, *lines: str) -> dict[str, tuple[int, float]]:
    path.write_text("\n".join(["id,landmarks", *lines]))
    answer = read_submission(path, QUERIES, IGNORED)
    assert isinstance(answer, Labelling)
    answers = zip(answer.query_ids, answer.landmarks.tolist(), answer.confidences.tolist(), strict=True)
    return {query: (landmark, confidence) for query, landmark, confidence in answers if confidence == confidence}  # noqa: PLR0124


def reading_error(path: Path) -> str:
    with pytest.raises(SubmissionError) as raised:
        read_submission(path, QUERIES, IGNORED)
    text = str(raised.value)
    assert text.isprintable(), "one line, for a terminal"
    assert text.startswith(str(path))
    assert len(text) < len(str(path)) + 300
    return text.removeprefix(str(path))


def test_rows_are_put_in_the_order_of_the_queries(path: Path) -> None:
    assert read_rows(path, "s,c a", "q,a b") == [["a", "b"], [], ["c", "a"]]
    assert labelled(path, "s,7 0.5", "q,8815 1e-3") == {"q": (8815, 0.001), "s": (7, 0.5)}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["", "q,a", ""], ["a"]),
        (["q,"], []),
        (["q,", "q,", "q,a"], ["a"]),
        (["q,a b "], ["a", "b"]),
        (["q,a b  "], ["a", "b", ""]),
        (["q,a  b"], ["a", "", "b"]),
        (["q, a"], ["", "a"]),
        (["q, "], [""]),
        (["q,a a b a"], ["a", "a", "b", "a"]),
        (["unknown,", "unknown,", "q,a"], ["a"]),
        (["ignored,x", "ignored,y", "q,a"], ["a"]),
        (["q," + " ".join(["a", "b"] * 80)], ["a", "b"] * 50),
        (['q,"a b"'], ["a", "b"]),
        (["q,日本 " + "x" * 10_000], ["日本", "x" * 10_000]),
    ],
)
def test_rankings_are_read_as_by_the_reference_scorer(path: Path, lines: list[str], expected: list[str]) -> None:
    assert read_rows(path, *lines) == [expected, [], []]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("7 0.5 ", (7, 0.5)),
        ("7 -1e9", (7, -1e9)),
        ("-7 1", (-7, 1.0)),
        ("007 0", (7, 0.0)),
        ("9223372036854775807 1", (2**63 - 1, 1.0)),
    ],
)
def test_landmarks_are_read_as_by_the_reference_scorer(path: Path, cell: str, expected: tuple[int, float]) -> None:
    assert labelled(path, f"q,{cell}", "ignored,no answer", "r,") == {"q": expected}


@pytest.mark.parametrize(
    "cell",
    [
        "7",
        "7 0.5 8 0.4",
        "7  0.5",
        " 7 0.5",
        "7 0.5  ",
        "8815.0 0.5",
        "x 0.5",
        "7 x",
        "7 nan",
        "7 inf",
        "7 -inf",
        "7 1e999",
        "9223372036854775808 1",
        "x" * 10_000,
        "7\t0.5",
        '"\n"',
    ],
)
def test_a_malformed_label_is_rejected(path: Path, cell: str) -> None:
    path.write_text(f"id,landmarks\n\nr,7 0.5\nq,{cell}\n")
    assert reading_error(path).startswith(", line 4: ")
    assert reading_error(path).endswith(
        "is not an answer; write the number of the landmark, one blank, and a finite confidence"
    )


@pytest.mark.parametrize(("column", "answer"), [("images", "a"), ("landmarks", "7 0.5")])
def test_unknown_and_repeated_queries_are_rejected_with_their_line(path: Path, column: str, answer: str) -> None:
    path.write_text(f'id,{column}\n\n"q",{answer}\nother,{answer}\n')
    assert reading_error(path) == ", line 4: 'other' is not a query of this competition (see test.csv)"
    path.write_text(f"id,{column}\nq,{answer}\nr,\nq,{answer}\n")
    assert reading_error(path) == ", line 4: 'q' is answered twice; keep one answer"


def test_the_line_is_right_far_down_in_a_file(path: Path) -> None:
    path.write_text("id,images\n" + "q,\n" * 10_000 + "other,a\n")
    assert ", line 10002: 'other' is not a query" in reading_error(path)


@pytest.mark.parametrize("query", ["../q", "q ", "\x1b[2J", "x" * 10_000, "\u202eq", "Q"])
def test_a_hostile_id_is_an_unknown_query(path: Path, query: str) -> None:
    path.write_text(f'id,images\n"{query}",a\n')
    assert "is not a query of this competition" in reading_error(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the first line is empty"),
        (b"id\nq\n", "the first line must be id,images (retrieval) or id,landmarks (recognition), not 'id'"),
        (b"images,id\na,q\n", "not 'images,id'"),
        (b"id,images,Usage\nq,a,Public\n", "not 'id,images,Usage'"),
        (b"id,images,landmarks\n", "not 'id,images,landmarks'"),
        (b"q,a\nr,b\n", "not 'q,a'"),
        (b"id;images\nq;a\n", "not 'id;images'"),
        (b"id,id\nq,q\n", "names 'id' twice"),
        (b"id,images\nq\n", "line 2: 1 cells instead of 2"),
        (b"id,images\nq,a,b\n", "line 2: 3 cells instead of 2"),
        (b"id,images\nr,b\n\xff\xfe\n", "line 3: not UTF-8"),
        (b'id,images\nq,"a\n', "line 2: is no CSV: a quote is opened and never closed"),
        ("id,images\nq,a\n".encode("utf-16"), "is UTF-16; save the table as CSV in UTF-8"),
    ],
)
def test_another_file_is_rejected_in_one_line(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)
    assert complaint in reading_error(path)


def test_a_pipe_or_folder_is_rejected_without_waiting(path: Path, tmp_path: Path) -> None:
    assert "No such file" in reading_error(path)
    os.mkfifo(path)
    assert "is not a file" in reading_error(path)
    assert "is not a file" in reading_error(tmp_path)


def test_a_file_without_rows_answers_nothing(path: Path) -> None:
    assert read_rows(path) == [[], [], []]
    assert labelled(path) == {}
    path.write_text("id,images\n")
    assert read_submission(path, QUERIES[:0]).query_ids.tolist() == []


def test_windows_files_are_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfid,images\r\nq,a b\r\nr,c\r\n")
    answer = read_submission(path, QUERIES)
    assert isinstance(answer, Ranking)
    assert answer.rows() == [["a", "b"], ["c"], []]


def test_the_header_determines_the_task(path: Path) -> None:
    path.write_text("id,images\n")
    assert submission_task(path) == "retrieval"
    path.write_text("id,landmarks\n")
    assert submission_task(path) == "recognition"


@settings(deadline=None)  # kernels are compiled at their first call
@given(
    rows=st.lists(st.lists(st.sampled_from(["a", "b", "ccc", "日本"]), max_size=4), min_size=3, max_size=3)
    | st.lists(st.lists(st.sampled_from(["a1", "b1", "c1"]), max_size=4), min_size=3, max_size=3)
)
def test_a_ranking_is_written_and_read_back(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("submission") / "a.csv"
    index = np.array(sorted({each for row in rows for each in row}), object)
    write_submission(Ranking.from_rows(rows, QUERIES, index), path)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "images"],
            *([query, " ".join(row)] for query, row in zip(QUERIES, rows, strict=True)),
        ]
    answer = read_submission(path, QUERIES)
    assert isinstance(answer, Ranking)
    assert answer.rows() == rows


@settings(deadline=None)  # kernels are compiled at their first call
@given(
    answers=st.lists(
        st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats(allow_infinity=False)), min_size=3, max_size=3
    )
)
def test_a_labelling_is_written_and_read_back(
    answers: list[tuple[int, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("submission") / "a.csv"
    landmarks, confidences = (np.array(each) for each in zip(*answers, strict=True))
    write_submission(Labelling.of(landmarks, confidences, QUERIES), path)
    answer = read_submission(path, QUERIES)
    assert isinstance(answer, Labelling)
    assert np.array_equal(answer.confidences, confidences, equal_nan=True)
    assert np.array_equal(answer.landmarks[answer.answered], landmarks[answer.answered])


def test_every_query_has_a_row(path: Path) -> None:
    write_submission(Ranking.from_rows([["a"], [], []], QUERIES, np.array(["a"], object)), path)
    assert path.read_text() == "id,images\nq,a\nr,\ns,\n"
    write_submission(Labelling.of(np.array([7, 7, 7]), np.array([0.5, np.nan, 1e-7]), QUERIES), path)
    assert path.read_text() == "id,landmarks\nq,7 0.5\nr,\ns,7 1e-07\n"
    write_submission(Ranking.from_rows([], QUERIES[:0], QUERIES), path)
    assert path.read_text() == "id,images\n"


def test_many_rows_are_written(path: Path) -> None:
    index = np.array([f"{number:016x}" for number in range(1000)], object)
    queries = np.array([f"q{number}" for number in range(10_000)], object)
    positions = np.random.default_rng(0).integers(-1, 1000, (10_000, 3))
    write_submission(Ranking.from_positions(positions, queries, index), path)
    expected = [f"{query},{' '.join(index[row[row >= 0]])}" for query, row in zip(queries, positions, strict=True)]
    assert path.read_text().splitlines() == ["id,images", *expected]


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    path.write_text("old")
    answer = Ranking.from_positions(np.array([[5]]), QUERIES[:1], QUERIES)  # beyond the index
    with pytest.raises(IndexError):
        write_submission(answer, path)
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["submission.csv"]


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    answer = Ranking.from_rows([["a"]], QUERIES[:1], np.array(["a"], object))
    (tmp_path / "file").touch()
    for place, why in (
        (tmp_path / "no" / "a.csv", "No such file"),
        (tmp_path / "file" / "a.csv", "Not a directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(SubmissionError, match=f"cannot be written: {why}.*; no file was left there"):
            write_submission(answer, place)
