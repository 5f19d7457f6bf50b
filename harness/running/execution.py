"""Execute a planned run in its folder, unless it is finished there."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from harness.progress import ProgressListener
from harness.running.local_processes import RunLimits, RunProcesses, RunStopped
from harness.running.outcome import Outcome, finished_outcome
from harness.running.planned_run import PlannedRun


@dataclass(frozen=True)
class Execution:
    """How runs are executed: with how many cores each, and whether finished ones are repeated."""

    processes: RunProcesses
    cores: int
    limits: RunLimits
    again: bool = False

    def run(
        self, run: PlannedRun, folder: Path, listener: ProgressListener
    ) -> tuple[PlannedRun, Path, Outcome | None, bool]:
        """Return the run, its folder, its outcome (None if it was stopped), and whether it was executed now.

        With `again` the run is executed in the first folder that holds no finished one, so it resumes if interrupted.
        """
        place = folder
        try:
            for number in count(2):
                place.mkdir(parents=True, exist_ok=True)
                with run_lock(place).acquire(self.limits.seconds_left):  # two processes execute the same run once
                    outcome = finished_outcome(place)
                    if outcome is None:
                        outcome = self.processes.run(run.job, run.inputs, place, self.cores, self.limits, listener)
                        return run, place, outcome, True
                    if not self.again:
                        return run, place, outcome, False
                place = folder.with_name(f"{folder.name}-{number}")
        except (RunStopped, Timeout):  # Timeout: another process runs it until after the deadline
            pass
        return run, place, None, False


def run_lock(folder: Path) -> FileLock:
    """Return the lock of a run's folder, for all threads and processes."""
    return FileLock(folder / "run.lock", thread_local=False)
