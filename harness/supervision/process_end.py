"""The limits of a child process, and how it ended."""

import signal
from dataclasses import dataclass
from math import inf
from typing import NamedTuple


class ProcessLimits(NamedTuple):
    """Limits of a process with all its descendants; `inf` is none."""

    timeout_s: float = inf
    memory_mb: float = inf


@dataclass(frozen=True)
class ProcessEnd:
    """How a process ended, and what it used with all its descendants.

    `code` is its exit code, or the negative number of the signal that ended it. `limit` says why its supervisor ended
    it: "time", "memory", "processes" (too many), "exit" (it was done, and did not exit), "parent" (which stopped it or
    ended), or "supervisor" (which was itself ended from outside). It is "" if the process ended by itself.
    """

    code: int
    limit: str = ""
    used_mb: float = 0.0  # at the end
    peak_mb: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    oom_kills: int = 0  # processes of this machine that the kernel ended meanwhile for lack of memory
    n_left: int = 0  # processes that the kernel did not end
    note: str = ""  # what it said before its solution started

    @classmethod
    def parse(cls, line: str) -> "ProcessEnd":
        """Return the end that a supervisor reports; one by "supervisor" if it reports nothing."""
        fields = line.split(" ", 9)
        if len(fields) != 10 or fields[0] != "end":
            return cls(-signal.SIGKILL, "supervisor")
        code, limit, *figures, oom_kills, n_left, note = fields[1:]
        used_mb, peak_mb, wall_s, cpu_s = [max(0.0, float(each)) for each in figures]
        counts = max(0, int(oom_kills)), int(n_left)
        return cls(int(code), limit.strip("-"), used_mb, peak_mb, wall_s, cpu_s, *counts, note)

    @property
    def signal_name(self) -> str:
        """Return the name of the signal that ended the process, as in "SIGSEGV"; "" if none did."""
        if self.code >= 0:
            return ""
        return signal.Signals(-self.code).name if -self.code in set(signal.Signals) else f"signal {-self.code}"

    @property
    def is_out_of_memory(self) -> bool:
        """Return whether the kernel seems to have ended the process for lack of memory."""
        return self.code == -signal.SIGKILL and not self.limit and self.oom_kills > 0

    @property
    def is_from_outside(self) -> bool:
        """Return whether something else than the process, its limits and the kernel ended it."""
        ended_by_signal = self.code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT}
        return self.limit == "supervisor" or (ended_by_signal and not self.limit and not self.is_out_of_memory)
