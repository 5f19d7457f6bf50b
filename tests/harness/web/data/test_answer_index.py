from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import SubmissionError
from harness.web.data import answer_index
from harness.web.data.answer_index import SubmissionIndex

QUERIES = np.array(["q1", "q2", "q3", "longer-id"], object)


def open_index(tmp_path: Path, text: str | bytes) -> SubmissionIndex:
    path = tmp_path / "s.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return SubmissionIndex.open(path, QUERIES, tmp_path / "cache")


@pytest.mark.parametrize(
    "text",
    [
        "id,images\nq2,a b\nq1,c\nlonger-id,d\n",
        "id,images\r\nq2,a b\r\nq1,c\r\nlonger-id,d\r\n",
        "id,images\nq2,a b \nunknown,x\nq1,c\nlonger-id,d",
        'id,images\n"q2","a b"\nq1,c\nlonger-id,"d"\n',
    ],
)
def test_answers_are_read_with_any_line_ends_and_quotes(tmp_path: Path, text: str) -> None:
    index = open_index(tmp_path, text)
    assert [index.tokens(query) for query in range(4)] == [["c"], ["a", "b"], [], ["d"]]


def test_the_first_of_two_rows_counts(tmp_path: Path) -> None:
    assert open_index(tmp_path, "id,images\nq1,a\nq1,b\n").tokens(0) == ["a"]


rows = st.lists(
    st.tuples(st.sampled_from([*QUERIES, "other"]), st.lists(st.sampled_from(["a", "bb", "ü"]), max_size=4)),
    max_size=12,
    unique_by=lambda row: row[0],
)


@given(rows, st.sampled_from([8, 16, 33, 1 << 20]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_answers_do_not_depend_on_the_chunk_size(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str, list[str]]], chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("answers")
    text = "id,images\n" + "".join(f"{query},{' '.join(images)}\n" for query, images in answers)
    before, answer_index._CHUNK = answer_index._CHUNK, chunk
    try:
        index = open_index(folder, text)
    finally:
        answer_index._CHUNK = before
    assert {query: index.tokens(place) for place, query in enumerate(QUERIES)} == {
        query: dict(answers).get(query, []) for query in QUERIES
    }


def test_a_changed_file_is_indexed_again(tmp_path: Path) -> None:
    assert open_index(tmp_path, "id,images\nq1,a\n").tokens(0) == ["a"]
    assert open_index(tmp_path, "id,images\nq2,a\nq1,ccc\n").tokens(0) == ["ccc"]


def test_a_missing_or_invalid_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="is not there"):
        SubmissionIndex.open(tmp_path / "none.csv", QUERIES, tmp_path)
    with pytest.raises(SubmissionError, match="first line"):
        open_index(tmp_path, b"\x00\x01")
