"""Run solutions on splits in parallel processes; score each run and add its entry to the leaderboard."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from warnings import catch_warnings

from joblib import Parallel, delayed

import metrics
from harness.cpu_budget import cores
from harness.data.competition import Competition
from harness.data.query_sample import sample_size, sample_split
from harness.data.split import Folds, Split, fold_split, own_split
from harness.data.tables.id_index import find_positions
from harness.errors import HarnessError, SolutionError
from harness.progress import FINISHED, ProgressListener, ignore_progress
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.description.plugin_process import LIMITS
from harness.running.execution import Execution
from harness.running.finished_run import FinishedRun, RunDependencies
from harness.running.live.publisher import RunPublisher
from harness.running.local_processes import RunLimits, RunProcesses
from harness.running.place_fault import table_states
from harness.running.planned_run import PlannedRun, plan_run
from harness.running.run_entries import RunEntries, RunResult, dependent_key
from harness.solution.description import ConfiguredSolution
from harness.submissions.list_length import require_places
from harness.supervision.process_end import ProcessLimits
from harness.workspace import Workspace
from leaderboard import EntryStore
from leaderboard.safe_text import shorten

__all__ = ["RunResult", "Runner"]


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
        timeout_s = LIMITS.timeout_s if limits.timeout_s is None else min(limits.timeout_s, LIMITS.timeout_s)
        memory_mb = limits.memory_mb or LIMITS.memory_mb
        own_limits = ProcessLimits(timeout_s, memory_mb)
        self.descriptions = SolutionDescriptions(workspace.register, competition.folder, own_limits, limits.sandbox)
        self.entries = EntryStore(workspace.database)
        self.dependencies = RunDependencies.of_workspace(workspace.folder)
        self._run_entries = RunEntries(competition, self.entries, self.split)
        self._tables = table_states(competition.folder)
        self._splits: dict[tuple[metrics.Task, int | None], Split] = {}

    def plan(self, specs: Sequence[str], seed: int = 0) -> list[PlannedRun]:
        """Return the runs of the solutions on every split; raise HarnessError for one that cannot run."""
        solutions = self.descriptions.several(specs)
        for solution in solutions:
            if solution.fault:
                raise SolutionError(f"{shorten(solution.identity)}: {solution.fault}")
            if self.folds is None:
                self.competition.require(solution.task)
                self._require_places(solution.task)
        numbers = [None] if self.folds is None else list(range(1, self.folds.count + 1))
        runs = [self._plan_run(solution, number, seed) for solution in solutions for number in numbers]
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
        n_cores, tables = (jobs or cores()) // at_once, self._tables
        execution = Execution(processes, n_cores, limits, self.dependencies, tables, again)
        parallel = Parallel(n_jobs=at_once, prefer="threads", return_as="generator_unordered", batch_size=1)
        publisher = RunPublisher(self.workspace, self.competition, runs, execution)
        outcomes = parallel(
            delayed(publisher.run)(run, self.folder(run), listeners.get(run.key, ignore_progress)) for run in runs
        )
        try:
            with publisher:
                for done in outcomes:
                    listeners.get(done.run.key, ignore_progress)(FINISHED, 1, 1)
                    if done.outcome is not None:
                        yield self._run_entries.find_or_add(done, done.outcome)
                    publisher.finish(done.run)
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

    def finished_runs(self, run: PlannedRun) -> list[FinishedRun]:
        """Return the finished runs of a plan, each with what has changed since, the earliest first."""
        return list(self.dependencies.finished_runs(run, self.folder(run)))

    def reusable_key(self, run: PlannedRun) -> str | None:
        """Return the key of the entry of a finished run that would be reused; None if there is none."""
        finished = next((each for each in self.finished_runs(run) if not each.changes), None)
        return dependent_key(run.key, finished.digest) if finished else None

    def folder(self, run: PlannedRun) -> Path:
        """Return the folder of a run, which holds its submission, log and answer."""
        return self.workspace.run_folder(self.competition.key, f"{run.solution[:40]}-{run.key[:16]}")

    def _plan_run(self, solution: ConfiguredSolution, number: int | None, seed: int) -> PlannedRun:
        split = self.split(solution.task, number)
        queries = find_positions(split.queries.ids, self.competition.queries.ids) if sample_size(split.name) else None
        return plan_run(
            *(self.competition, self.workspace, solution, self.descriptions, split),
            fold=number,
            seed=seed,
            queries=None if queries is None else queries.tolist(),
        )
