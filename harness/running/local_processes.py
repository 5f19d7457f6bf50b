"""Start a run in a process of its own, watch it, and end it when it takes too long or too much."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import psutil

from harness.atomic_files import write_atomically
from harness.cores import VARIABLE
from harness.running.outcome import JOB, LOG, OUTCOME, PROGRESS, Outcome
from harness.running.resource_usage import process_tree_memory_mb
from harness.running.run_job import RunJob

_EVERY_S = 0.1
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", VARIABLE)
_ALIVE: set[subprocess.Popen[bytes]] = set()
_GUARD = Lock()
_STOPPED = False

Watcher = Callable[[str, int, int | None], None]  # what, done, total


@dataclass(frozen=True)
class RunLimits:
    """What a run may take; None is no limit."""

    timeout_s: float | None = None
    memory_mb: float | None = None


def run_in_process(task: RunJob, folder: Path, cores: int, limits: RunLimits, watch: Watcher) -> Outcome:
    """Run the task in the folder and return how it ended; never raises for what the solution does."""
    (folder / OUTCOME).unlink(missing_ok=True)
    (folder / PROGRESS).unlink(missing_ok=True)
    write_atomically(folder / JOB, json.dumps(asdict(task)))
    with (folder / LOG).open("wb") as log:
        process = _started(folder, log.fileno(), task.seed, cores)
        try:
            reason = _watched(process, folder, limits, watch)
        finally:
            _end(process)
    if (folder / OUTCOME).exists() and not reason:
        return Outcome.load(folder)
    return Outcome(reason or _ending(process.returncode))


def kill_all() -> None:
    """End every run of this process; for Ctrl-C."""
    global _STOPPED  # noqa: PLW0603 (there is one Ctrl-C)
    _STOPPED = True
    with _GUARD:
        alive = list(_ALIVE)
    for process in alive:
        _end(process)


def _started(folder: Path, log: int, seed: int, cores: int) -> subprocess.Popen[bytes]:
    environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(cores))
    environment |= {"PYTHONHASHSEED": str(seed % 2**32), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
    command = [sys.executable, "-P", "-m", "harness.running.worker", str(folder)]
    with _GUARD:
        if _STOPPED:
            raise KeyboardInterrupt
        process = subprocess.Popen(  # noqa: S603 (our own module in our own interpreter)
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env=environment
        )
        _ALIVE.add(process)
    return process


def _watched(process: subprocess.Popen[bytes], folder: Path, limits: RunLimits, watch: Watcher) -> str | None:
    """Wait for the process; return why it had to be ended, if it had."""
    begun, seen = time.monotonic(), 0.0
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_EVERY_S)
            return None
        if limits.timeout_s is not None and time.monotonic() - begun > limits.timeout_s:
            return f"took longer than {limits.timeout_s:g} s (--timeout){_doing(folder)}"
        if limits.memory_mb is not None and (used := _memory(process)) > limits.memory_mb:
            return f"used {used:.0f} MB, more than {limits.memory_mb:g} MB (--memory-limit){_doing(folder)}"
        seen = _tell(folder, seen, watch)


def _memory(process: subprocess.Popen[bytes]) -> float:
    try:
        return process_tree_memory_mb(psutil.Process(process.pid))
    except psutil.Error:
        return 0.0


def _tell(folder: Path, seen: float, watch: Watcher) -> float:
    """Pass on progress that is newer than `seen`."""
    with suppress(OSError, ValueError):
        changed = (folder / PROGRESS).stat().st_mtime
        if changed > seen:
            progress = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
            watch(progress["what"], progress["done"], progress["total"])
        return changed
    return seen


def _doing(folder: Path) -> str:
    with suppress(OSError, ValueError):
        progress = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        return f" while {progress['what']} ({progress['done']} of {progress['total']})"
    return ""


def _ending(code: int) -> str:
    if code >= 0:
        return f"its process ended with code {code} and no outcome"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    hint = "; perhaps the machine ran out of memory" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{hint}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything that it started."""
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
    with _GUARD:
        _ALIVE.discard(process)
