"""Named columns of tables of ids; what is no such table is refused in one line."""

import gzip
from pathlib import Path

import pytest

from harness.data.tables.rows import read_id_index, read_rows
from harness.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def cells(path: Path, *columns: str) -> list[tuple[str, ...]]:
    blocks = list(read_rows(path, columns))
    return [row for rows in blocks for row in zip(*(rows[name].as_strings().texts() for name in columns), strict=True)]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as raised:
        cells(path, "id")
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < len(str(path)) + 300
    return text.removeprefix(str(path))


def test_columns_are_picked_by_name(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbfurl,"id",landmark_id\r\nhttp://x,a,7\r\n\r\n"http://y,z",b c,\r\n')
    assert cells(path, "id", "landmark_id") == [("a", "7"), ("b c", "")]
    assert cells(path, "landmark_id") == [("7",), ("",)]


def test_a_column_that_is_not_needed_may_be_missing(path: Path) -> None:
    path.write_text("id\na\n")
    (rows,) = read_rows(path, ["id"], ["Usage"])
    assert "id" in rows
    assert "Usage" not in rows
    assert len(rows) == 1


def test_the_vocabulary_holds_each_cell_once_in_order(path: Path) -> None:
    path.write_bytes(gzip.compress(b"id,x\nb,\na,\nb,\nc c,\n"))
    assert read_id_index(path, "id").texts().tolist() == ["b", "a", "c c"]


def test_the_vocabulary_of_a_long_table_is_the_same_whatever_room_was_foreseen(path: Path) -> None:
    ids = [f"{number % 99_000:x}" * (1 + number % 3) for number in range(300_000)]
    path.write_text("id\n" + "\n".join(ids))
    assert read_id_index(path, "id").texts().tolist() == list(dict.fromkeys(ids))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", ": the first line is empty; it must name the columns"),
        (b"\n\n \n", ": the first line is empty; it must name the columns"),
        (b"\nid\na\n", ": the first line is empty; it must name the columns"),
        (b"\xef\xbb\xbf", ": the first line is empty; it must name the columns"),
        (b"ID\na\n", ": the first line must name the column id; id is missing (found: 'ID')"),
        (b"\x1b[31m\n", ": the first line must name the column id; id is missing (found: '\\x1b[31m')"),
        (b"id,url,id\n", ": the first line names 'id' twice; name each column once"),
        (b"id" * 40_000, ": the first line is longer than 65536 bytes; is this a CSV table?"),
        (b"id\na,b\n", ", line 2: the number of cells is 2, and the first line names 1 ('id'); a cell that holds a"),
        (b"id,url\n\na\n", ", line 3: the number of cells is 1, and the first line names 2 ('id,url'); a cell"),
        (b"id\na\n\xff\n", ", line 3: is not UTF-8; save the table as CSV in UTF-8"),
        (b"id\n\xed\xa0\x80\n", ", line 2: is not UTF-8; save the table as CSV in UTF-8"),
        (b'id\n"a\n', ", line 2: is no CSV: a quote is opened and never closed"),
        (b'id\n"a"b\n', ", line 2: is no CSV: ',' expected after '\"'; write a quote within quotes twice"),
        ("id\na\n".encode("utf-16"), ": is UTF-16; save the table as CSV in UTF-8"),
    ],
)
def test_what_is_no_table_of_ids_is_refused_in_one_line(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)
    assert refusal(path).startswith(complaint)


def test_a_broken_row_is_named_by_its_line_far_down(path: Path) -> None:
    path.write_bytes(b"id\n" + b"a\n" * 3_000_000 + b"a,b\n")
    assert refusal(path).startswith(", line 3000002: the number of cells is 2")
