"""Files with what the site has computed; each begins with a digest, so that a changed one is made again."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from harness.atomic_files import atomic_path
from harness.regular_file import read_regular

_DIGEST_BYTES = 32


def read_content(path: Path) -> bytes | None:
    """Return the stored content; None if the file is missing, a link, damaged or of an older version."""
    try:
        stored = b"" if path.is_symlink() else read_regular(path)
    except (OSError, ValueError):
        return None
    content = stored[_DIGEST_BYTES:]
    return content if stored[:_DIGEST_BYTES] == sha256(content).digest() else None


def write_content(path: Path, content: bytes) -> None:
    """Store content in the place of a file or a link, never through a link.

    Does nothing on a full disk or in a workspace that cannot be written.
    """
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        with atomic_path(path) as temporary:
            temporary.write_bytes(sha256(content).digest() + content)
