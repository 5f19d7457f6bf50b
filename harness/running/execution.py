"""Execute a planned run in its folder, unless it is finished there."""

from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from harness.progress import ProgressListener
from harness.running.local_processes import RunLimits, RunProcesses, RunStopped
from harness.running.outcome import Outcome, finished_outcome
from harness.running.planned_run import PlannedRun


def run_unless_finished(
    processes: RunProcesses,
    run: PlannedRun,
    folder: Path,
    n_cores: int,
    limits: RunLimits,
    listener: ProgressListener,
    *,
    again: bool,
) -> tuple[PlannedRun, Path, Outcome | None, bool]:
    """Return the run, its folder, its outcome (None if it was stopped), and whether it was executed now.

    With `again` the run is executed in the first folder that holds no finished one, so that it resumes if interrupted.
    """
    for number in count(1):
        place = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        place.mkdir(parents=True, exist_ok=True)
        try:
            with run_lock(place).acquire(limits.seconds_left):  # two processes that start the same run execute it once
                outcome = finished_outcome(place)
                if outcome and not again:
                    return run, place, outcome, False
                if outcome is None:
                    return run, place, processes.run(run.job, place, n_cores, limits, listener), True
        except (RunStopped, Timeout):  # Timeout: another process runs it until after the deadline
            return run, place, None, False
    raise AssertionError  # `count` does not end


def run_lock(folder: Path) -> FileLock:
    """Return the lock of a run's folder, for all threads and processes."""
    return FileLock(folder / "run.lock", thread_local=False)
