"""Execute a planned run in its folder, unless a run that can be reused is finished there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from harness.errors import HarnessError
from harness.place_errors import explain_os_error
from harness.progress import ProgressListener
from harness.running.dependencies.changes import Change
from harness.running.dependencies.file_reads import Stat
from harness.running.finished_run import RunDependencies, run_folders
from harness.running.local_processes import RunLimits, RunProcesses, RunStopped
from harness.running.outcome import Outcome, finished_outcome
from harness.running.place_fault import place_fault
from harness.running.planned_run import PlannedRun
from harness.running.run_folder import LOCK
from harness.sandbox.restriction import enforcement

_TRIES = 2  # of a run whose process was killed from outside


@dataclass(frozen=True)
class ExecutedRun:
    """A run with its folder and its outcome, None if it was stopped; `executed` is false for a reused one.

    `dependencies` is a digest of what it depends on. `changed` says why an earlier run could not be reused.
    """

    run: PlannedRun
    folder: Path
    outcome: Outcome | None
    executed: bool = False
    dependencies: str = ""
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Execution:
    """How runs are executed: with how many cores each, and whether finished ones are repeated.

    `tables` are the states of the competition's tables when the runs were planned.
    """

    processes: RunProcesses
    cores: int
    limits: RunLimits
    dependencies: RunDependencies
    tables: Mapping[str, Stat | None]
    again: bool = False

    def run(self, run: PlannedRun, folder: Path, listener: ProgressListener) -> ExecutedRun:
        """Return the run with its outcome, executed now or reused.

        A finished run whose dependencies have changed stays as it is, and the run is executed in the next folder. With
        `again` it is executed in the first folder that holds no finished one, so it resumes if interrupted.

        Raises HarnessError if the disk or the competition's files made it fail.
        """
        place, changed = folder, list[Change]()
        try:
            for place in run_folders(folder):
                place.mkdir(parents=True, exist_ok=True)
                with run_lock(place).acquire(self.limits.seconds_left):  # two processes execute the same run once
                    outcome = finished_outcome(place)
                    if outcome is None:
                        return self._execute(run, place, listener, tuple(changed))
                    stored = self.dependencies.stored(run, place)
                    changed = changed if self.again else [*self.dependencies.changes(stored), *self._loose(outcome)]
                    if not self.again and stored and not changed:
                        return ExecutedRun(run, place, outcome, dependencies=stored.digest)
        except (RunStopped, Timeout):  # Timeout: another process runs it until after the deadline
            pass
        except OSError as error:
            error.filename = error.filename or str(place)
            raise HarnessError(explain_os_error(error)) from None
        return ExecutedRun(run, place, None)

    def _loose(self, outcome: Outcome) -> list[Change]:
        """Return a change if a sandbox is required, and the finished run had none that the kernel enforces."""
        before = outcome.versions.get("sandbox", "unknown")
        is_enough = self.limits.sandbox != "require" or before.startswith("landlock")
        return [] if is_enough else [Change("sandbox", before, enforcement("require"))]

    def _execute(
        self, run: PlannedRun, folder: Path, listener: ProgressListener, changed: tuple[Change, ...]
    ) -> ExecutedRun:
        """Execute the run, twice if it was killed from outside; the caller holds the lock of the folder."""
        for _ in range(_TRIES):
            self.dependencies.remove_stale_chunks(run, folder)
            outcome = self.processes.run(run.job, run.inputs, folder, self.cores, self.limits, listener)
            if outcome.kind != "killed":
                break
        if fault := place_fault(run, folder, outcome, self.tables):
            raise HarnessError(fault)
        digest = "" if outcome.reason else self.dependencies.complete(run, folder).digest
        return ExecutedRun(run, folder, outcome, executed=True, dependencies=digest, changed=changed)


def run_lock(folder: Path) -> FileLock:
    """Return the lock of a run's folder, for all threads and processes; a link in its place is removed."""
    path = folder / LOCK
    if path.is_symlink():  # left by a solution without a sandbox, which then ended this command
        path.unlink(missing_ok=True)
    return FileLock(path, thread_local=False)
