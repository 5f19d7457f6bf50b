"""Folders of compiled kernels: several that are read, and at most one that is written.

By default the folder beside this package, if it can be written (else it is only read), else `landmark/kernels` of the
user's cache, else the workspace's, else one of this user in the folder of temporary files. Environment variables:

* `LANDMARK_KERNEL_CACHE`: the shared folder, in place of those above.
* `LANDMARK_KERNEL_LAYER`: a further folder that is read last and written in place of the others, for processes that
  may not write the shared one.
* `LANDMARK_KERNEL_FALLBACK`: the folder of the workspace, which `harness.workspace` sets.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SHARED = "LANDMARK_KERNEL_CACHE"
LAYER = "LANDMARK_KERNEL_LAYER"
FALLBACK = "LANDMARK_KERNEL_FALLBACK"
IN_TREE = Path(__file__).parent / "__pycache__" / "kernels"


@cache
def kernel_folders() -> tuple[tuple[Path, ...], Path | None]:
    """Return the folders to read compiled kernels from, in order, and the one to write to, None if there is none.

    Writable folders are created. A folder that other users could write is not used, as its files hold code.
    """
    layer = os.environ.get(LAYER)
    readable = [IN_TREE] if IN_TREE.is_dir() else []
    shared = None
    for folder in _candidates():
        if _is_safe(folder, create=not layer):
            shared = folder
            readable.append(folder)
            break
    if not layer:
        return tuple(dict.fromkeys(readable)), shared
    own = Path(layer)
    writable = _is_safe(own, create=True)
    return tuple(dict.fromkeys([*readable, *([own] if writable else [])])), own if writable else None


def kernel_environment() -> dict[str, str]:
    """Return the environment variables by which another process uses the same shared folder."""
    writable = kernel_folders()[1]
    return {} if writable is None or writable == IN_TREE else {SHARED: str(writable)}


def _candidates() -> Iterator[Path]:
    """Yield the folders that may be the shared one, the best first."""
    named = os.environ.get(SHARED)
    if named:
        yield Path(named)
        return
    yield IN_TREE
    yield from _user_folders()
    fallback = os.environ.get(FALLBACK)
    if fallback:
        yield Path(fallback)
    name = f"landmark-kernels-{os.getuid()}" if hasattr(os, "getuid") else "landmark-kernels"
    try:
        yield Path(tempfile.gettempdir()) / name
    except OSError:  # no folder for temporary files can be written
        return


def _user_folders() -> Iterator[Path]:
    """Yield the folder in the cache of the user, if that is known."""
    base = os.environ.get("LANDMARK_CACHE")
    if base:
        yield Path(base) / "kernels"
        return
    cache_home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if os.path.isabs(cache_home):
        yield Path(cache_home) / "landmark" / "kernels"


def _is_safe(folder: Path, *, create: bool) -> bool:
    """Return whether a folder is there, and only this user (or root) can write it; make it and try if `create`."""
    try:
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        status = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32" or folder == IN_TREE:
        return True
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & 0o022
