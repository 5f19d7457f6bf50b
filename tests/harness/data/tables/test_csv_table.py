"""Tests of `harness.data.tables.csv_table`: whole tables, blocks of rows, and the errors of files that are not CSV.

They test `harness.data.tables.column_names` and `harness.data.tables.separators`, too.
"""

import csv
import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.tables.csv_table import read_header, read_id_index, read_rows, read_table
from harness.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.csv"


def columns(path: Path, *names: str) -> list[list[str]]:
    table = read_table(path, names)
    return [table[name].tolist() for name in names]


def error_of(path: Path, *names: str) -> str:
    with pytest.raises(DataError) as raised:
        read_table(path, names or ("id", "landmark_id"))
    text = str(raised.value)
    assert text.startswith(str(path))
    assert text.isprintable(), "one line, for a terminal"
    assert len(text) < len(str(path)) + 300
    return text.removeprefix(str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"id,landmark_id\na,1\nb,2\n",
        b"id,landmark_id\r\na,1\r\nb,2\r\n",
        b"id,landmark_id\ra,1\rb,2\r",
        b"\xef\xbb\xbfid,landmark_id\na,1\nb,2",
        b'"id","landmark_id"\n"a","1"\n"b","2"\n',
        b"id,landmark_id\n\n\na,1\n\nb,2\n\n",
        b"landmark_id,url,id\n1,http://x,a\n2,,b\n",
        b'id,url,landmark_id\na,"http://x/1,2.jpg",1\nb,"two\nlines, ""quoted""",2\n',
    ],
)
def test_every_kind_of_csv_gives_the_same_cells(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert columns(path, "id", "landmark_id") == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", ": the first line is empty; it must name the columns"),
        (b"\n\n", ": the first line is empty"),
        (b"id\na\n", "landmark_id is missing (found: 'id')"),
        (
            b"id;landmark_id\na;1\n",
            ": the columns are separated by semicolons; separate them by commas (found: 'id;landmark_id')",
        ),
        (b"ID,landmark_id\na,1\n", "id is missing"),
        (b"id,id,landmark_id\na,a,1\n", "the first line names 'id' twice"),
        ("id,landmark_id\na,1\n".encode("utf-16"), ": is UTF-16"),
        (b"id,landmark_id\na,1\n\nb\xe9,2\n", ", line 4: is not UTF-8; save the table as CSV in UTF-8"),
        (b"id,landmark_id\na,1\n\nb,2,3\n", ", line 4: the number of cells is 3, and the first line names 2"),
        (b"id,landmark_id\na,1\nb\n", ", line 3: the number of cells is 1"),
        (b"id,landmark_id\n" + b"1," * 1_000_000 + b"\n", ", line 2: the number of cells is 1000001"),
        (b'id,landmark_id\na,1\n"b,2\nc,3\n', ", line 3: is no CSV: a quote is opened and never closed"),
        (b'id,landmark_id\n"a,1\n', ", line 2: is no CSV"),
        (b'id,landmark_id\na,1\n"b"x,2\n', ", line 3: is no CSV: ',' expected after '\"'"),
        (b'"id,landmark_id\na,1\n', ", line 1: is no CSV: a quote is opened"),
        (b"x" * 100_000, ": the first line is longer than 65536 bytes"),
        (b"i\0d\0,\0\n\0", "is missing (found: 'i\\x00d\\x00,\\x00')"),
        (b"\x89PNG\r\n\x1a\n\0\0", ", line 1: is not UTF-8"),
    ],
)
def test_files_that_are_not_tables_raise_in_one_line(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)
    assert complaint in error_of(path)


