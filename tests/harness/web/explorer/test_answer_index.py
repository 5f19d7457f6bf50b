from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import SubmissionError
from harness.web.explorer import answer_index as answers
from harness.web.explorer.answer_index import Answers

QUERIES = np.array(["q1", "q2", "q3", "longer-id"], object)


def opened(tmp_path: Path, text: str | bytes) -> Answers:
    path = tmp_path / "s.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Answers.open(path, QUERIES, tmp_path / "cache")


@pytest.mark.parametrize(
    "text",
    [
        "id,images\nq2,a b\nq1,c\nlonger-id,d\n",
        "id,images\r\nq2,a b\r\nq1,c\r\nlonger-id,d\r\n",
        "id,images\nq2,a b \nunknown,x\nq1,c\nlonger-id,d",
        'id,images\n"q2","a b"\nq1,c\nlonger-id,"d"\n',
    ],
)
def test_answers_are_found_however_lines_end_and_cells_are_quoted(tmp_path: Path, text: str) -> None:
    found = opened(tmp_path, text)
    assert [found.words(query) for query in range(4)] == [["c"], ["a", "b"], [], ["d"]]


def test_of_two_rows_the_first_counts(tmp_path: Path) -> None:
    assert opened(tmp_path, "id,images\nq1,a\nq1,b\n").words(0) == ["a"]


rows = st.lists(
    st.tuples(st.sampled_from([*QUERIES, "other"]), st.lists(st.sampled_from(["a", "bb", "ü"]), max_size=4)),
    max_size=12,
    unique_by=lambda row: row[0],
)


@given(rows, st.sampled_from([8, 16, 33, 1 << 20]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_same_is_found_whatever_is_looked_through_at_once(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[str, list[str]]], chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("answers")
    text = "id,images\n" + "".join(f"{query},{' '.join(images)}\n" for query, images in made)
    before, answers._CHUNK = answers._CHUNK, chunk
    try:
        found = opened(folder, text)
    finally:
        answers._CHUNK = before
    assert {query: found.words(place) for place, query in enumerate(QUERIES)} == {
        query: dict(made).get(query, []) for query in QUERIES
    }


def test_a_file_that_has_changed_is_looked_through_again(tmp_path: Path) -> None:
    assert opened(tmp_path, "id,images\nq1,a\n").words(0) == ["a"]
    assert opened(tmp_path, "id,images\nq2,a\nq1,ccc\n").words(0) == ["ccc"]


def test_a_file_that_is_not_there_or_no_submission_is_told(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="is not there"):
        Answers.open(tmp_path / "none.csv", QUERIES, tmp_path)
    with pytest.raises(SubmissionError, match="first line"):
        opened(tmp_path, b"\x00\x01")
