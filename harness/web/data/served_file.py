"""Which files of a workspace are sent to users: regular files in a folder, whatever links lie there."""

from pathlib import Path
from stat import S_ISREG


def served_file(path: Path, folder: Path) -> Path | None:
    """Return the resolved path of a regular file below a folder; None for a link, and for anything elsewhere."""
    try:
        real = path.resolve(strict=True)
        is_regular = S_ISREG(path.lstat().st_mode) and real.name == path.name
        return real if is_regular and real.is_relative_to(folder.resolve(strict=True)) else None
    except (OSError, ValueError, RuntimeError):  # missing, a NUL in the path, a loop of links
        return None
