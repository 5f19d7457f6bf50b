"""Tests of `harness.place_errors`: what cannot be read or written, and the remedy."""

import errno
import os
import re

import pytest

from harness import open_processes
from harness.atomic_files import atomic_path, write_atomically
from harness.place_errors import explain_os_error


@pytest.fixture
def workspace(tmp_path):
    open_processes.enter_workspace(tmp_path)
    return tmp_path


CASES = [
    (
        errno.ENOSPC,
        r"a.npz: No space left on device; make room on its disk \(\d+ kB are free\), or choose another work",
    ),
    (errno.EDQUOT, r"make room on its disk"),
    (errno.EROFS, "Read-only file system; allow access to it, or choose another workspace by --workspace"),
    (errno.EISDIR, "Is a directory; move it away and run again"),
    (errno.EMFILE, "raise the limit of open files"),
    (errno.EIO, "check the disk"),
]


@pytest.mark.parametrize(("number", "expected"), CASES)
def test_an_error_in_a_workspace_names_file_and_remedy(workspace, number, expected):
    line = explain_os_error(OSError(number, os.strerror(number), str(workspace / "runs" / "a.npz")))
    assert re.search(expected, line)
    assert "\n" not in line


def test_a_full_disk_elsewhere_asks_for_another_file():
    line = explain_os_error(OSError(errno.ENOSPC, "No space left on device", b"/nowhere/out.csv"))
    assert line.startswith("/nowhere/out.csv: No space left on device; make room on its disk (")
    assert line.endswith("or name another file")


def test_an_error_without_number_or_file_is_shown_as_it_is():
    assert explain_os_error(OSError("broken")) == "broken"
    assert explain_os_error(OSError()) == "OSError"


@pytest.mark.parametrize("name", [None, "temporary"])
def test_an_atomic_write_names_its_file_and_not_the_temporary_one(tmp_path, name):
    with pytest.raises(OSError, match="No space") as raised, atomic_path(tmp_path / "a.csv") as path:
        raise OSError(errno.ENOSPC, "No space left on device", str(path) if name else None)
    assert raised.value.filename == str(tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named_by_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        write_atomically(tmp_path / "missing" / "a.csv", "x")
    assert raised.value.filename == str(tmp_path / "missing" / "a.csv")


def test_a_link_in_a_workspace_is_replaced_and_not_followed(workspace, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "file"
    outside.write_text("mine")
    (workspace / "folds.csv").symlink_to(outside)
    write_atomically(workspace / "folds.csv", "ours")
    assert outside.read_text() == "mine"
    assert (workspace / "folds.csv").read_text() == "ours"
    assert not (workspace / "folds.csv").is_symlink()
