"""What stands beside a submission file that is handed out: `submission.csv.json` says how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from shutil import copyfile

from harness.atomic_files import atomic_path, write_atomically
from harness.errors import SubmissionError


def sidecar_path(path: Path) -> Path:
    """Return where the sidecar of a submission file stands.

    >>> sidecar_of(Path("blend.csv")).name
    'blend.csv.json'
    """
    return path.with_name(f"{path.name}.json")


def copy_with_sidecar(source: Path, out: Path, facts: Mapping[str, object]) -> dict[str, object]:
    """Copy a submission file, whole, and then write its sidecar; return what stands there.

    Rows, SHA-256 and the time are added to the facts. An older sidecar goes first, so that none ever stands beside
    a file that it does not describe. What is no file, such as a pipe, gets none.

    Raises SubmissionError where either cannot be written.
    """
    sidecar = sidecar_path(out)
    found = {**facts, "rows": _rows(source), "sha256": file_sha256(source), "created": _now()}
    beside = not out.exists() or out.is_file()
    _or_refuse(sidecar, lambda: sidecar.unlink(missing_ok=True) if beside else None)
    _or_refuse(out, lambda: _copy(source, out))
    if beside:
        _or_refuse(sidecar, lambda: write_atomically(sidecar, json.dumps(found, indent=1, allow_nan=False) + "\n"))
    return found


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _copy(source: Path, out: Path) -> None:
    with atomic_path(out) as temporary:
        copyfile(source, temporary)


def _rows(path: Path) -> int:
    """Return the number of rows below the header of a submission file that we have written: a line is a row."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _or_refuse(path: Path, write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror or error}") from None
