"""Summary of the progress of several jobs: how many are done, the stage of one, the share of all, the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from harness.progress import FINISHED, ProgressListener

_LAST_STAGES = "ranking", "recognising"  # no stage follows them
_RELIABLE_SHARE, _RELIABLE_S = 0.02, 3.0  # progress and seconds from which on the time left is estimated


@dataclass(frozen=True)
class ProgressSummary:
    """What one line says; `share` is of all work, in [0, 1], and `seconds_left` None while it cannot be estimated."""

    done: int
    total: int | None
    of_jobs: bool  # whether `done` counts jobs; else items of the stage
    job: str
    stage: str
    share: float
    seconds_left: float | None


@dataclass
class _Stage:
    name: str
    done: int
    total: int | None
    first_done: int
    started: float
    updated: float = 0.0

    @property
    def share(self) -> float:
        """The share of the items that are done; 0 if their number is unknown."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def seconds_left(self, now: float) -> float | None:
        """The estimate by the mean time of an item; it falls until the next item is overdue, and then rises."""
        advance, rest = self.done - self.first_done, (self.total or 0) - self.done
        if not self.total or advance <= 0:
            return None
        expected = rest * (self.updated - self.started) / advance - (now - self.updated)
        return max(expected, (rest - 1) * (now - self.started) / (advance + 1), 0.0)


@dataclass
class _Job:
    name: str
    stages: list[_Stage] = field(default_factory=list)
    current: _Stage | None = None
    finished: bool = False

    def update(self, what: str, done: int, total: int | None, now: float) -> None:
        """Take a report of the job at a time, in seconds."""
        if what == FINISHED:
            self.finished = True
            return
        stage = next((each for each in reversed(self.stages) if each.name == what), None)
        if stage is None or done < stage.done:
            stage = _Stage(what, done, total, done, now, now)
            self.stages.append(stage)
        stage.updated = now if done > stage.done else stage.updated
        stage.done, stage.total, self.current = done, total, stage

    @property
    def share(self) -> float:
        """The share of the job that is done: each stage is half of what follows the one before, the last is all."""
        if self.finished:
            return 1.0
        share, rest = 0.0, 1.0
        for stage in self.stages:
            part = rest if stage.name in _LAST_STAGES else rest / 2
            share, rest = share + part * stage.share, rest - part
        return share


class ProgressTracker:
    """Collects the progress of jobs from several threads. A job without a name is the whole work."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock, self._started = clock, Lock(), clock()
        self._jobs: list[_Job] = []

    def listener(self, name: str) -> ProgressListener:
        """Return the listener of a further job."""
        job = _Job(name)
        with self._lock:
            self._jobs.append(job)

        def update(what: str, done: int, total: int | None) -> None:
            with self._lock:
                job.update(what, done, total, self._clock())

        return update

    def summary(self) -> ProgressSummary | None:
        """Return the summary of all jobs; None if there is nothing to say."""
        with self._lock:
            jobs = [job for job in self._jobs if job.name]
            whole = next((job.current for job in self._jobs if not job.name and job.current), None)
            running = next((job for job in jobs if job.current and not job.finished), None)
            if whole:
                return self._of_whole(whole, running, of_jobs=bool(jobs))
            return self._of_jobs(jobs, running) if jobs else None

    def _of_whole(self, whole: _Stage, running: _Job | None, *, of_jobs: bool) -> ProgressSummary:
        job, stage = _job_and_stage(running) if running else ("", whole.name)
        left = whole.seconds_left(self._clock())
        return ProgressSummary(whole.done, whole.total, of_jobs, job, stage, whole.share, left)

    def _of_jobs(self, jobs: list[_Job], running: _Job | None) -> ProgressSummary:
        job, stage = _job_and_stage(running) if running else ("", "starting")
        done = sum(each.finished for each in jobs)
        share = sum(each.share for each in jobs) / len(jobs)
        return ProgressSummary(done, len(jobs), True, job, stage, share, self._seconds_left(jobs))

    def _seconds_left(self, jobs: list[_Job]) -> float | None:
        """Return the estimate from the jobs that are not over yet or took long enough to report a stage."""
        jobs = [job for job in jobs if job.stages or not job.finished]
        elapsed, share = self._clock() - self._started, sum(job.share for job in jobs) / max(1, len(jobs))
        if share < _RELIABLE_SHARE or elapsed < _RELIABLE_S:
            return None
        return elapsed * (1 - share) / share


def _job_and_stage(job: _Job) -> tuple[str, str]:
    return job.name, job.current.name if job.current else ""
