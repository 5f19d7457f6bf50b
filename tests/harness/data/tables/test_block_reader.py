"""Tests of `harness.data.tables.block_reader` and `harness.data.tables.blocks`, with the csv module as reference."""

import csv
import gzip
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.data.tables import block_reader, blocks
from harness.data.tables.block_reader import read_blocks, tokenize
from harness.data.tables.blocks import TableBlock, TextColumn
from harness.errors import DataError

Row = tuple[int, list[list[str]]]  # line, and the words of each cell

pieces = st.sampled_from(
    [b"a", b"bb", b"c" * 9, "é".encode(), b"\xff", b"\xc3", b" ", b"  ", b",", b",,", b"\n", b"\n\n", b"\r\n", b"\r"]
    + [b'"', b'""', b'"a b"', b'"a,b"', b'"a\nb"', b'"\r"', b"\x00", b"\t", b"\x0c", b"\x1a", b"\xef\xbb\xbf"]
)
plain = st.lists(st.sampled_from([b"a", b"bb", b"ccccccccc", b" ", b",", b"\n", b"\r\n", b"\xff", b"\t"]), max_size=40)
tables = st.one_of(plain, st.lists(pieces, max_size=40)).map(b"".join)


def read_words(path: Path, size: int) -> list[Row] | str:
    try:
        return [row for block in read_blocks(path, size) for row in rows_of(block)]
    except DataError as error:
        return str(error)


def rows_of(block: TableBlock) -> Iterable[Row]:
    for row, line in enumerate(block.lines.tolist()):
        one = block.select(slice(row, row + 1))
        columns = [one.column(cell) for cell in range(int(block.widths[row]))]
        yield line, [column.words[column.begins[0] : column.stops[0]].texts() for column in columns]
        assert one.row_strings().texts() == [",".join(column.as_strings().texts()[0] for column in columns)]


def reference_rows(path: Path, content: bytes) -> list[Row] | str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"{path}: is UTF-16; save the table as CSV in UTF-8"
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    reader = csv.reader(StringIO(text if text.endswith("\n") or not text else f"{text}\n", newline=""), strict=True)
    rows = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            ended = "end of data" in str(error)
            why = "a quote is opened and never closed" if ended else f"{error}; write a quote within quotes twice"
            return f"{path}, line {line}: is no CSV: {why}"
        if row is None:
            return rows
        for letter in ',"\r\n':
            row = [cell.replace(letter, "\x1a") for cell in row]
        if row:
            rows.append((line, [cell.split(" ") for cell in (row if row != [""] else ["\x1a"])]))


@settings(deadline=None)
@given(content=tables, size=st.integers(1, 40))
@example(content=b"\xef\xbb\xbfid,images\na,b", size=1)
@example(content=b"\xef\xbb\xbf", size=1)
@example(content=b"\xff\xfe", size=1)
@example(content=b"a,b\r\n\r\nc,d\r", size=3)
@example(content=b'a,b\nc,"d', size=4)
@example(content=b'a\n"b"c\nd', size=2)
@example(content=b'""\n" "\n', size=2)
def test_rows_equal_those_of_the_csv_module_for_any_block_size(
    content: bytes, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "blocks.csv"
    path.write_bytes(content)
    expected = reference_rows(path, content)
    assert read_words(path, size) == expected
    assert read_words(path, block_reader.SIZE) == expected


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from(["a", "b", "aa", "bb", "ccccccccc", "ccccccccd"]), min_size=1), min_size=1)
)
def test_repeated_words_occur_earlier_in_the_cell(
    rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "repeats.csv"
    path.write_text("".join(f"q,{' '.join(row)}\n" for row in rows))
    (block,) = read_blocks(path)
    column = block.column(1).compact()
    expected = [word in row[:place] for row in rows for place, word in enumerate(row)]
    for in_python in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "suits_python", lambda _, value=in_python: value)
            assert column.repeated_words().tolist() == expected
    assert column.words.texts() == [word for row in rows for word in row]


def test_a_column_can_be_restricted_to_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("p,a b\nq,\nr,c d e\n")
    (block,) = read_blocks(tmp_path / "a.csv")
    column: TextColumn = block.column(1)
    assert column.select(np.array([True, False, True])).as_strings().texts() == ["a b", "c d e"]
    assert column.select(np.array([2, 1])).compact().words.texts() == ["c", "d", "e", ""]
    assert column.word_counts.tolist() == [2, 1, 3]


def test_an_endless_line_raises_quickly_and_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,images\n")
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    message = f"{path}, line 2: is longer than 64 MB; write one row for each query"
    with pytest.raises(DataError, match="is longer than") as raised:
        list(read_blocks(path))
    assert str(raised.value) == message


@pytest.fixture
def longest_cell() -> Iterator[int]:
    """Limit the cells of the csv module to 1 000 characters during a test."""
    former = csv.field_size_limit(1000)
    yield 1000
    csv.field_size_limit(former)


def test_reading_never_lowers_the_limit_of_the_csv_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former = csv.field_size_limit()
    monkeypatch.setattr(block_reader, "LONGEST", 1000)
    (tmp_path / "a.csv").write_text('"id",images\n"q"x,a\n')
    read_words(tmp_path / "a.csv", 100)
    assert csv.field_size_limit() == former


def test_an_endless_line_after_a_quote_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest_cell: int
) -> None:
    monkeypatch.setattr(block_reader, "LONGEST", longest_cell)
    path = tmp_path / "a.csv"
    path.write_bytes(b'"id",images\n' + b"a" * 10_000)
    assert "is longer than" in read_words(path, 100)
    path.write_bytes(b'"id",images\n"' + b"a\n" * 10_000)
    assert "field larger than field limit" in read_words(path, 100)


def test_lines_beyond_two_thousand_million_are_counted() -> None:
    tokens = tokenize(b"a,b\n", 2**31)
    assert tokens is not None
    assert tokens[0].lines.tolist() == [2**31]
    assert tokens[1] == 2**31 + 1


def test_ten_million_commas_are_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"," * 10_000_000)
    (block,) = read_blocks(path)
    assert block.widths.tolist() == [10_000_001]


def test_a_compressed_table_is_read_like_a_plain_one(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfid,images\r\nq,a b\r\n"
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    for size in (1, 2, 7, 1000):
        assert read_words(tmp_path / "a.csv.gz", size) == read_words(tmp_path / "a.csv", size)
