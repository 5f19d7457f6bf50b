"""Tests of `harness.workspace` and `harness.errors`."""

import errno
from pathlib import Path

import pytest

from harness.errors import WorkspaceError
from harness.workspace import Workspace


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
    (tmp_path / "workspace.json").write_text("{}")
    with pytest.raises(WorkspaceError, match="is damaged"):
        Workspace.open(tmp_path)
    assert (tmp_path / "workspace.json").read_text() == "{}"


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
