from pathlib import Path

import numpy as np
import pytest

from harness.data.tables.csv_table import read_table
from harness.data.tables.ids import ids_of, is_safe_id, repeated_rows, unsafe_rows
from harness.errors import DataError

GOOD = ["000088da12d664db", "IMG_1234", "a-b", "v1.2", "a..b", "日本語", "ünï", "(1)", "a+b", "=1", "0", "x" * 200]
BAD = [
    "",
    ".",
    "..",
    ".hidden",
    "../secret",
    "a/b",
    "a\\b",
    "/etc/passwd",
    "two words",
    " a",
    "a ",
    "a\tb",
    "a\nb",
    "a\r",
    "nul\0",
    "a,b",
    'a"b',
    "a'b",
    "a;b",
    "C:",
    "a|b",
    "a*",
    "a?",
    "<a>",
    "\x1b[0m",
    "\u202egnp",
    "\u200fa",
    "a\u200b",
    "a\u2028b",
    "\ufeffa",
    "\u00a0",
    "x" * 201,
    "x" * 10_000,
]


@pytest.mark.parametrize("image_id", GOOD)
def test_an_id_that_is_a_word_and_a_file_name_is_safe(image_id: str) -> None:
    assert is_safe_id(image_id)


@pytest.mark.parametrize("image_id", BAD)
def test_an_id_that_is_neither_is_not(image_id: str) -> None:
    assert not is_safe_id(image_id)


def test_unsafe_rows_are_found_among_others() -> None:
    assert unsafe_rows(np.array([*GOOD, *BAD], object)) == list(range(len(GOOD), len(GOOD) + len(BAD)))
    assert unsafe_rows(np.array(["a", "x" * 201, "b"], object)) == [1]
    assert unsafe_rows(np.array([], object)) == []


def test_all_rows_of_an_id_but_the_first_are_repeated() -> None:
    assert repeated_rows(np.array(list("abcab"), object)) == [3, 4]
    assert repeated_rows(np.array(list("abc"), object)) == []


@pytest.mark.parametrize("bad", [each for each in BAD if "\0" not in each])
def test_an_unsafe_id_raises_with_its_line(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "index.csv"
    quoted = '"' + bad.replace('"', '""') + '"'
    path.write_text(f"id\na\n\n{quoted}\nb\n", newline="")
    with pytest.raises(DataError, match=r"index\.csv, line 4: .* cannot be an image id; use letters") as raised:
        ids_of(read_table(path, ["id"]))
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < len(str(path)) + 250


def test_a_repeated_id_raises_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("id\na\nb\na\n")
    with pytest.raises(DataError, match="line 4: the id 'a' is repeated"):
        ids_of(read_table(tmp_path / "index.csv", ["id"]))
