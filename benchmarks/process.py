"""Measure the time and memory of a command with all its child processes, and the CPU time of a function."""

import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil


class ProcessCost(NamedTuple):
    """Wall seconds, peak of the summed resident memory in MB, and CPU seconds of a process and its descendants."""

    wall_s: float
    peak_mb: float
    cpu_s: float


def measure(command: Sequence[str], exit_code: int = 0) -> ProcessCost:
    """Run a command and return its cost; raise RuntimeError if it ends with another exit code."""
    start, cpu_before, peak = time.monotonic(), _cpu_s(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                family = [root := psutil.Process(process.pid), *root.children(recursive=True)]
                peak = max(peak, sum(member.memory_info().rss for member in family) / 1e6)
            time.sleep(0.02)
    if process.returncode != exit_code:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return ProcessCost(time.monotonic() - start, peak, _cpu_s() - cpu_before)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, of all threads of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _cpu_s() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
