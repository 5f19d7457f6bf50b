"""Publish the progress of the runs of a command in the workspace, once a second while anything changes."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from harness.data.competition import Competition
from harness.progress import ProgressListener
from harness.running.execution import ExecutedRun, Execution
from harness.running.live.files import command_words, is_stop_requested, new_live_file
from harness.running.live.state import FOLDER, MAX_WAITING, LiveCommand, LiveRun
from harness.running.live.work_share import WorkShare
from harness.running.planned_run import PlannedRun
from harness.running.run_progress import progress_label
from harness.temporary_files import process_of
from harness.workspace import Workspace
from leaderboard.safe_text import shorten

FIRST_S = 0.25  # until the first file: a command that ends before publishes nothing
INTERVAL_S = 1.0
_LONGEST = 300  # characters of a name or a word


class _Progress:
    """The progress of one run, as its process reports it."""

    def __init__(self, run: PlannedRun, name: str) -> None:
        self.run, self.name, self.started = run, shorten(name, _LONGEST), time.time()
        self.what, self.done = "starting", 0
        self.total: int | None = None
        self._work = WorkShare()

    def update(self, what: str, done: int, total: int | None) -> None:
        """Take a report of the process."""
        self.what, self.done, self.total = what, done, total
        self._work.update(what, done, total)

    def live(self, memory: tuple[float, float]) -> LiveRun:
        """Return what is published, with the memory now and at the peak in MB."""
        left = self._work.seconds_left()
        return LiveRun(
            id=self.run.key[:16],
            name=self.name,
            task=self.run.job.task,
            split=self.run.split,
            stage=self.what,
            done=self.done,
            total=self.total,
            share=round(self._work.share, 3),
            started=round(self.started, 1),
            seconds_left=None if left is None else float(round(left)),
            memory_mb=float(round(memory[0])),
            peak_mb=float(round(memory[1])),
        )


class RunPublisher:
    """Publishes runs while they are executed inside its `with` block; nothing fails if the workspace is read-only.

    It also stops a run for which another process asks, see `harness.running.live.files`.
    """

    def __init__(
        self, workspace: Workspace, competition: Competition, runs: Sequence[PlannedRun], execution: Execution
    ) -> None:
        self._competition, self._execution, self._started = competition, execution, time.time()
        self._file = new_live_file(workspace.folder / FOLDER)
        self._waiting = {run.key: run for run in runs}
        self._names = {run.key: progress_label(run) for run in runs}
        self._running: dict[str, _Progress] = {}
        self._n_done, self._n_total, self._written = 0, len(runs), ""
        self._lock, self._end = Lock(), Event()
        self._thread = Thread(target=self._publish, daemon=True)

    def __reduce__(self) -> tuple[type["_Unpublished"], tuple[Execution]]:
        """Pickle without what is published, because a process of another joblib backend cannot say it here."""
        return _Unpublished, (self._execution,)

    def __enter__(self) -> Self:
        """Begin to publish."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what is published."""
        self._end.set()
        self._thread.join()
        if self._written:
            with suppress(OSError):
                self._file.unlink()

    def run(self, run: PlannedRun, folder: Path, listener: ProgressListener) -> ExecutedRun:
        """Execute a run, see `Execution.run`, and publish its progress meanwhile."""
        progress = _Progress(run, self._names[run.key])
        with self._lock:
            self._waiting.pop(run.key, None)
            self._running[run.key] = progress

        def report(what: str, done: int, total: int | None) -> None:
            progress.update(what, done, total)
            listener(what, done, total)

        return self._execution.run(run, folder, report)

    def finish(self, run: PlannedRun) -> None:
        """Note that the entry of a run is stored, or that it was stopped."""
        with self._lock:
            self._running.pop(run.key, None)
            self._n_done += 1

    def command(self) -> LiveCommand:
        """Return the present state."""
        processes = self._execution.processes
        with self._lock:
            running, waiting, n_done = [*self._running.values()], [*self._waiting], self._n_done
        return LiveCommand(
            words=tuple(shorten(word, _LONGEST) for word in command_words(sys.argv)[:200]),
            competition=self._competition.key,
            competition_name=shorten(self._competition.name, _LONGEST),
            process=process_of(self._file.name),
            started=round(self._started, 1),
            n_done=n_done,
            n_total=self._n_total,
            runs=tuple(each.live(processes.memory_mb(each.run.job)) for each in running),
            waiting=tuple(shorten(self._names[key], _LONGEST) for key in waiting[:MAX_WAITING]),
        )

    def _publish(self) -> None:
        wait_s = FIRST_S
        while not self._end.wait(wait_s):
            wait_s = INTERVAL_S
            self._stop_runs()
            text = self.command().to_json()
            if text != self._written:
                with suppress(OSError):  # the workspace is read-only, or the disk is full
                    self._write(text)
                    self._written = text

    def _write(self, text: str) -> None:
        """Replace the file as a whole; this thread alone writes it, so the temporary file needs no name of its own."""
        if not self._written:
            self._file.parent.mkdir(exist_ok=True)
        partial = self._file.with_name(f".{self._file.name}")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self._file)

    def _stop_runs(self) -> None:
        with self._lock:
            running = [*self._running.values()]
        for each in running:
            if is_stop_requested(self._file, each.run.key[:16]):
                self._execution.processes.stop(each.run.job)


class _Unpublished:
    """Executes runs like a publisher."""

    def __init__(self, execution: Execution) -> None:
        self.run = execution.run
