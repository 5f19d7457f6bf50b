"""The files and folders that this process opens for reading, noted by an audit hook.

Code outside of Python that opens a file by itself, such as ONNX Runtime, raises no audit event; `native_files` adds the
files that are mapped into memory. Processes that the run starts are not followed, but the files that their commands
name count.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from stat import S_ISDIR
from types import FrameType
from typing import Any

from harness.running.dependencies.c_functions import opens_files
from harness.running.dependencies.callers import is_library_call, is_package_search
from harness.running.dependencies.command_files import database_file, named_files

Stat = tuple[int, int, int, int]  # size in bytes, mtime and ctime in nanoseconds, inode

_IMPORTLIB = "<frozen importlib._bootstrap_external>"
_KERNEL = "/proc/", "/sys/", "/dev/"
_PATH_CODE = {
    "genericpath.py",
    "posixpath.py",
    "pathlib.py",
    "<frozen genericpath>",
    "<frozen posixpath>",
    "os.py",
    "<frozen os>",
}
_LISTING_CODE = {os.path.basename(__file__), "glob.py", "fnmatch.py"}
_LIMIT = 200_000  # paths of a run, at most


_stat = os.stat  # before it notes who calls it


def file_stat(path: str) -> Stat | None:
    """Return what changes when a file is written or replaced; None if there is no such file."""
    try:
        found = _stat(path)
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def names_digest(folder: str) -> str:
    """Return a digest of the names in a folder; "" if it cannot be listed."""
    try:
        names = sorted(os.listdir(folder))
    except (OSError, ValueError):
        return ""
    return sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:32]


class FileReads:
    """Paths as the code wrote them: of files with the state at their first opening, and of folders that were listed.

    A file that the process wrote before it read it does not count. Files whose path begins with one of `ignored` do not
    count either. A state of None stands for a file that was not there.
    """

    def __init__(self, ignored: tuple[str, ...] = ()) -> None:
        self.files: dict[str, Stat | None] = {}
        self.folders: set[str] = set()
        self.written: set[str] = set()  # absolute paths
        self.complete = True  # false if there were too many
        self.changed_folder = False  # the process has called chdir
        self.unseen = False  # the solution has asked for a function of C that opens files
        self._ignored = _KERNEL + ignored

    def start(self) -> None:
        """Note everything from now on. It cannot be undone."""
        notes: dict[str, Callable[[Any], object]] = {
            "open": self._note_open,
            "sqlite3.connect": lambda arguments: self._note_read(database_file(arguments[0])),
            "subprocess.Popen": lambda arguments: self._note_command(arguments[1], arguments[2]),
            "os.exec": lambda arguments: self._note_command(arguments[1]),
            "os.posix_spawn": lambda arguments: self._note_command(arguments[1]),
            "os.system": lambda arguments: self._note_command(arguments[0]),
            "ctypes.dlopen": lambda arguments: self._note_library(arguments[0]),
            "ctypes.dlsym": lambda arguments: self._note_function(arguments[1]),
            "os.listdir": lambda arguments: self._note_folder(arguments[0]),
            "os.scandir": lambda arguments: self._note_folder(arguments[0]),
            "os.rename": lambda arguments: self._note_written(arguments[1]),
            "os.chdir": lambda _: setattr(self, "changed_folder", True),
        }

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in notes:
                with suppress(TypeError, ValueError, IndexError):  # no path, which the call itself reports
                    notes[event](arguments)

        sys.addaudithook(hook)
        self._note_lookups()

    def _note_lookups(self) -> None:
        """Note the files whose existence code of the solution checks, also those that are not there."""
        original, note = os.stat, self._note_lookup

        @wraps(original)
        def stat(path: Any, *arguments: Any, **named: Any) -> os.stat_result:
            if not named.get("dir_fd") and not is_library_call(sys._getframe(1), _PATH_CODE):  # noqa: SLF001 (who looks)
                note(path)
            return original(path, *arguments, **named)

        for kinds in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if original in kinds:
                kinds.add(stat)
        os.stat = stat

    def _note_open(self, arguments: tuple[object, ...]) -> None:
        path, _, flags = arguments
        how = flags if isinstance(flags, int) else os.O_RDONLY
        creates = how & os.O_CREAT and not os.path.exists(_text(path))
        if how & os.O_ACCMODE == os.O_WRONLY or how & os.O_TRUNC or creates:
            self._note_written(path)
        else:
            self._note_read(path)

    def _note_written(self, path: object) -> None:
        name = _text(path)
        if name and name not in self.files:
            self.written.add(os.path.abspath(name))

    def _note_read(self, path: object) -> None:
        name = _text(path)
        if not name or name in self.files or name.startswith(self._ignored):
            return
        if os.path.abspath(name) in self.written:
            return
        if len(self.files) >= _LIMIT:
            self.complete = False
            return
        self.files[name] = file_stat(name)

    def _note_command(self, command: object, folder: object = None) -> None:
        for path in named_files(command, folder):
            self._note_read(path)

    def _note_lookup(self, path: object) -> None:
        with suppress(TypeError, ValueError):
            name = _text(path)
            if name and name not in self.files and not _is_folder(name):
                self._note_read(name)

    def _note_library(self, path: object) -> None:
        if "/" in _text(path):  # others are looked up in the folders of the system
            self._note_read(path)

    def _note_function(self, name: object) -> None:
        frame = sys._getframe(3)  # noqa: SLF001 (the caller of the C function)
        self.unseen = self.unseen or opens_files(name, frame)

    def _note_folder(self, path: object) -> None:
        name = "." if path is None else _text(path)
        is_new = name and name not in self.folders and not name.startswith(self._ignored)
        frame = sys._getframe(2)  # noqa: SLF001 (who lists it)
        if is_new and not _is_import(frame) and not is_package_search(frame, {*_PATH_CODE, *_LISTING_CODE}):
            self.folders.add(name)
            self.complete = self.complete and len(self.folders) < _LIMIT


def native_files() -> set[str]:
    """Return the files that are mapped into the memory of this process or open in it; set() without `/proc`."""
    paths: set[str] = set()
    with suppress(OSError), open("/proc/self/maps", "rb") as maps:
        lines = {line.split(maxsplit=5)[5] for line in maps if line.count(b" ") >= 5 and b"/" in line}
        paths.update(os.fsdecode(line.rstrip(b"\n")) for line in lines)
    if not os.path.isdir("/proc/self/fd"):
        return paths
    from fcntl import F_GETFL, fcntl  # Windows has none

    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # it is closed by now
            if fcntl(int(number), F_GETFL) & os.O_ACCMODE != os.O_WRONLY:
                paths.add(os.readlink(f"/proc/self/fd/{number}"))
    return {path for path in paths if path.startswith("/") and not path.startswith(_KERNEL)}


def _is_folder(path: str) -> bool:
    try:
        return S_ISDIR(_stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _is_import(frame: FrameType | None) -> bool:
    """Return whether the hook was called for code of the import system, which lists every folder of `sys.path`."""
    for _ in range(2):  # another hook may have called this one
        frame = frame and frame.f_back
        if frame and frame.f_code.co_filename == _IMPORTLIB:
            return True
    return False


def _text(path: object) -> str:
    if isinstance(path, str):
        return path
    return os.fsdecode(path) if isinstance(path, bytes | os.PathLike) else ""
