"""The JSON sidecar of a submission file, such as `submission.csv.json`, which describes its provenance."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from shutil import copyfile

from harness.atomic_files import atomic_path, write_atomically
from harness.errors import SubmissionError


def sidecar_path(path: Path) -> Path:
    """Return the path of a submission file's sidecar.

    >>> sidecar_path(Path("blend.csv")).name
    'blend.csv.json'
    """
    return path.with_name(f"{path.name}.json")


def copy_with_sidecar(source: Path, out: Path, facts: Mapping[str, object]) -> dict[str, object]:
    """Copy a submission file atomically, then write its sidecar and return its content, or raise SubmissionError.

    The content is `facts`, the number of rows, the SHA-256 and the time. An older sidecar is deleted first, so that a
    sidecar always describes the file beside it. A pipe or device gets none. A file that its sidecar does not describe
    is not overwritten.
    """
    _require_replaceable(out, source)
    sidecar = sidecar_path(out)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    content = {**facts, "rows": _count_rows(source), "sha256": file_sha256(source), "created": created}
    has_sidecar = not out.exists() or out.is_file()
    _write_or_raise(sidecar, lambda: sidecar.unlink(missing_ok=True) if has_sidecar else None)
    _write_or_raise(out, lambda: _copy(source, out))
    if has_sidecar:
        _write_or_raise(
            sidecar, lambda: write_atomically(sidecar, json.dumps(content, indent=1, allow_nan=False) + "\n")
        )
    return content


def _require_replaceable(out: Path, source: Path) -> None:
    """Raise SubmissionError if `out` is another file than `source`, and landmark did not write it or it changed."""
    if not out.is_file() or out.stat().st_size == 0:
        return
    try:
        written = json.loads(sidecar_path(out).read_bytes())["sha256"]
    except (OSError, ValueError, TypeError, KeyError):
        written = None
    if file_sha256(out) not in (written, file_sha256(source)):
        raise SubmissionError(
            f"{out}: exists, and landmark did not write it or it was changed since; rename it, or name another file"
        )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _copy(source: Path, out: Path) -> None:
    with atomic_path(out) as temporary:
        copyfile(source, temporary)


def _count_rows(path: Path) -> int:
    """Return the number of rows of a submission file written by landmark: one for each line below the header."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1


def _write_or_raise(path: Path, write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror or error}") from None
