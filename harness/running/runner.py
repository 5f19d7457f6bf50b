"""Run solutions on splits in parallel processes; score each run and add its entry to the leaderboard."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from warnings import catch_warnings

from joblib import Parallel, delayed

import metrics
from harness.cpu_budget import cores
from harness.data.competition import Competition
from harness.data.query_sample import sample_size, sample_split
from harness.data.split import Folds, Split, fold_split, own_split
from harness.data.tables.id_index import find_positions
from harness.errors import DataError, HarnessError
from harness.progress import FINISHED, ProgressListener, ignore_progress
from harness.running.execution import Execution, run_lock
from harness.running.local_processes import RunLimits, RunProcesses
from harness.running.outcome import ANSWER, CHUNKS, LOG, SUBMISSION, Outcome, load_answer
from harness.running.planned_run import PlannedRun, plan_run
from harness.running.versions import versions
from harness.scoring.evaluate import Evaluation, evaluate
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.solution.base import Solution
from harness.solution.registry import load_solution
from harness.submissions.list_length import require_places
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, Status


@dataclass(frozen=True)
class RunResult:
    """The entry and outcome of a run; `executed` is false if a finished run was reused. `name` is its variant's."""

    entry: Entry
    outcome: Outcome
    executed: bool
    notes: tuple[str, ...] = ()
    name: str = ""


class Runner:
    """Runs solutions on the folds of a competition, or on its test images if `folds` is None.

    With `limit` it runs them on a sample of so many test images, see `harness.data.query_sample`.
    """

    def __init__(
        self,
        competition: Competition,
        workspace: Workspace,
        folds: Folds | None = None,
        limits: RunLimits = RunLimits(),  # noqa: B008 (frozen)
        limit: int | None = None,
    ) -> None:
        if limit is not None and folds is not None:
            raise HarnessError("--limit samples the test images, and --folds does not use them; leave out one of them")
        self.competition, self.workspace, self.folds, self.limits = competition, workspace, folds, limits
        self.limit = limit
        self.entries = EntryStore(workspace.database)
        self._splits: dict[tuple[metrics.Task, int | None], Split] = {}

    def plan(self, specs: Sequence[str], seed: int = 0) -> list[PlannedRun]:
        """Return the runs of the solutions on every split; raise HarnessError for one that cannot run."""
        solutions = [(spec, load_solution(spec, self.workspace.register)) for spec in specs]
        for _, solution in solutions:
            if self.folds is None:
                self.competition.require(solution.task)
                self._require_places(solution.task)
        numbers = [None] if self.folds is None else list(range(1, self.folds.count + 1))
        runs = [self._plan_run(spec, solution, number, seed) for spec, solution in solutions for number in numbers]
        return list({run.key: run for run in runs}.values())

    def _require_places(self, task: metrics.Task) -> None:
        """Raise SubmissionError if complete rankings of all queries do not fit into memory."""
        if task == "retrieval" and self.competition.ranks_whole_index:
            require_places(len(self.competition.queries), len(self.competition.index))

    def run(
        self,
        runs: Sequence[PlannedRun],
        jobs: int | None = None,
        listeners: Mapping[str, ProgressListener] | None = None,
        *,
        again: bool = False,
        budget_s: float | None = None,
    ) -> Iterator[RunResult]:
        """Yield each result as its run ends; the runs share `jobs` cores. `listeners` holds one of each run by key.

        With `again` finished runs are repeated, each in a further folder. After `budget_s` seconds no run starts, and
        those that have not ended are stopped; they have no result, and can be resumed.
        """
        listeners, processes = listeners or {}, RunProcesses()
        limits = self.limits if budget_s is None else replace(self.limits, deadline=time.time() + budget_s)
        at_once = max(1, min(jobs or cores(), len(runs)))
        execution = Execution(processes, (jobs or cores()) // at_once, limits, again)
        parallel = Parallel(n_jobs=at_once, prefer="threads", return_as="generator_unordered", batch_size=1)
        outcomes = parallel(
            delayed(execution.run)(run, self.folder(run), listeners.get(run.key, ignore_progress)) for run in runs
        )
        try:
            for run, folder, outcome, executed in outcomes:
                listeners.get(run.key, ignore_progress)(FINISHED, 1, 1)
                if outcome is not None:
                    yield self._find_or_add_entry(run, folder, outcome, executed=executed)
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
                split = split if self.limit is None else sample_split(split, self.limit)
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
        split = self.split(solution.task, number)
        queries = find_positions(split.queries.ids, self.competition.queries.ids) if sample_size(split.name) else None
        return plan_run(
            *(self.competition, self.workspace, spec, solution, split),
            fold=number,
            seed=seed,
            queries=None if queries is None else queries.tolist(),
        )

    def _find_or_add_entry(self, run: PlannedRun, folder: Path, outcome: Outcome, *, executed: bool) -> RunResult:
        """Return the result with its entry, which a reused run may have already."""
        with run_lock(folder):
            if not executed and (entry := self.entries.find(run.key)):
                return RunResult(entry, outcome, executed=False, notes=run.notes)
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
            metric=self._reported_metrics(run)[0].name,
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
        return RunResult(entry, outcome, executed=executed, notes=(*run.notes, *notes))

    def _reported_metrics(self, run: PlannedRun) -> tuple[metrics.Metric, ...]:
        is_test = run.job.fold is None
        return self.competition.metrics(run.job.task) if is_test else metrics.metrics_of(run.job.task)

    def _evaluate(self, run: PlannedRun, folder: Path) -> tuple[Evaluation | None, tuple[str, ...]]:
        split = self.split(run.job.task, run.job.fold)
        if split.ground_truth is None:
            return None, ()
        answer = load_answer(folder / ANSWER, split.queries.ids, split.data.index.ids)
        try:
            return evaluate(answer, split.ground_truth), split.ground_truth.notes
        except DataError as error:  # no query of the ground truth counts; the run is still finished
            return None, (f"{run.identity}, {run.split}: not scored: {error}",)
