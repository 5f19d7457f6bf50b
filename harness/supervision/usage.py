"""Time, memory and number of the descendants of a supervisor, with their limits.

The supervisor imports this module, so it uses the standard library only.
"""

import os
import time

from harness.supervision.command import MAX_TASKS
from harness.supervision.descendants import descendant_ids, memory_mb, oom_kills

_MANY = 50  # processes, of which an exact measurement takes long


class Usage:
    """What all descendants of this process use, from its creation on; `inf` is no limit."""

    def __init__(self, timeout_s: float, memory_limit_mb: float) -> None:
        self._timeout_s, self._memory_limit_mb = timeout_s, memory_limit_mb
        self._started = self._measured_from = time.monotonic()
        self._used_mb, self._peak_mb, self._cpu_before_s, self._oom_kills = 0.0, 0.0, 0.0, oom_kills()

    def measure_from_now(self, cpu_before_s: str) -> None:
        """Leave out the time until now, and so many seconds of CPU time, from `summary`."""
        try:
            self._cpu_before_s = float(cpu_before_s)
        except ValueError:
            return
        self._measured_from, self._peak_mb = time.monotonic(), 0.0

    def exceeded_limit(self) -> str:
        """Measure all descendants; return "time", "memory", "processes", or "" if no limit is exceeded."""
        processes = descendant_ids(os.getpid(), MAX_TASKS)
        if len(processes) > MAX_TASKS:
            return "processes"
        self._measure_memory(processes)
        if time.monotonic() > self._started + self._timeout_s:
            return "time"
        return "memory" if self._used_mb > self._memory_limit_mb else ""

    def summary(self) -> str:
        """Return used MB, peak MB, wall seconds, CPU seconds of ended descendants, and kills for lack of memory."""
        now, times = time.monotonic(), os.times()
        cpu_s = times.children_user + times.children_system - self._cpu_before_s
        figures = self._used_mb, self._peak_mb, now - self._measured_from, cpu_s
        return " ".join([*(f"{each:.6f}" for each in figures), str(oom_kills() - self._oom_kills)])

    def memory_summary(self) -> str:
        """Return used MB and peak MB in whole numbers."""
        return f"{self._used_mb:.0f} {self._peak_mb:.0f}"

    def _measure_memory(self, processes: list[int]) -> None:
        """Measure quickly, and exactly where that matters: at a new peak of several processes, or above the limit."""
        self._used_mb = memory_mb(processes)
        is_peak = 1 < len(processes) < _MANY and self._used_mb > 1.05 * self._peak_mb
        if is_peak or self._used_mb > self._memory_limit_mb:
            self._used_mb = memory_mb(processes, exact=True)
        self._peak_mb = max(self._peak_mb, self._used_mb)
