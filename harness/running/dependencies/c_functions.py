"""Functions of C that open files without a notice to the audit hook, when a solution asks for them by ctypes."""

import sys
from types import FrameType

from harness.running.dependencies.callers import is_library_call

_OPENING = {
    *("open", "open64", "openat", "openat64", "openat2", "fopen", "fopen64", "freopen", "syscall"),
    *("__open", "__open64", "_open", "_wopen", "_wfopen", "posix_spawn", "posix_spawnp", "system", "popen"),
    *("execve", "execv", "execvp", "execl", "execlp", "open_by_handle_at", "io_uring_setup", "getenv", "secure_getenv"),
}


def opens_files(name: object, frame: FrameType | None) -> bool:
    """Return whether code of a solution asks for a function that may open files, read variables or start programs."""
    passed = {getattr(sys.modules.get("ctypes"), "__file__", None), __file__}
    while frame and frame.f_code.co_filename in passed:
        frame = frame.f_back
    return name in _OPENING and not is_library_call(frame, ())
