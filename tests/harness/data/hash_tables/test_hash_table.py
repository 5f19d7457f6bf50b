"""Tests of `harness.data.hash_tables.hash_table`, `harness.data.hash_tables.reading`,
`harness.data.hash_tables.rows_by_part` and `harness.data.hash_tables.hex_digits`.
"""

import gzip
from pathlib import Path

import imagehash
import numpy as np
import pandas as pd
import pytest

from harness.data.hash_tables.hash_table import HashTable
from harness.data.hash_tables.hex_digits import parse_digits
from harness.data.hash_tables.reading import read_hash_table
from harness.data.image_set import ImageSet
from harness.data.images.find import ImageFolder
from harness.data.images.source import TableImages
from harness.errors import DataError, SolutionError

AVERAGE = {"average": ("avghash", "average_hash")}
A, B = "00000000ffffffff", "a978f478f068f0e8"


def read(tmp_path: Path, text: str, columns: dict = AVERAGE) -> HashTable:
    (tmp_path / "hashes.csv").write_text(text, newline="")
    return read_hash_table(tmp_path / "hashes.csv", columns)


def images(tmp_path: Path, *ids: str, part: str = "index") -> ImageSet:
    return ImageSet(TableImages(part, np.array(ids, object), ImageFolder(tmp_path, part), tmp_path / "store"))


def error_of(tmp_path: Path, text: str, columns: dict = AVERAGE) -> str:
    with pytest.raises(DataError) as error:
        read(tmp_path, text, columns)
    message = str(error.value)
    assert message.isprintable()
    assert message.startswith(str(tmp_path / "hashes.csv"))
    return message


def test_hashes_are_found_by_id_in_any_order(tmp_path: Path) -> None:
    table = read(tmp_path, f"avghash,note,id\n{B},x,b\n{A.upper()},y,a\n")
    assert images(tmp_path, "a", "b").describe(table, "average").tolist() == [int(A, 16), int(B, 16)]


def test_an_image_without_a_hash_counts_as_undecodable(tmp_path: Path) -> None:
    table, some = read(tmp_path, f"id,avghash\na,{A}\nc,\n"), images(tmp_path, "a", "b", "c")
    assert some.undecodable(table).tolist() == [False, True, True]
    assert some.found_undecodable == {"b", "c"}
    assert some[1:].describe(table, "average").tolist() == [0, 0]


def test_ids_of_no_image_are_counted(tmp_path: Path) -> None:
    table = read(tmp_path, f"id,avghash\nx,{A}\na,{A}\ny,{A}\n")
    unknown = table.unknown_ids([images(tmp_path, "a").source, images(tmp_path, "q", part="test").source])
    assert (unknown.count, unknown.example) == (2, "x")


def test_a_table_without_any_image_of_a_part_is_refused(tmp_path: Path) -> None:
    table = read(tmp_path, f"id,avghash\nx,{A}\n")
    with pytest.raises(DataError, match="has no hash of the 2 index images of .*, such as 'a'"):
        images(tmp_path, "a", "b").describe(table, "average")
    assert images(tmp_path).describe(table, "average").shape == (0,)


@pytest.mark.parametrize("header", ["id,avghash\n", "id,part,avghash\n"])
def test_a_table_with_a_first_line_only_is_refused_like_one_of_other_images(tmp_path: Path, header: str) -> None:
    table = read(tmp_path, header)
    with pytest.raises(DataError, match="has no hash of the 1 index images of .*, such as 'a'"):
        images(tmp_path, "a").describe(table, "average")


def test_the_column_part_tells_the_same_id_of_two_parts_apart(tmp_path: Path) -> None:
    table = read(tmp_path, f"id,part,avghash\na,index,{A}\na,test,{B}\n")
    assert images(tmp_path, "a").describe(table, "average").tolist() == [int(A, 16)]
    assert images(tmp_path, "a", part="test").describe(table, "average").tolist() == [int(B, 16)]
    with pytest.raises(DataError, match="1 train images"):
        images(tmp_path, "a", part="train").describe(table, "average")


