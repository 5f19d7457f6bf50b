"""Packed files are read as plain ones, and what cannot be is refused in one line."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from harness.data.tables import compressed as module
from harness.data.tables.compressed import open_decompressed
from harness.errors import DataError

TABLE = b"id,images\nq,a b\n"


def content_of(path: Path, size: int = 5) -> bytes:
    with open_decompressed(path) as stream:
        return b"".join(iter(lambda: stream.read(size), b""))


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as raised:
        content_of(path, 1 << 20)
    text = str(raised.value)
    assert text.startswith(str(path))
    assert text.isprintable()
    return text.removeprefix(f"{path}: ")


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, TABLE)
    return path


def test_plain_and_packed_files_hold_the_same(tmp_path: Path) -> None:
    for name, content in {"a.csv": TABLE, "a.txt": gzip.compress(TABLE), "empty": b"", "short": b"P"}.items():
        (tmp_path / name).write_bytes(content)
    assert content_of(tmp_path / "a.csv") == content_of(tmp_path / "a.txt") == TABLE
    assert content_of(zipped(tmp_path / "a.zip", "a.csv")) == TABLE
    assert content_of(tmp_path / "empty") == b""
    assert content_of(tmp_path / "short") == b"P"


def test_what_a_mac_puts_beside_the_file_is_not_counted(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", "folder/", "folder/a.csv", "__MACOSX/folder/._a.csv", "folder/.DS_Store")
    assert content_of(path) == TABLE


def test_a_zip_file_must_hold_one_table(tmp_path: Path) -> None:
    assert refusal(zipped(tmp_path / "two.zip", "a.csv", "b.csv")) == "holds 2 files; pack one table, and nothing else"
    assert refusal(zipped(tmp_path / "none.zip")) == "holds 0 files; pack one table, and nothing else"


def test_a_locked_zip_file_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", "a.csv")
    content = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    path.write_bytes(content)
    assert refusal(path) == "is encrypted; pack the table without one"


def test_a_zip_file_packed_in_a_way_that_is_not_known_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", "a.csv")
    content = bytearray(path.read_bytes())
    for header, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(header) + method] = 97
    path.write_bytes(content)
    assert refusal(path).startswith("is a damaged zip file (")


@pytest.mark.parametrize("cut", [2, 10, 30, -10, -1])
def test_truncated_files_are_told(tmp_path: Path, cut: int) -> None:
    for name, content in (("gzip", gzip.compress(TABLE * 10)), ("zip", zipped(tmp_path / "b", "a").read_bytes())):
        path = tmp_path / name
        path.write_bytes(content[:cut])
        assert refusal(path).startswith(f"is a damaged {name} file (")


def test_a_damaged_file_is_told_at_whatever_byte(tmp_path: Path) -> None:
    for name, content in (("gzip", gzip.compress(TABLE)), ("zip", zipped(tmp_path / "b", "a").read_bytes())):
        path = tmp_path / name
        for place in range(2, len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
            try:
                content_of(path)
            except DataError as error:
                assert str(error).startswith(str(path))


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str) -> None:
    monkeypatch.setattr(module, "_BOMB", 1 << 20)
    path = tmp_path / "a"
    zeros = bytes(10 << 20)
    if pack == "gzip":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", zeros)
    assert refusal(path) == "decompresses to more than 200 times its size; is this a table?"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is not a file; a CSV table is needed there"
    os.mkfifo(tmp_path / "fifo")
    assert refusal(tmp_path / "fifo") == "is not a file; a CSV table is needed there"
    assert refusal(tmp_path / "none") == "cannot be read: No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE)
    path.chmod(0)
    assert refusal(path) == "cannot be read: Permission denied"
