"""Time a command as a whole process, with the memory of all that it starts."""

import resource
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    """Wall seconds, the largest sum of resident memory, in MB, and CPU seconds of the process and its descendants."""

    wall_s: float
    peak_mb: float
    cpu_s: float


def measured(command: Sequence[str], ends_with: int = 0) -> Cost:
    """Run a command that must end well, or with another exit code, and return what it cost."""
    begun, used, peak = time.monotonic(), _cpu_s(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                family = [root := psutil.Process(process.pid), *root.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family) / 1e6)
            time.sleep(0.02)
    if process.returncode != ends_with:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.monotonic() - begun, peak, _cpu_s() - used)


def _cpu_s() -> float:
    """Return the CPU seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
