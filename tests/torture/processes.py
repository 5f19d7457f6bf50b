"""Which processes belong to a place, and which are left behind."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def processes_of(folder: str | Path, *others: int) -> list[int]:
    """Return the processes whose command line or first environment has a text, without this one and `others`."""
    needle, own = os.fsencode(folder), {os.getpid(), *others}
    return [pid for pid in _pids() if pid not in own and needle in _text(pid, "cmdline") + _text(pid, "environ")]


def _pids() -> Iterator[int]:
    yield from (int(name) for name in os.listdir("/proc") if name.isdecimal())


def _text(pid: int, what: str) -> bytes:
    with suppress(OSError), open(f"/proc/{pid}/{what}", "rb") as file:
        return file.read()
    return b""


def is_zombie(pid: int) -> bool:
    """Return whether a process has ended and waits for its parent."""
    return b") Z " in _text(pid, "stat")


def left_behind(folder: str | Path, seconds: float = 8.0) -> list[str]:
    """Return the command lines of the processes of a folder that still run after some seconds; end them."""
    deadline = time.monotonic() + seconds
    while (pids := [pid for pid in processes_of(folder) if not is_zombie(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    lines = [_text(pid, "cmdline").replace(b"\0", b" ").decode("utf-8", "replace")[:200] for pid in pids]
    kill(pids)
    return lines


def kill(pids: list[int]) -> None:
    """Kill processes, which may have ended."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
