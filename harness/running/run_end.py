"""Why a run has no outcome of its own: a limit, or the end of its process."""

import sys

from harness.running.outcome import FailureKind, Outcome
from harness.supervision.command import MAX_TASKS
from harness.supervision.process_end import ProcessEnd, ProcessLimits
from leaderboard import Stage


def limit_outcome(end: ProcessEnd, limits: ProcessLimits, step: str) -> Outcome | None:
    """Return the outcome of a run that was ended at a limit, None for another one.

    `step` says what it was doing, as in " while ranking (3 of 7)". The cost of the whole run is its only stage.
    """
    reasons = {
        "time": f"timed out after {limits.timeout_s:g} s (--timeout){step}",
        "memory": f"used {end.used_mb:.0f} MB, more than {limits.memory_mb:g} MB (--memory-limit){step}",
        "processes": f"had more than {MAX_TASKS} processes at once{step}",
    }
    if end.n_left:
        return Outcome(f"{end.n_left} of its processes could not be ended", kind="place")
    return Outcome(reasons[end.limit], _whole_run(end)) if end.limit in reasons else None


def exit_outcome(end: ProcessEnd) -> Outcome:
    """Return the outcome of a run whose process ended without writing one; its kind is "killed" if it may have been."""
    reason, kind = _exit_reason(end)
    return Outcome(reason, _whole_run(end), kind=kind)


def _exit_reason(end: ProcessEnd) -> tuple[str, FailureKind]:
    """Return why the process of a run ended without an outcome, and what has failed."""
    if end.limit == "supervisor":
        return "the process that supervises it was ended from outside", "killed"
    if end.limit == "parent":
        return "it was stopped from outside", "killed"
    if end.is_out_of_memory:
        return "its process was ended by SIGKILL: the machine ran out of memory", "solution"
    if end.code > 0 and not end.note and sys.platform == "linux":  # before a line of the solution
        return f"the process of a run could not start (exit code {end.code}); see its log", "place"
    if end.code >= 0:
        return f"exited with code {end.code} without writing an outcome", "solution"
    reason = f"its process was ended by {end.signal_name}"
    return (f"{reason}, from outside or by itself", "killed") if end.is_from_outside else (reason, "solution")


def _whole_run(end: ProcessEnd) -> tuple[Stage, ...]:
    """Return the measured cost of a process as one stage; nothing if it was not measured."""
    return (Stage("run", end.wall_s, end.cpu_s, end.peak_mb),) if end.wall_s else ()
