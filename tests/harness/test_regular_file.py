"""Tests of `harness.regular_file`: reading files that may have been replaced."""

import os

import pytest

from harness.regular_file import read_json, read_regular


def test_a_file_is_read(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1}', encoding="utf-8")
    assert read_json(tmp_path / "a.json") == {"a": 1}


DAMAGES = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("/nowhere"),
    "a link to itself": lambda path: path.symlink_to(path),
    "missing": lambda path: None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_no_file_raises_an_error_that_names_it_and_does_not_wait(damage, tmp_path):
    path = tmp_path / "a.json"
    DAMAGES[damage](path)
    with pytest.raises(OSError) as raised:
        read_regular(path)
    assert raised.value.filename == str(path)
    assert raised.value.strerror


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b" " * 2000])
def test_damaged_json_is_a_value_error(content, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        read_json(tmp_path / "a.json", 100_001 if content[:1] == b"[" else 1000)
