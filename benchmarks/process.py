"""Time a command as a whole process, with the memory of all that it starts."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    """Wall seconds, and the largest sum of resident memory, in MB, of the process and its descendants."""

    wall_s: float
    peak_mb: float


def measured(command: Sequence[str]) -> Cost:
    """Run a command that must end well, and return what it cost."""
    begun, peak = time.monotonic(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                family = [root := psutil.Process(process.pid), *root.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family) / 1e6)
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.monotonic() - begun, peak)
