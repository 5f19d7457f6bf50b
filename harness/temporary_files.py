"""Names of temporary files, and removing those of processes that have died.

A name holds the machine, the process and the time when it started: `.answer.npz.3f2a91c0-1234-98765-1f2e.npz`. So a
later process knows whether the writer still lives, also after its number was given to another process.
"""

import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

_NAME = re.compile(r"\.(?P<for>.*)\.(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-(?P<started>\d+)-[0-9a-f]{8}(\..{0,8})?")
_FOREIGN_S = 24 * 3600  # age at which a file of another machine counts as abandoned
_PREFIX = "landmark"  # in the names of our folders among the temporary files of the system


def temporary_sibling(path: Path) -> Path:
    """Return an unused name for a temporary file or folder beside a path, with its suffix."""
    process = os.getpid()
    token = f"{_machine()}-{process}-{_start_time(process) or 0}-{token_hex(4)}"
    return path.with_name(f".{path.name[:40]}.{token}{path.suffix[:8]}")


@contextmanager
def temporary_folder(beside: Path | None = None) -> Iterator[Path]:
    """Yield a new folder, beside a path or among the temporary files of the system, which is deleted at the end.

    That of a killed process is deleted when the next process asks for one.
    """
    place = Path(tempfile.gettempdir()) / _PREFIX if beside is None else beside.absolute()
    remove_abandoned(place.parent, place.name)
    folder = temporary_sibling(place)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(folder: Path, name: str | None = None) -> None:
    """Delete the temporary files and folders in a folder whose processes have died.

    With `name` only those of this file and of files beside it, such as `name.json`. What cannot be deleted stays.
    """
    for entry in abandoned_entries(folder, name):
        _remove(Path(entry.path))


def remove_all_abandoned(folder: Path) -> None:
    """Delete the temporary files and folders of dead processes in a folder and in all folders below it."""
    for path, folders, _ in os.walk(folder):
        remove_abandoned(Path(path))
        folders[:] = [name for name in folders if not _NAME.fullmatch(name)]


def abandoned_entries(folder: Path, name: str | None = None) -> list[os.DirEntry[str]]:
    """Return the temporary files and folders of dead processes in a folder, see `remove_abandoned`."""
    with suppress(OSError):
        return [entry for entry in os.scandir(folder) if _is_abandoned(entry, name)]
    return []


def process_of(file: str) -> int:
    """Return the number of the process that a temporary file is named after; ValueError for another name."""
    match = _NAME.fullmatch(file)
    if match is None:
        raise ValueError(f"{file!r} is no temporary name")
    return int(match["process"])


def _is_abandoned(entry: os.DirEntry[str], name: str | None) -> bool:
    match = _NAME.fullmatch(entry.name)
    if match is None or (name is not None and not f"{match['for']}.".startswith(f"{name[:40]}.")):
        return False
    if match["machine"] == _machine():
        return _start_time(int(match["process"])) != int(match["started"])
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _FOREIGN_S


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


@cache
def _machine() -> str:
    """Return a digest of what process numbers are unique in: a boot of a machine, and a namespace of processes."""
    boot = _text(Path("/proc/sys/kernel/random/boot_id"))
    facts = [boot, _link(Path("/proc/self/ns/pid"))] if boot else [platform.node()]
    return blake2b("\n".join(facts).encode(), digest_size=4).hexdigest()


def _start_time(process: int) -> int | None:
    """Return when a process started, in ticks since boot; None if there is none, 0 if that cannot be told."""
    try:
        status = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return _sign_of_life(process)
    fields = status[status.rindex(b")") + 2 :].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _sign_of_life(process: int) -> int | None:
    """Return 0 for a process that runs on a system without /proc, else None."""
    if Path("/proc/self/stat").exists():
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return 0
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
