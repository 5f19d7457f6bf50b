"""Atomic writing: a file is replaced as a whole or left as it was."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path

from harness.errors import SubmissionError
from harness.open_processes import open_workspaces
from harness.temporary_files import remove_abandoned, temporary_sibling


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path that replaces `path` when the block succeeds and is deleted when it raises.

    A symbolic link is followed and its target replaced, but in a workspace the link itself is replaced. A device or a
    pipe is written to directly. An OSError without a file, such as that of a full disk, names `path`.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic_path(Path(folder) / "a.txt") as path:
    ...         _ = path.write_text("all of it")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path if _is_in_workspace(path) else Path(os.path.realpath(path))
    temporary = temporary_sibling(target)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL, 0o666))
        yield temporary
        temporary.replace(target)
    except OSError as error:
        if error.filename is None or os.fspath(error.filename) == os.fspath(temporary):
            error.filename = str(target)
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def _is_in_workspace(path: Path) -> bool:
    return any(path.absolute().is_relative_to(workspace) for workspace in open_workspaces())


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def require_writable(out: Path) -> None:
    """Raise SubmissionError if no file can be written to a path, or if it would overwrite a table of a competition.

    Call it before long work begins. It also removes what a killed process left of the same file.
    """
    if not out.absolute().parent.is_dir():
        raise SubmissionError(f"{out.parent}: there is no such folder to write {out.name} to")
    if out.is_dir() or not out.name:
        raise SubmissionError(f"{out}: is a folder; name a file")
    is_table = out.name in ("test.csv", "index.csv", "train.csv") or fnmatch(out.name.lower(), "*solution*.csv")
    if is_table and out.is_file() and (out.parent / "test.csv").is_file():
        raise SubmissionError(f"{out}: is a table of a competition, which this would overwrite; name another file")
    remove_abandoned(out.absolute().parent, out.name)
