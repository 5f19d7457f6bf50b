"""Run solutions on splits, side by side: each in its own process, scored and entered as it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from filelock import FileLock
from joblib import Parallel, delayed

from harness.code_digest import class_digest, imports_digest
from harness.cores import cores
from harness.data.competition import Competition
from harness.data.split import TEST, Folds, Split, fold_split, own_split
from harness.errors import DataError
from harness.progress import ignore_progress
from harness.running.local_processes import RunLimits, Watcher, kill_all, run_in_process
from harness.running.outcome import ANSWER, CHUNKS, LOG, SUBMISSION, Outcome, load_answer, submission_digest
from harness.running.run_job import RunJob
from harness.running.versions import versions
from harness.scoring.evaluate import Evaluation, evaluate
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.solution.base import Solution, identity, solution_name
from harness.solution.registry import load_solution
from harness.solution.spec import split_spec
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, Status
from metrics import Task as TaskName
from metrics import metrics_of

# What solutions may import, what runs them, what scores them: with all that these import, the code that makes a result.
RESULT_MODULES = ("harness", "harness.running.runner", "harness.running.worker", "metrics")


@dataclass(frozen=True)
class PlannedRun:
    """A solution on a split; `key` is another one as soon as anything that could change the result is."""

    solution: str
    identity: str
    job: RunJob
    split: str
    key: str
    code_version: str


@dataclass(frozen=True)
class RunResult:
    """The entry of a run; `again` is false where a finished run was found and not repeated."""

    entry: Entry
    outcome: Outcome
    executed: bool
    notes: tuple[str, ...] = ()


class Runner:
    """Runs solutions on one competition. `folds` None means the competition's own test images."""

    def __init__(
        self,
        competition: Competition,
        workspace: Workspace,
        folds: Folds | None = None,
        limits: RunLimits = RunLimits(),  # noqa: B008 (frozen)
    ) -> None:
        self.competition, self.workspace, self.folds, self.limits = competition, workspace, folds, limits
        self.entries = EntryStore(workspace.database)
        self._splits: dict[tuple[TaskName, int | None], Split] = {}

    def plan(self, specs: Sequence[str], seed: int = 0) -> list[PlannedRun]:
        """Return the runs of the named solutions on every split; each must exist and fit the competition.

        Raises SolutionError and DataError before anything runs.
        """
        solutions = [(spec, load_solution(spec, self.workspace.register)) for spec in specs]
        for _, solution in solutions:
            if self.folds is None:
                self.competition.require(solution.task)
        numbers = [None] if self.folds is None else list(range(1, self.folds.count + 1))
        runs = [self._run(spec, solution, number, seed) for spec, solution in solutions for number in numbers]
        return list({run.key: run for run in runs}.values())

    def run(
        self, runs: Sequence[PlannedRun], jobs: int | None = None, watch: Mapping[str, Watcher] | None = None
    ) -> Iterator[RunResult]:
        """Yield the result of each run as it ends; `jobs` cores are shared out between runs and the work inside them.

        `watch` gives, by key, whom to tell how far a run is.
        """
        total = jobs or cores()
        at_once = max(1, min(total, len(runs)))
        parallel = Parallel(n_jobs=at_once, prefer="threads", return_as="generator_unordered", batch_size=1)
        try:
            for run, outcome, again in parallel(
                delayed(_ended)(
                    run, self.folder(run), total // at_once, self.limits, (watch or {}).get(run.key, ignore_progress)
                )
                for run in runs
            ):
                yield self._entered(run, outcome, again=again)
        except BaseException:
            kill_all()
            raise

    def split(self, task: TaskName, number: int | None, seed: int = 0) -> Split:
        """Return the split with its ground truth."""
        if (task, number) not in self._splits:
            if number is None or self.folds is None:
                found = own_split(self.competition, task, seed)
            else:
                found = fold_split(self.competition, self.folds, number, task, seed)
            self._splits[task, number] = found
        return self._splits[task, number]

    @property
    def tasks(self) -> tuple[TaskName, ...]:
        """Return the tasks that solutions can be run on."""
        if self.folds is not None:
            return ("retrieval", "recognition")
        return self.competition.tasks

    def folder(self, run: PlannedRun) -> Path:
        """Return the folder with everything of a run: submission, log, answer."""
        return self.workspace.run_folder(self.competition.key, f"{run.solution[:40]}-{run.key[:16]}")

    def _run(self, spec: str, solution: Solution, number: int | None, seed: int) -> PlannedRun:
        name = split_spec(spec)[0]
        spec = spec.replace(name, str(Path(name).resolve()), 1) if name.endswith(".py") else spec
        task = RunJob(
            str(self.competition.folder.resolve()), str(self.workspace.folder), spec, solution.task, number, seed
        )
        code = sha256((class_digest(type(solution)) + imports_digest(*RESULT_MODULES)).encode()).hexdigest()
        split_name = TEST if number is None or self.folds is None else self.folds.name(number)
        facts = [identity(solution), task.task, split_name, seed, code, versions(), *self._data(task.task, number)]
        key = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return PlannedRun(solution_name(type(solution)), identity(solution), task, split_name, key, code)

    def _data(self, task: TaskName, number: int | None) -> list[str]:
        """Return digests of the tables, and of the images that a run is given."""
        split = self.split(task, number)
        return [
            self.competition.key,
            *(each.fingerprint for each in (split.data.train, split.data.index, split.queries)),
        ]

    def _entered(self, run: PlannedRun, outcome: Outcome, *, again: bool) -> RunResult:
        """Return the result with its entry, which is made unless an earlier process has made it."""
        folder = self.folder(run)
        with _lock(folder):
            found = None if again else self.entries.find(run.key)
            return RunResult(found, outcome, executed=False) if found else self._enter(run, folder, outcome, again=again)

    def _enter(self, run: PlannedRun, folder: Path, outcome: Outcome, *, again: bool) -> RunResult:
        evaluation, notes = self._evaluated(run, folder) if outcome.reason is None else (None, ())
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
            reason=outcome.reason,
            metric=metrics_of(run.job.task)[0].name,
            scores=evaluation.scores if evaluation else {},
            coverage=outcome.coverage,
            stages=outcome.stages,
            versions=outcome.versions or versions(),
            code_version=run.code_version,
            run_key=run.key,
            submission=None if outcome.reason else str(folder / SUBMISSION),
            log=str(folder / LOG),
            created=datetime.now(UTC),
            intervals=part_intervals(evaluation) if evaluation else {},
        )
        entry = self._added(entry, evaluation)
        if not outcome.reason:
            rmtree(folder / CHUNKS, ignore_errors=True)
        return RunResult(entry, outcome, executed=again, notes=notes)

    def _added(self, entry: Entry, evaluation: Evaluation | None) -> Entry:
        if evaluation is None:
            return self.entries.add(entry)
        return self.entries.add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())

    def _evaluated(self, run: PlannedRun, folder: Path) -> tuple[Evaluation | None, tuple[str, ...]]:
        split = self.split(run.job.task, run.job.fold)
        if split.ground_truth is None:
            return None, ()
        answer = load_answer(folder / ANSWER, split.queries.ids, split.data.index.ids)
        try:
            return evaluate(answer, split.ground_truth), split.ground_truth.notes
        except DataError as error:  # nothing in the truth counts: the run is done all the same
            return None, (f"{run.identity}, {run.split}: not scored: {error}",)


def _ended(run: PlannedRun, folder: Path, share: int, limits: RunLimits, watch: Watcher) -> tuple[PlannedRun, Outcome, bool]:
    """Return how the run ended, and whether that took running it: what is finished is not run again."""
    with _lock(folder):  # the same run, started twice at once, is done once
        finished = _finished(folder)
        if finished:
            return run, finished, False
        return run, run_in_process(run.job, folder, share, limits, watch), True


def _finished(folder: Path) -> Outcome | None:
    try:
        outcome = Outcome.load(folder)
        whole = outcome.reason is None and outcome.digest == submission_digest(folder)
    except (OSError, ValueError, TypeError, KeyError):  # not there, or damaged by other hands
        return None
    return outcome if whole else None


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "run.lock", thread_local=False)
