"""Wall time, processor time and peak memory of each stage of a run."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from harness.progress import report_progress
from harness.supervision.child_process import process_tree_memory_mb
from leaderboard import Stage

_EVERY_S = 0.05
_WORK = {
    "load": "loading", "fit": "fitting", "rank": "ranking", "recognise": "recognising", "write": "writing",
}  # fmt: skip


class StageRecorder:
    """Records time and memory of this process and its children for each stage."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._peak = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Report the stage `name` as progress, and record the block as that stage, also if it raises."""
        report_progress(_WORK.get(name, name))
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
