"""Tests of `harness.data.tables.compressed`."""

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


def error_of(path: Path) -> str:
    with pytest.raises(DataError) as raised:
        content_of(path, 1 << 20)
    text = str(raised.value)
    assert text.startswith(str(path))
    assert text.isprintable()
    return text.removeprefix(f"{path}: ")


def write_zip(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, TABLE)
    return path


def test_plain_and_compressed_files_have_the_same_content(tmp_path: Path) -> None:
    for name, content in {"a.csv": TABLE, "a.txt": gzip.compress(TABLE), "empty": b"", "short": b"P"}.items():
        (tmp_path / name).write_bytes(content)
    assert content_of(tmp_path / "a.csv") == content_of(tmp_path / "a.txt") == TABLE
    assert content_of(write_zip(tmp_path / "a.zip", "a.csv")) == TABLE
    assert content_of(tmp_path / "empty") == b""
    assert content_of(tmp_path / "short") == b"P"


def test_macos_metadata_in_a_zip_file_is_ignored(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", "folder/", "folder/a.csv", "__MACOSX/folder/._a.csv", "folder/.DS_Store")
    assert content_of(path) == TABLE


def test_a_zip_file_must_hold_one_table(tmp_path: Path) -> None:
    assert (
        error_of(write_zip(tmp_path / "two.zip", "a.csv", "b.csv")) == "holds 2 files; pack one table, and nothing else"
    )
    assert error_of(write_zip(tmp_path / "none.zip")) == "holds 0 files; pack one table, and nothing else"


def test_an_encrypted_zip_file_raises(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", "a.csv")
    content = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    path.write_bytes(content)
    assert error_of(path) == "is encrypted; pack the table without one"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_compression_that_cannot_be_read_a_little_at_a_time_raises(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.csv", TABLE)
    assert error_of(tmp_path / "a.zip").startswith("is not compressed in the usual way of zip (deflate)")


def test_an_unknown_zip_compression_raises(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", "a.csv")
    content = bytearray(path.read_bytes())
    for header, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(header) + method] = 97
    path.write_bytes(content)
    assert error_of(path).startswith("is not compressed in the usual way of zip (deflate)")


@pytest.mark.parametrize("cut", [2, 10, 30, -10, -1])
def test_truncated_files_raise(tmp_path: Path, cut: int) -> None:
    for name, content in (("gzip", gzip.compress(TABLE * 10)), ("zip", write_zip(tmp_path / "b", "a").read_bytes())):
        path = tmp_path / name
        path.write_bytes(content[:cut])
        assert error_of(path).startswith(f"is a damaged {name} file (")


def test_a_file_damaged_at_any_byte_raises(tmp_path: Path) -> None:
    for name, content in (("gzip", gzip.compress(TABLE)), ("zip", write_zip(tmp_path / "b", "a").read_bytes())):
        path = tmp_path / name
        for place in range(2, len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
            try:
                content_of(path)
            except DataError as error:
                assert str(error).startswith(str(path))


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_decompression_bomb_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str) -> None:
    monkeypatch.setattr(module, "_BOMB", 1 << 20)
    path = tmp_path / "a"
    zeros = bytes(10 << 20)
    if pack == "gzip":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", zeros)
    assert error_of(path) == "decompresses to more than 200 times its size; is this a table?"


def test_pipes_and_folders_raise_without_blocking(tmp_path: Path) -> None:
    assert error_of(tmp_path) == "is not a file; a CSV table is needed there"
    os.mkfifo(tmp_path / "fifo")
    assert error_of(tmp_path / "fifo") == "is not a file; a CSV table is needed there"
    assert error_of(tmp_path / "none") == "cannot be read: No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_raises(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE)
    path.chmod(0)
    assert error_of(path) == "cannot be read: Permission denied"
