"""Why a run has no outcome of its own: a limit, or the end of its process."""

import sys

from harness.running.outcome import Outcome
from harness.supervision.command import MAX_TASKS
from harness.supervision.process_end import ProcessEnd, ProcessLimits


def limit_outcome(end: ProcessEnd, limits: ProcessLimits, step: str) -> Outcome | None:
    """Return the outcome of a run that was ended at a limit, None for another one.

    `step` says what it was doing, as in " while ranking (3 of 7)".
    """
    reasons = {
        "time": f"timed out after {limits.timeout_s:g} s (--timeout){step}",
        "memory": f"used {end.used_mb:.0f} MB, more than {limits.memory_mb:g} MB (--memory-limit){step}",
        "processes": f"had more than {MAX_TASKS} processes at once{step}",
    }
    if end.n_left:
        return Outcome(f"{end.n_left} of its processes could not be ended", kind="place")
    return Outcome(reasons[end.limit]) if end.limit in reasons else None


def exit_outcome(end: ProcessEnd) -> Outcome:
    """Return the outcome of a run whose process ended without writing one; its kind is "killed" if it may have been."""
    if end.limit == "supervisor":
        return Outcome("the process that supervises it was ended from outside", kind="killed")
    if end.limit == "parent":
        return Outcome("it was stopped from outside", kind="killed")
    if end.is_out_of_memory:
        return Outcome("its process was ended by SIGKILL: the machine ran out of memory")
    if end.code > 0 and not end.note and sys.platform == "linux":  # before a line of the solution
        return Outcome(f"the process of a run could not start (exit code {end.code}); see its log", kind="place")
    if end.code >= 0:
        return Outcome(f"exited with code {end.code} without writing an outcome")
    reason = f"its process was ended by {end.signal_name}"
    return Outcome(f"{reason}, from outside or by itself", kind="killed") if end.is_from_outside else Outcome(reason)
