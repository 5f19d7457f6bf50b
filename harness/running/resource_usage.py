"""Wall time, processor time and peak memory of each stage of a run."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from leaderboard import Stage

_EVERY_S = 0.05


def process_tree_memory_mb(process_id: int) -> float:
    """Return the memory of a process and its descendants in MB, without pages shared with files or other processes."""
    total, members = 0, list[psutil.Process]()
    with suppress(psutil.Error):
        members.append(psutil.Process(process_id))
        members += members[0].children(recursive=True)
    for member in members:
        with suppress(psutil.Error):  # it ended in the meantime
            usage = member.memory_info()
            total += usage.rss - getattr(usage, "shared", 0)
    return total / 1e6


class StageRecorder:
    """Records time and memory of this process and its children for each stage."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Record the block as the stage `name`, also if it raises."""
        wall, cpu = time.monotonic(), sum(os.times()[:4])
        self._peak = process_tree_memory_mb(os.getpid())
        try:
            yield
        finally:
            self._update_peak()
            self.stages.append(Stage(name, time.monotonic() - wall, sum(os.times()[:4]) - cpu, self._peak))

    def _watch(self) -> None:
        while True:
            self._update_peak()
            time.sleep(_EVERY_S)

    def _update_peak(self) -> None:
        self._peak = max(self._peak, process_tree_memory_mb(os.getpid()))
