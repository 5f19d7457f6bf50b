"""Run a job in a subprocess of this machine, with limits on time and memory."""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path
from threading import Lock

from harness.atomic_files import write_atomically
from harness.cpu_budget import VARIABLE
from harness.data.split import Split
from harness.progress import ProgressListener
from harness.running.outcome import Outcome, RunJob
from harness.running.run_end import exit_outcome, limit_outcome
from harness.running.run_folder import JOB, create_log, restore_log
from harness.running.run_input import WorkerStart, prepare_worker
from harness.running.run_progress import forward_progress
from harness.running.run_results import collect_outcome, prepare_folder
from harness.running.versions import versions
from harness.sandbox.policy import Mode
from harness.sandbox.restriction import enforcement
from harness.supervision.child_process import ChildProcess, start_process
from harness.supervision.process_end import ProcessEnd, ProcessLimits

_POLL_S = 0.1
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", VARIABLE)


@dataclass(frozen=True)
class RunLimits:
    """Limits of a run on time and memory; None is no limit. At `deadline`, as of `time.time()`, it is stopped."""

    timeout_s: float | None = None
    memory_mb: float | None = None
    deadline: float | None = None
    sandbox: Mode = "auto"  # what keeps a run from the ground truth, see `harness.sandbox`

    @property
    def of_processes(self) -> ProcessLimits:
        """Return the limits of the processes of a run."""
        timeout_s, memory_mb = self.timeout_s, self.memory_mb
        return ProcessLimits(inf if timeout_s is None else timeout_s, inf if memory_mb is None else memory_mb)

    @property
    def over(self) -> bool:
        """Return whether the deadline has passed."""
        return self.deadline is not None and time.time() >= self.deadline

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the deadline, at least 0; -1 without a deadline."""
        return -1.0 if self.deadline is None else max(0.0, self.deadline - time.time())


class RunStopped(Exception):  # noqa: N818 (no error of the run)
    """The run did not start or was stopped, because the user interrupted it or its deadline has passed."""


_JobKey = tuple[str, int | None, int]  # spec, fold and seed


class RunProcesses:
    """The processes of several runs, which are killed together."""

    def __init__(self) -> None:
        self._running: dict[_JobKey, ChildProcess] = {}
        self._stopped_jobs: set[_JobKey] = set()
        self._lock = Lock()
        self._stopped = False

    def __reduce__(self) -> tuple[type["RunProcesses"], tuple[()]]:
        """Pickle as a new group, because a process of another joblib backend has children of its own."""
        return RunProcesses, ()

    def run(
        self, job: RunJob, split: Split, folder: Path, cores: int, limits: RunLimits, listener: ProgressListener
    ) -> Outcome:
        """Run a job on a split in its folder and return the outcome; a failure of the solution is an outcome too.

        Raises RunStopped if the run could not end; it can be resumed.
        """
        if limits.over:
            raise RunStopped
        prepare_folder(folder)
        write_atomically(folder / JOB, json.dumps(asdict(job)))
        log = create_log(folder)
        try:
            with prepare_worker(job, split, folder, limits.sandbox, _environment(job.seed, cores)) as start:
                end, step = self._execute(job, folder, log, start, limits, listener)
        finally:
            restore_log(folder, log)
            os.close(log)
        outcome = limit_outcome(end, limits.of_processes, step) or collect_outcome(folder, job.task, split, end)
        outcome = outcome or exit_outcome(end)
        sandbox = {"sandbox": end.note or enforcement(limits.sandbox)}
        return replace(outcome, versions={**(outcome.versions or versions()), **sandbox})

    def kill_all(self) -> None:
        """Kill the processes and start no more, as on Ctrl-C."""
        self._stopped = True
        with self._lock:
            running = list(self._running.values())
        for process in running:
            process.stop()

    def stop(self, job: RunJob) -> None:
        """Stop one run, which then raises RunStopped."""
        self._stopped_jobs.add(_job_key(job))

    def memory_mb(self, job: RunJob) -> tuple[float, float]:
        """Return the memory of a run now and at its peak, in MB, with all its processes; 0 while it is unknown."""
        process = self._running.get(_job_key(job))
        return (0.0, 0.0) if process is None else process.memory_mb

    def _is_stopped(self, job: RunJob) -> bool:
        return self._stopped or _job_key(job) in self._stopped_jobs

    def _execute(
        self, job: RunJob, folder: Path, log: int, start: WorkerStart, limits: RunLimits, listener: ProgressListener
    ) -> tuple[ProcessEnd, str]:
        """Return how the process of a run ended, and what it was doing."""
        process = self._start(job, folder, log, start, limits.of_processes)
        step = ""
        try:
            while (end := process.wait(_POLL_S)) is None:
                if limits.over or self._is_stopped(job):
                    raise RunStopped
                step = forward_progress(process.progress, listener) or step
        finally:
            process.close()
            with self._lock:
                self._running.pop(_job_key(job), None)
        if self._is_stopped(job):
            raise RunStopped
        return end, step

    def _start(self, job: RunJob, folder: Path, log: int, start: WorkerStart, limits: ProcessLimits) -> ChildProcess:
        command = [sys.executable, "-P", "-m", "harness.running.worker", str(folder), str(start.descriptor)]
        with self._lock:
            if self._stopped:
                raise RunStopped
            process = start_process(command, log, limits, start.environment, [start.descriptor])
            self._running[_job_key(job)] = process
        return process


def _job_key(job: RunJob) -> _JobKey:
    return job.spec, job.fold, job.seed


def _environment(seed: int, cores: int) -> dict[str, str]:
    environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(cores))
    return environment | {"PYTHONHASHSEED": str(seed % 2**32), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
