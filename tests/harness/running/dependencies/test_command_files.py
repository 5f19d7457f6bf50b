"""Tests of `harness.running.dependencies.command_files`."""

from pathlib import Path

import pytest

from harness.running.dependencies.command_files import database_file, named_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.txt").touch()
    (tmp_path / "two words.txt").touch()
    return tmp_path


def test_words_of_a_command_and_names_within_code_are_files_if_they_exist(folder: Path) -> None:
    path, other = str(folder / "w.txt"), str(folder / "two words.txt")
    assert list(named_files(["python", "-c", f"print(open('{path}').read())"])) == [path]
    assert list(named_files(["cat", other, "missing.txt", str(folder)])) == [other]
    assert list(named_files(f"cat <{path} | sort")) == [path]
    assert list(named_files(["cat", b"w.txt"], folder)) == [path]
    assert list(named_files(None)) == []


def test_the_path_of_a_database_is_taken_out_of_its_address() -> None:
    addresses = ["file:/a.db?mode=ro", "file:///a%20b.db", "file://localhost/c.db#x", "d.db", ":memory:"]
    assert [database_file(each) for each in addresses] == ["/a.db", "/a b.db", "/c.db", "d.db", ":memory:"]
