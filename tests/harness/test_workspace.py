"""Tests of `harness.workspace` and `harness.errors`."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import WorkspaceError
from harness.workspace import Workspace
from metrics.kernel_folders import FALLBACK


def test_a_workspace_is_the_option_else_the_variable_else_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LANDMARK_WORKSPACE", raising=False)
    assert Workspace.open().folder == tmp_path / "home" / ".landmark"
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "variable"))
    assert Workspace.open().folder == tmp_path / "variable"
    assert Workspace.open(tmp_path / "option").folder == tmp_path / "option"


def test_a_workspace_of_another_format_is_refused_and_not_changed(tmp_path: Path) -> None:
    Workspace.open(tmp_path)
    (tmp_path / "workspace.json").write_text('{"format": 99}')
    with pytest.raises(WorkspaceError, match="another version of landmark"):
        Workspace.open(tmp_path)
    assert (tmp_path / "workspace.json").read_text() == '{"format": 99}'


@pytest.mark.parametrize("content", ["", "{}", "[1]", "null", "[" * 900, "\0" * 20])
def test_a_damaged_mark_is_written_again(tmp_path: Path, content: str) -> None:
    Workspace.open(tmp_path)
    (tmp_path / "workspace.json").write_text(content)
    Workspace.open(tmp_path)
    assert (tmp_path / "workspace.json").read_text() == '{"format": 1}'


@pytest.mark.parametrize("damage", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/nowhere/x")])
def test_a_mark_that_is_no_file_is_named_with_the_remedy(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(tmp_path / "workspace.json")
    with pytest.raises(WorkspaceError, match="workspace.json in it cannot be read|No such file"):
        Workspace.open(tmp_path)


def test_a_workspace_with_entries_needs_no_mark_if_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaderboard.db").touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert Workspace.open(tmp_path).folder == tmp_path
    assert not (tmp_path / "workspace.json").exists()


def test_kernels_may_be_stored_in_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FALLBACK)
    Workspace.open(tmp_path)
    assert os.environ[FALLBACK] == str(tmp_path / "kernels")


def test_a_workspace_that_cannot_be_written_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, *args: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(WorkspaceError, match="Read-only file system; choose another by --workspace"):
        Workspace.open(tmp_path / "new")


def test_a_folder_inside_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="Not a directory"):
        Workspace.open(tmp_path / "file" / "workspace")
