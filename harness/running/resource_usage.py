"""Wall time, processor time and peak memory of each stage of a run."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from leaderboard import Stage

_EVERY_S = 0.05


def memory_mb(process: psutil.Process) -> float:
    """Return the private memory of a process in MB, without pages shared with files or other processes."""
    usage = process.memory_info()
    return float(usage.rss - getattr(usage, "shared", 0)) / 1e6


def process_tree_memory_mb(process: psutil.Process) -> float:
    """Return the memory of a process and all its descendants in MB."""
    total, members = 0.0, [process]
    with suppress(psutil.Error):
        members += process.children(recursive=True)
    for member in members:
        with suppress(psutil.Error):  # it ended in the meantime
            total += memory_mb(member)
    return total


class StageRecorder:
    """Records time and memory of this process and its children for each stage."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._process = psutil.Process()
        self._peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Record the block as the stage `name`, also if it raises."""
        wall, cpu = time.monotonic(), _cpu_s()
        self._peak = process_tree_memory_mb(self._process)
        try:
            yield
        finally:
            self._update_peak()
            self.stages.append(Stage(name, time.monotonic() - wall, _cpu_s() - cpu, self._peak))

    def _watch(self) -> None:
        while True:
            self._update_peak()
            time.sleep(_EVERY_S)

    def _update_peak(self) -> None:
        self._peak = max(self._peak, process_tree_memory_mb(self._process))


def _cpu_s() -> float:
    return sum(os.times()[:4])
