"""Tests of `harness.web.data.served_file` and `harness.web.data.stored_content`: no link leads out of the workspace, and no
damaged file is used."""

import os
from pathlib import Path

import pytest

from harness.web.data.served_file import served_file
from harness.web.data.stored_content import read_content, write_content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "runs" / "one" / "log.txt").write_text("log")
    return tmp_path / "runs"


def test_a_regular_file_below_the_folder_is_served(folder: Path) -> None:
    assert served_file(folder / "one" / "log.txt", folder) == (folder / "one" / "log.txt").resolve()
    assert served_file(folder / "one" / ".." / "one" / "log.txt", folder) == (folder / "one" / "log.txt").resolve()


def test_a_folder_reached_by_a_link_of_its_own_is_served(folder: Path) -> None:
    (folder.parent / "linked").symlink_to(folder)
    assert served_file(folder.parent / "linked" / "one" / "log.txt", folder.parent / "linked") is not None


def test_nothing_else_is_served(folder: Path) -> None:
    links = {"file": "../../outside/secret", "absolute": str(folder.parent / "outside" / "secret"), "loop": "loop"}
    for name, target in {**links, "inside": "log.txt", "missing": "nothing"}.items():
        (folder / "one" / name).symlink_to(target)
    (folder / "two").symlink_to("../outside")
    os.mkfifo(folder / "one" / "pipe")
    names = ["one/" + name for name in (*links, "inside", "missing", "pipe", "log.txt/x", "x\0y")]
    for name in (*names, "two/secret", "one", "..", "../outside/secret", "/etc/passwd", "x" * 5000):
        assert served_file(folder / name, folder) is None, name


def test_stored_content_is_read_again(tmp_path: Path) -> None:
    write_content(tmp_path / "new" / "file", b"content")
    assert read_content(tmp_path / "new" / "file") == b"content"
    assert read_content(tmp_path / "nothing") is None


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None], ids=["empty", "replaced", "changed"])
def test_damaged_content_is_not_read(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "file"
    write_content(path, b"content")
    path.write_bytes(path.read_bytes().replace(b"content", b"Content") if damage is None else damage)
    assert read_content(path) is None


def test_a_link_a_folder_and_a_pipe_are_no_stored_content(tmp_path: Path) -> None:
    write_content(tmp_path / "file", b"content")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert [read_content(tmp_path / name) for name in ("link", "folder", "pipe")] == [None] * 3


def test_content_is_stored_in_the_place_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("target")
    (tmp_path / "link").symlink_to("target")
    write_content(tmp_path / "link", b"content")
    assert read_content(tmp_path / "link") == b"content"
    assert (tmp_path / "target").read_text() == "target"
