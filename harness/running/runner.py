"""Run solutions on splits in parallel processes; score each run and add its entry to the leaderboard."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from pkgutil import iter_modules
from shutil import rmtree
from warnings import catch_warnings

from filelock import FileLock
from joblib import Parallel, delayed

import metrics
from harness.code_digest import class_digest, imports_digest
from harness.cpu_budget import cores
from harness.data.competition import Competition
from harness.data.split import TEST, Folds, Split, fold_split, own_split
from harness.errors import DataError
from harness.progress import ProgressListener, ignore_progress
from harness.running.environment import environment_facts
from harness.running.local_processes import RunLimits, RunProcesses
from harness.running.outcome import ANSWER, CHUNKS, LOG, SUBMISSION, Outcome, RunJob, finished_outcome, load_answer
from harness.running.versions import versions
from harness.scoring.evaluate import Evaluation, evaluate
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.solution.base import Solution, identity, solution_name
from harness.solution.registry import load_solution
from harness.solution.spec import split_spec
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, Status

# These modules and all that they import are the code that a result depends on.
_METRICS = [f"metrics.{module.name}" for module in iter_modules(metrics.__path__) if not module.ispkg]
RESULT_MODULES = ("harness", "harness.running.runner", "harness.running.worker", "metrics", *_METRICS)


@dataclass(frozen=True)
class PlannedRun:
    """A solution on a split. `key` is a digest of everything that the result depends on."""

    solution: str
    identity: str
    job: RunJob
    split: str
    key: str
    code_version: str


@dataclass(frozen=True)
class RunResult:
    """The entry and outcome of a run; `executed` is false if a finished run was reused."""

    entry: Entry
    outcome: Outcome
    executed: bool
    notes: tuple[str, ...] = ()


class Runner:
    """Runs solutions on the folds of a competition, or on its test images if `folds` is None."""

    def __init__(
        self,
        competition: Competition,
        workspace: Workspace,
        folds: Folds | None = None,
        limits: RunLimits = RunLimits(),  # noqa: B008 (frozen)
    ) -> None:
        self.competition, self.workspace, self.folds, self.limits = competition, workspace, folds, limits
        self.entries = EntryStore(workspace.database)
        self._splits: dict[tuple[metrics.Task, int | None], Split] = {}

    def plan(self, specs: Sequence[str], seed: int = 0) -> list[PlannedRun]:
        """Return the runs of the solutions on every split; raise HarnessError for one that cannot run."""
        solutions = [(spec, load_solution(spec, self.workspace.register)) for spec in specs]
        for _, solution in solutions:
            if self.folds is None:
                self.competition.require(solution.task)
        numbers = [None] if self.folds is None else list(range(1, self.folds.count + 1))
        runs = [self._plan_run(spec, solution, number, seed) for spec, solution in solutions for number in numbers]
        return list({run.key: run for run in runs}.values())

    def run(
        self,
        runs: Sequence[PlannedRun],
        jobs: int | None = None,
        listeners: Mapping[str, ProgressListener] | None = None,
    ) -> Iterator[RunResult]:
        """Yield each result as its run ends; the runs share `jobs` cores. `listeners` holds one of each run by key."""
        total, listeners = jobs or cores(), listeners or {}
        at_once = max(1, min(total, len(runs)))
        parallel = Parallel(n_jobs=at_once, prefer="threads", return_as="generator_unordered", batch_size=1)
        processes = RunProcesses()
        outcomes = parallel(
            delayed(_run_unless_finished)(
                *(processes, run, self.folder(run), total // at_once, self.limits),
                listeners.get(run.key, ignore_progress),
            )
            for run in runs
        )
        try:
            for run, outcome, executed in outcomes:
                yield self._find_or_add_entry(run, outcome, executed=executed)
        except BaseException:
            processes.kill_all()
            with catch_warnings(action="ignore"):  # joblib warns of runs that did not end
                outcomes.close()
            raise

    def split(self, task: metrics.Task, number: int | None, seed: int = 0) -> Split:
        """Return the split with its ground truth."""
        if (task, number) not in self._splits:
            if number is None or self.folds is None:
                split = own_split(self.competition, task, seed)
            else:
                split = fold_split(self.competition, self.folds, number, task, seed)
            self._splits[task, number] = split
        return self._splits[task, number]

    @property
    def tasks(self) -> tuple[metrics.Task, ...]:
        """Return the tasks that solutions can be run on."""
        if self.folds is not None:
            return ("retrieval", "recognition")
        return self.competition.tasks

    def folder(self, run: PlannedRun) -> Path:
        """Return the folder of a run, which holds its submission, log and answer."""
        return self.workspace.run_folder(self.competition.key, f"{run.solution[:40]}-{run.key[:16]}")

    def _plan_run(self, spec: str, solution: Solution, number: int | None, seed: int) -> PlannedRun:
        name = split_spec(spec)[0]
        spec = spec.replace(name, str(Path(name).resolve()), 1) if name.endswith(".py") else spec
        job = RunJob(
            str(self.competition.folder.resolve()), str(self.workspace.folder), spec, solution.task, number, seed
        )
        code = sha256((class_digest(type(solution)) + imports_digest(*RESULT_MODULES)).encode()).hexdigest()
        split_name = TEST if number is None or self.folds is None else self.folds.name(number)
        facts = [
            identity(solution),
            job.task,
            split_name,
            seed,
            code,
            versions(),
            environment_facts(solution),
            *self._data_digests(solution, number),
        ]
        key = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return PlannedRun(solution_name(type(solution)), identity(solution), job, split_name, key, code)

    def _data_digests(self, solution: Solution, number: int | None) -> list[str]:
        """Return the digests of the competition's tables, of the three image sets of a run, and of further inputs."""
        split = self.split(solution.task, number)
        fingerprints = [each.fingerprint for each in (split.data.train, split.data.index, split.queries)]
        return [self.competition.key, *fingerprints, *solution.input_digests(split.data, split.queries)]

    def _find_or_add_entry(self, run: PlannedRun, outcome: Outcome, *, executed: bool) -> RunResult:
        """Return the result with its entry, which a reused run may have already."""
        folder = self.folder(run)
        with _lock(folder):
            if not executed and (entry := self.entries.find(run.key)):
                return RunResult(entry, outcome, executed=False)
            return self._add_entry(run, folder, outcome, executed=executed)

    def _add_entry(self, run: PlannedRun, folder: Path, outcome: Outcome, *, executed: bool) -> RunResult:
        evaluation, notes = self._evaluate(run, folder) if outcome.reason is None else (None, ())
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
            metric=metrics.metrics_of(run.job.task)[0].name,
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
        if evaluation:
            entry = self.entries.add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
        else:
            entry = self.entries.add(entry)
        if not outcome.reason:
            rmtree(folder / CHUNKS, ignore_errors=True)
        return RunResult(entry, outcome, executed=executed, notes=notes)

    def _evaluate(self, run: PlannedRun, folder: Path) -> tuple[Evaluation | None, tuple[str, ...]]:
        split = self.split(run.job.task, run.job.fold)
        if split.ground_truth is None:
            return None, ()
        answer = load_answer(folder / ANSWER, split.queries.ids, split.data.index.ids)
        try:
            return evaluate(answer, split.ground_truth), split.ground_truth.notes
        except DataError as error:  # no query of the ground truth counts; the run is still finished
            return None, (f"{run.identity}, {run.split}: not scored: {error}",)


def _run_unless_finished(
    processes: RunProcesses,
    run: PlannedRun,
    folder: Path,
    n_cores: int,
    limits: RunLimits,
    listener: ProgressListener,
) -> tuple[PlannedRun, Outcome, bool]:
    """Return the run, its outcome, and whether it was executed now."""
    with _lock(folder):  # two processes that start the same run execute it once
        if outcome := finished_outcome(folder):
            return run, outcome, False
        return run, processes.run(run.job, folder, n_cores, limits, listener), True


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "run.lock", thread_local=False)
