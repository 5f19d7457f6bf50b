"""Run a job in a subprocess of this machine, with limits on time and memory."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock

from harness.atomic_files import write_atomically
from harness.cpu_budget import VARIABLE
from harness.data.split import Split
from harness.progress import ProgressListener
from harness.running.outcome import JOB, LOG, OUTCOME, PROGRESS, Outcome, RunJob
from harness.running.process_tree import kill_process_tree
from harness.running.resource_usage import process_tree_memory_mb
from harness.running.run_input import WorkerStart, prepare_worker
from harness.running.versions import versions
from harness.sandbox.policy import Mode
from harness.sandbox.restriction import enforcement

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
    def over(self) -> bool:
        """Return whether the deadline has passed."""
        return self.deadline is not None and time.time() >= self.deadline

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the deadline, at least 0; -1 without a deadline."""
        return -1.0 if self.deadline is None else max(0.0, self.deadline - time.time())


class RunStopped(Exception):  # noqa: N818 (no error of the run)
    """The run did not start or was stopped, because the user interrupted it or its deadline has passed."""


class RunProcesses:
    """The processes of several runs, which are killed together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
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
        (folder / OUTCOME).unlink(missing_ok=True)
        (folder / PROGRESS).unlink(missing_ok=True)
        write_atomically(folder / JOB, json.dumps(asdict(job)))
        environment = _environment(job.seed, cores)
        with (
            (folder / LOG).open("wb") as log,
            prepare_worker(job, split, folder, limits.sandbox, environment) as start,
        ):
            process = self._start(folder, log.fileno(), start)
            try:
                reason = _wait(process, folder, limits, listener)
            finally:
                self._kill(process)
        has_outcome = (folder / OUTCOME).exists() and not reason
        outcome = Outcome.load(folder) if has_outcome else Outcome(reason or _exit_reason(process.returncode))
        sandbox = {"sandbox": enforcement(limits.sandbox)}
        return replace(outcome, versions=(outcome.versions or versions()) | sandbox)

    def kill_all(self) -> None:
        """Kill the processes and start no more, as on Ctrl-C."""
        self._stopped = True
        with self._lock:
            running = list(self._running)
        for process in running:
            self._kill(process)

    def _start(self, folder: Path, log: int, start: WorkerStart) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "harness.running.worker", str(folder), str(start.descriptor)]
        with self._lock:
            if self._stopped:
                raise RunStopped
            process = subprocess.Popen(  # noqa: S603 (our own module in our own interpreter)
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[start.descriptor],
                start_new_session=True,
                env=start.environment,
            )
            self._running.add(process)
        return process

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        kill_process_tree(process)
        with self._lock:
            self._running.discard(process)


def _environment(seed: int, cores: int) -> dict[str, str]:
    environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(cores))
    return environment | {"PYTHONHASHSEED": str(seed % 2**32), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}


def _wait(process: subprocess.Popen[bytes], folder: Path, limits: RunLimits, listener: ProgressListener) -> str | None:
    """Wait for the process; return the limit that it exceeded, None if it ended by itself."""
    started, last_update = time.monotonic(), 0.0
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)
            return None
        if limits.over:
            raise RunStopped
        if limits.timeout_s is not None and time.monotonic() - started > limits.timeout_s:
            return f"timed out after {limits.timeout_s:g} s (--timeout){_current_step(folder)}"
        if limits.memory_mb is not None and (used := process_tree_memory_mb(process.pid)) > limits.memory_mb:
            return f"used {used:.0f} MB, more than {limits.memory_mb:g} MB (--memory-limit){_current_step(folder)}"
        last_update = _forward_progress(folder, last_update, listener)


def _forward_progress(folder: Path, last_update: float, listener: ProgressListener) -> float:
    """Send progress newer than `last_update` to the listener; return when it was written."""
    with suppress(OSError, ValueError):
        changed = (folder / PROGRESS).stat().st_mtime
        if changed > last_update:
            progress = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
            listener(progress["what"], progress["done"], progress["total"])
        return changed
    return last_update


def _current_step(folder: Path) -> str:
    with suppress(OSError, ValueError):
        progress = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        return f" while {progress['what']} ({progress['done']} of {progress['total']})"
    return ""


def _exit_reason(code: int) -> str:
    if code >= 0:
        return f"exited with code {code} without writing an outcome"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    hint = "; perhaps the machine ran out of memory" if name == "SIGKILL" else ""
    return f"its process was ended by {name}{hint}"
