"""Runs of solutions in this process, for tests of what is done with finished runs.

A process of its own takes a second of a core to import what it needs; tests of `harness.running` use real ones.
"""

import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from harness.data.split import Split
from harness.progress import ProgressListener
from harness.running import job_execution
from harness.running.dependencies import changes
from harness.running.dependencies.recorder import READS
from harness.running.description import descriptions
from harness.running.description.describe import describe
from harness.running.local_processes import RunLimits, RunProcesses, RunStopped
from harness.running.outcome import Outcome, RunJob
from harness.running.run_folder import JOB, create_log, restore_log
from harness.running.run_results import collect_outcome, prepare_folder
from harness.sandbox.restriction import enforcement
from harness.solution import registry, spec
from harness.solution.registry import RegisteredSolution
from harness.solution.spec import split_spec
from harness.supervision.process_end import ProcessEnd

_LOCK = Lock()  # the seeds of random numbers are those of the process


class SourceReads:
    """In place of `DependencyRecorder`: notes the source file of the solution alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self) -> None:
        """Do nothing."""

    def save(self) -> None:
        """Write what a run in a process would write that reads nothing else."""
        name = split_spec(json.loads((self._folder / JOB).read_text())["spec"])[0]
        empty: dict[str, object] = {
            name: {} for name in ("top_levels", "absent", "files", "native", "folders", "settings")
        }
        facts = {"started_ns": time.time_ns(), "complete": True, "folder": os.getcwd()}
        facts |= {"changed_folder": False, "unseen": False}
        modules = [os.path.abspath(name)] if name.endswith(".py") else []
        reads = {**empty, **facts, "variables": {}, "modules": modules, "written": [], "search_path": []}
        (self._folder / READS).write_text(json.dumps(reads))


def run_here(
    processes: RunProcesses,
    job: RunJob,
    split: Split,
    folder: Path,
    cores: int,
    limits: RunLimits,
    listener: ProgressListener,
) -> Outcome:
    """Do in this process what `RunProcesses.run` does in another one."""
    if limits.over:
        raise RunStopped
    prepare_folder(folder)
    (folder / JOB).write_text(json.dumps(asdict(job)))
    log = create_log(folder)
    try:
        with _LOCK, _same_random_state():
            job_execution.execute(job, split, folder, enforcement(limits.sandbox))
        if limits.over:  # a process would have been stopped
            raise RunStopped
    finally:
        restore_log(folder, log)
        os.close(log)
    outcome = collect_outcome(folder, job.task, split, ProcessEnd(0, note=enforcement(limits.sandbox)))
    assert outcome is not None
    return outcome


@contextmanager
def runs_here() -> Iterator[None]:
    """Run solutions, and describe those of files, in this process inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunProcesses, "run", run_here)
        patch.setattr(job_execution, "DependencyRecorder", SourceReads)
        patch.setattr(descriptions, "describe_plugin", _describe_here)
        patch.setattr(changes, "_setting_changes", lambda _: iter(()))  # libraries set variables in this process
        for module in (registry, spec):  # the stream is that of all threads
            patch.setattr(module, "redirect_stdout", nullcontext)
        yield


def _describe_here(solution: RegisteredSolution, specs: Sequence[str], *_: object) -> list[object]:
    return [*describe(solution, specs)]


@contextmanager
def _same_random_state() -> Iterator[None]:
    """Leave the global generators of random numbers as they are."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (some solutions use it)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
