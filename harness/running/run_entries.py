"""Score finished runs and add an entry for each to the leaderboard, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

import metrics
from harness.data.competition import Competition
from harness.data.split import Split
from harness.errors import DataError
from harness.running.answer_file import load_answer
from harness.running.dependencies.changes import Change
from harness.running.execution import ExecutedRun, run_lock
from harness.running.outcome import Outcome
from harness.running.planned_run import PlannedRun
from harness.running.run_folder import ANSWER, CHUNKS, LOG, SUBMISSION
from harness.running.versions import versions
from harness.scoring.evaluate import Evaluation, evaluate
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from leaderboard import Entry, EntryStore, Status


@dataclass(frozen=True)
class RunResult:
    """The entry and outcome of a run; `executed` is false if a finished run was reused. `name` is its variant's.

    `key` is that of the planned run. `changed` says why an earlier run was not reused.
    """

    entry: Entry
    outcome: Outcome
    executed: bool
    notes: tuple[str, ...] = ()
    name: str = ""
    key: str = ""
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True)
class RunEntries:
    """Adds the entries of runs on a competition; `split` returns a split with its ground truth."""

    competition: Competition
    entries: EntryStore
    split: Callable[[metrics.Task, int | None], Split]

    def find_or_add(self, done: ExecutedRun, outcome: Outcome) -> RunResult:
        """Return the result with the entry of this execution, which another process may have added already."""
        with run_lock(done.folder):
            notes: tuple[str, ...] = ()
            entry = None if outcome.reason else self._find(done, outcome)
            if entry is None:
                entry, notes = self._add(done, outcome)
        notes = (*done.run.notes, *notes)
        return RunResult(entry, outcome, done.executed, notes, key=done.run.key, changed=done.changed)

    def _find(self, done: ExecutedRun, outcome: Outcome) -> Entry | None:
        """Return the entry of an execution: its costs are those of no other one."""
        same = [entry for entry in self.entries.of_run(entry_key(done)) if entry.status != "failed"]
        return next((entry for entry in same if entry.stages == outcome.stages), None)

    def _add(self, done: ExecutedRun, outcome: Outcome) -> tuple[Entry, tuple[str, ...]]:
        run, folder = done.run, done.folder
        evaluation, notes, unscored = self._evaluate(run, folder) if outcome.reason is None else (None, (), None)
        status: Status = "failed" if outcome.reason else "scored" if evaluation else "unscored"
        entry = Entry(
            competition=self.competition.key,
            competition_name=self.competition.name,
            task=run.job.task,
            split=run.split,
            solution=run.solution,
            identity=run.identity,
            seed=run.job.seed,
            status=status,
            reason=outcome.reason or unscored,
            metric=self._reported_metrics(run)[0].name,
            scores=evaluation.scores if evaluation else {},
            coverage=outcome.coverage,
            stages=outcome.stages,
            versions=outcome.versions or versions(),
            code_version=run.code_version,
            run_key=entry_key(done),
            submission=None if outcome.reason else str(folder / SUBMISSION),
            log=str(folder / LOG),
            created=datetime.now(UTC),
            intervals=part_intervals(evaluation) if evaluation else {},
        )
        if evaluation:
            entry = self.entries.add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
        else:
            entry = self.entries.add(entry)
        if not outcome.reason:
            rmtree(folder / CHUNKS, ignore_errors=True)
        return entry, notes

    def _reported_metrics(self, run: PlannedRun) -> tuple[metrics.Metric, ...]:
        is_test = run.job.fold is None
        return self.competition.metrics(run.job.task) if is_test else metrics.metrics_of(run.job.task)

    def _evaluate(self, run: PlannedRun, folder: Path) -> tuple[Evaluation | None, tuple[str, ...], str | None]:
        """Return the evaluation, notes on the ground truth, and why there is no score where there is a ground truth."""
        split = self.split(run.job.task, run.job.fold)
        if split.ground_truth is None:
            return None, (), None
        answer = load_answer(folder / ANSWER, split.queries.ids, split.data.index.ids)
        try:
            return evaluate(answer, split.ground_truth), split.ground_truth.notes, None
        except DataError as error:  # no query of the ground truth counts; the run is still finished
            return None, (f"{run.identity}, {run.split}: not scored: {error}",), str(error)


def entry_key(done: ExecutedRun) -> str:
    """Return the key of an executed run; that of the plan for a failed run."""
    return dependent_key(done.run.key, done.dependencies) if done.dependencies else done.run.key


def dependent_key(key: str, dependencies: str) -> str:
    """Return the key of a run from that of its plan and the digest of what it depends on."""
    return sha256(f"{key} {dependencies}".encode()).hexdigest()