def test_pipes_and_folders_raise_without_blocking(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert "is not a file" in error_of(tmp_path / "folder.csv")
    assert "is not a file" in error_of(tmp_path / "pipe.csv")
    assert "Too many levels of symbolic links" in error_of(tmp_path / "loop.csv")
    assert "No such file" in error_of(tmp_path / "none.csv")
    assert "File name too long" in error_of(tmp_path / ("x" * 300))


def test_a_table_without_rows_has_empty_columns(path: Path) -> None:
    path.write_text("id,landmark_id\n")
    assert len(read_table(path, ["id"])) == 0


def test_an_optional_column_may_be_missing(path: Path) -> None:
    path.write_text("id,Usage\na,Public\n")
    assert "Usage" in read_table(path, ["id"], optional=["Usage"])
    assert "Usage" not in read_table(path, ["id"])
    assert "url" not in read_table(path, ["id"], optional=["url"])


def test_lines_of_rows_count_blank_lines_and_lines_in_cells(path: Path) -> None:
    path.write_text('id,url\n\na,x\n\nb,"1\n2\n3"\nc,y\n')
    assert read_table(path, ["id"]).lines.tolist() == [3, 5, 8]


def test_a_cell_may_hold_more_than_python_allows_by_itself(path: Path) -> None:
    path.write_text(f"id,images\nq,{'a ' * 100_000}\n")
    assert len(read_table(path, ["images"])["images"][0]) == 200_000


def test_a_table_of_several_blocks_keeps_all_rows_in_order(path: Path) -> None:
    path.write_text("id\n" + "\n".join(map(str, range(300_000))))
    assert len(list(read_rows(path, ["id"]))) > 1
    assert list(map(int, read_table(path, ["id"])["id"])) == list(range(300_000))


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_tables_written_by_python_are_read_back(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("id", "images"), *rows])
    path = tmp_path_factory.mktemp("table") / "a.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    assert list(zip(*columns(path, "id", "images"), strict=True)) == rows


@given(content=st.binary(max_size=60))
def test_any_bytes_give_a_table_or_data_error(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("table") / "a.csv"
    path.write_bytes(b"id,x\n" + content)
    try:
        read_table(path, ["id"])
    except DataError as error:
        assert str(error).isprintable()


def test_the_header_alone_can_be_read(path: Path) -> None:
    path.write_text('id,"images",Usage\nq,a,Public\n')
    assert read_header(path) == ["id", "images", "Usage"]


def cells(path: Path, *columns: str) -> list[tuple[str, ...]]:
    blocks = list(read_rows(path, columns))
    return [row for rows in blocks for row in zip(*(rows[name].as_strings().texts() for name in columns), strict=True)]


def test_columns_are_selected_by_name(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbfurl,"id",landmark_id\r\nhttp://x,a,7\r\n\r\n"http://y,z",b c,\r\n')
    assert cells(path, "id", "landmark_id") == [("a", "7"), ("b c", "")]
    assert cells(path, "landmark_id") == [("7",), ("",)]


def test_an_optional_column_of_rows_may_be_missing(path: Path) -> None:
    path.write_text("id\na\n")
    (rows,) = read_rows(path, ["id"], ["Usage"])
    assert "id" in rows
    assert "Usage" not in rows
    assert len(rows) == 1


def test_the_id_index_has_each_cell_once_in_order(path: Path) -> None:
    path.write_bytes(gzip.compress(b"id,x\nb,\na,\nb,\nc c,\n"))
    assert read_id_index(path, "id").texts().tolist() == ["b", "a", "c c"]


def test_the_id_index_of_a_long_table_does_not_depend_on_reserved_memory(path: Path) -> None:
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
def test_files_that_are_not_tables_of_ids_raise_in_one_line(path: Path, content: bytes, complaint: str) -> None:
    path.write_bytes(content)
    assert error_of(path, "id").startswith(complaint)


def test_an_error_names_its_line_far_down(path: Path) -> None:
    path.write_bytes(b"id\n" + b"a\n" * 3_000_000 + b"a,b\n")
    assert error_of(path, "id").startswith(", line 3000002: the number of cells is 2")


@pytest.mark.parametrize("name", ["Landmark_id", " landmark_id", "landmark_id ", "LANDMARK_ID", "landmark_id\u200b"])
def test_an_optional_column_in_another_spelling_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,{name}\na,1\n")
    with pytest.raises(DataError, match="in place of landmark_id; rename this column"):
        read_table(path, ["id"], ["landmark_id"])
    path.write_text(f"id,{name},landmark_id\na,1,2\n")
    assert read_table(path, ["id"], ["landmark_id"])["landmark_id"].tolist() == ["2"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_quoted_columns_with_another_separator_are_named(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'"id"{separator}"landmark_id"\n"a"{separator}"1"\n')
    with pytest.raises(DataError, match="the columns are separated by"):
        read_table(path, ["id"])
