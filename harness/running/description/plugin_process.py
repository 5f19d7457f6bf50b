"""Start a process that runs the code of a plug-in before any run: with limits, and what it prints to standard error."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from harness.running.run_environment import run_environment
from harness.supervision.child_process import start_process
from harness.supervision.process_end import ProcessEnd, ProcessLimits
from leaderboard.safe_text import make_printable

LIMITS = ProcessLimits(timeout_s=60.0, memory_mb=8000.0)
_MAX_REPLIES, _MAX_OUTPUT = 16_000_000, 20_000  # bytes
_POLL_S = 0.2


def run_module(
    module: str,
    folder: Path,
    argument: str,
    limits: ProcessLimits,
    descriptors: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> ProcessEnd:
    """Run a module of landmark with a folder and one more argument, and return how it ended.

    Without an environment it has that of a run, with the folder for temporary files. What it prints goes to standard
    error when it has ended, up to 20 kB.
    """
    with TemporaryFile() as log:
        process = start_process(
            [sys.executable, "-P", "-m", module, str(folder), argument],
            log.fileno(),
            limits,
            environment=run_environment(os.environ, folder, None) if environment is None else environment,
            descriptors=descriptors,
        )
        try:
            while (end := process.wait(_POLL_S)) is None:
                pass
        finally:
            process.close()
            _show(os.pread(log.fileno(), _MAX_OUTPUT + 1, 0))
        return end


def end_reason(end: ProcessEnd, limits: ProcessLimits) -> str:
    """Return why a process has no result, as the rest of a sentence about its code."""
    if end.limit == "time":
        return f"did not end within {limits.timeout_s:g} s"
    if end.limit == "memory":
        return f"used more than {limits.memory_mb:g} MB"
    if end.limit == "processes":
        return "started too many processes"
    if end.is_out_of_memory:
        return "was ended for lack of memory"
    return f"was ended by {end.signal_name}" if end.code < 0 else f"ended its process with code {end.code}"


def read_replies(path: Path) -> list[bytes]:
    """Return the complete lines of a file that the code of a plug-in may have written; none if it is no usual file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return []
    with open(file, "rb") as opened:
        is_file = stat.S_ISREG(os.fstat(file).st_mode)
        return opened.read(_MAX_REPLIES).split(b"\n")[:-1] if is_file else []


def _show(output: bytes) -> None:
    text = make_printable(output[:_MAX_OUTPUT].decode("utf-8", "replace"), "\n\t")
    more = "\n[the rest is not shown]\n" if len(output) > _MAX_OUTPUT else ""
    if text:
        sys.stderr.write(text + more)