def test_an_id_may_be_repeated_with_the_same_hash_only(tmp_path: Path) -> None:
    table = read(tmp_path, f"id,avghash\na,{A}\nb,{B}\na,{A}\n")
    assert images(tmp_path, "a").describe(table, "average").tolist() == [int(A, 16)]
    message = error_of(tmp_path, f"id,avghash\na,{A}\nb,{B}\na,{B}\n")
    assert "line 4: 'a' has another hash on line 2" in message
    assert "line 3: 'a' has another hash on line 2" in error_of(tmp_path, f"id,avghash\na,\na,{B}\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"id,avghash\na,{A}\nb,{A[:-1]}g\n", "line 3: avghash is '00000000fffffffg', which is no hash in hexadec"),
        (f"id,avghash\na,{A}\nb,{A[:-1]}\n", "line 3: avghash has 15 digits, and 16 on line 2"),
        (f"id,avghash\na,\nb,{A}\nc,{A}0\n", "line 4: avghash has 17 digits, and 16 on line 3"),
        (
            f'id,avghash\na,"{A},{A},{A}"\n',
            "line 2: avghash has 3 hashes, separated by commas; write one; the solution crop_resistant_hash",
        ),
        (f'id,avghash\na,{A}\nb,"{A},{A}"\n', "line 3: avghash has 2 hashes, separated by commas"),
        ("id,avghash\na,1.25e+18\n", "is no hash"),
        ("id,avghash\na,-1\n", "is no hash"),
        (f"id,avghash\na, {A}\n", "is no hash"),
        ("id,avghash\na,nan\n", "line 2: avghash is 'nan'"),
        (f"id,avghash\na,{'0' * 1025}\n", "a hash has at most 1024 digits"),
        (f"id,avghash\n,{A}\n", "line 2: the id is empty"),
        (f"id;avghash\na;{A}\n", "the columns are separated by semicolons"),
        (f"id\tavghash\na\t{A}\n", "the columns are separated by tabs"),
        (f"name,avghash\na,{A}\n", "line 1: a table of hashes has a column id; it is missing"),
        (
            f"id,hash,other\na,{A},{A}\n",
            "line 1: there is no column 'avghash' for kind='average'; others that kind can name: 'hash, other'",
        ),
        ("id\na\n", "others that kind can name: 'none'"),
        (f"id,avghash,average_hash\na,{A},{A}\n", "avghash and average_hash are columns of the same hash"),
        (f"id,id,avghash\na,a,{A}\n", "names 'id' twice"),
        (f"id,part,avghash\na,gallery,{A}\n", "line 2: part is 'gallery'; it must be train, index or test"),
        (f"id,avghash\na,{A},{A}\n", "line 2: the number of cells is 3"),
        ("", "the first line is empty"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in error_of(tmp_path, text)


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DataError, match="there is no such file of hashes"):
            read_hash_table(path, AVERAGE)


def test_a_ground_truth_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "retrieval_solution.csv").write_text("id,images\nq,secret\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "retrieval_solution.csv")
    for name in ("retrieval_solution.csv", "link.csv"):
        with pytest.raises(DataError, match="has the name of a ground truth") as error:
            read_hash_table(tmp_path / name, {"images": ("images",)})
        assert "secret" not in str(error.value)


def test_hashes_of_more_than_64_bits_have_several_words(tmp_path: Path) -> None:
    table = read(tmp_path, f"id,avghash\nb,\na,{A}{B}{A}{B}\n")
    words = images(tmp_path, "a", "b").describe(table, "average")
    assert words.tolist() == [[int(A, 16), int(B, 16), int(A, 16), int(B, 16)], [0] * 4]


def test_any_number_of_digits_is_read_as_imagehash_does() -> None:
    for shape in ((14, 3), (12, 12), (3, 3)):
        text = str(imagehash.ImageHash(np.random.default_rng(0).random(shape) < 0.5))
        words, valid = parse_digits(np.frombuffer(text.encode(), np.uint8)[None])
        assert valid.tolist() == [True]
        assert int("".join(f"{word:016x}" for word in words[0].tolist()), 16) == int(text, 16)


def test_a_frame_of_hash_objects_is_read_as_pandas_writes_it(tmp_path: Path) -> None:
    objects = [imagehash.hex_to_hash(A), imagehash.hex_to_hash(B), None]
    frame = pd.DataFrame({"id": ["a", "b", "c"], "avghash": objects})
    for options in ({}, {"index": False}):
        frame.to_csv(tmp_path / "hashes.csv", **options)
        table = read_hash_table(tmp_path / "hashes.csv", AVERAGE)
        some = images(tmp_path, "a", "b", "c")
        assert some.describe(table, "average").tolist() == [int(A, 16), int(B, 16), 0]


def test_a_compressed_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "hashes.csv.gz").write_bytes(gzip.compress(f"id,avghash\na,{A}\n".encode()))
    table = read_hash_table(tmp_path / "hashes.csv.gz", AVERAGE)
    assert images(tmp_path, "a").describe(table, "average").tolist() == [int(A, 16)]


def test_a_table_has_neither_pixels_nor_ragged_rows(tmp_path: Path) -> None:
    table, some = read(tmp_path, f"id,avghash\na,{A}\n"), images(tmp_path, "a")
    with pytest.raises(SolutionError, match="hashes of the competition's images only"):
        table.describe([np.zeros((9, 9), np.uint8)])
    with pytest.raises(SolutionError):
        some.describe_ragged(table, "average")
    assert repr(str(tmp_path / "hashes.csv")) in table.identity


def test_many_rows_in_several_blocks_equal_those_of_pandas(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    codes = generator.integers(0, 2**64, 60_000, dtype=np.uint64)
    ids = [f"{number:x}" for number in generator.permutation(len(codes))]
    frame = pd.DataFrame({"id": ids, "average_hash": [f"{code:016x}" for code in codes.tolist()]})
    frame.to_csv(tmp_path / "hashes.csv", index=False)
    table = read_hash_table(tmp_path / "hashes.csv", AVERAGE)
    order = generator.permutation(len(codes))
    some = images(tmp_path, *np.array(ids, object)[order])
    assert (some.describe(table, "average") == codes[order]).all()
