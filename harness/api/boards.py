"""The leaderboard of a competition as a table, and the entries that a call of `run` made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.api.notebook_view import Cell, NotebookView, ViewTable
from harness.comparing.boards import BoardRows, entries_by_sample, entries_by_task, entry_metric, task_board
from harness.data.competition import Competition
from harness.progress_display import progress
from harness.running.batch import BatchOptions, run_variants
from harness.running.planned_run import PlannedRun
from harness.running.runner import Runner, RunResult
from harness.running.selection import select_variants
from harness.scoring.reported_metric import board_metric
from harness.workspace import Workspace
from leaderboard import BoardRow, FoldRow, render
from leaderboard.rendering.format_cells import metric_label
from metrics import Task

if TYPE_CHECKING:
    from pandas import DataFrame

TextFormat = Literal["table", "csv", "markdown", "latex"]
_HEADINGS = ["#", "solution", "public", "private", "all", "95 %", "entry", "seconds", ""]
_FOLD_HEADINGS = ["#", "solution", "mean", "deviation", "folds", ""]


@dataclass(frozen=True, repr=False)
class LeaderboardView(NotebookView):
    """The leaderboard of each task; `rows` has task -> rows, the best first.

    `samples` has (task, name of the sample) -> rows for runs on a sample of the queries, which `table` leaves out.
    """

    competition: str
    rows: Mapping[Task, BoardRows]
    samples: Mapping[tuple[Task, str], BoardRows] = field(default_factory=dict)

    @property
    def table(self) -> DataFrame:
        """Return all columns of all rows as a DataFrame, with the task in the first column."""
        from pandas import DataFrame

        table = DataFrame([{"task": task} | _flat(row) for task, rows in self.rows.items() for row in rows])
        return table.astype({name: "Int64" for name in ("rank", "private_rank", "move") if name in table})

    def text(self, format: TextFormat = "markdown", *, medals: bool = False) -> str:
        """Return the boards as text to paste; a table is at most 80 columns wide.

        With `medals` there are Kaggle's medals and percentiles, where a team is a ranked row of the test images.
        """
        texts = [
            _board_text(f"{self.competition}, {task}", task, rows, format, medals=medals)
            for task, rows in self.rows.items()
            if rows
        ]
        return "\n".join(texts)

    def view_tables(self) -> Sequence[ViewTable]:
        """Return one table for each task, and then one for each sample of the queries."""
        tables = [self._view(task, rows) for task, rows in self.rows.items() if rows]
        tables += [self._view(task, rows, f", {name}") for (task, name), rows in self.samples.items()]
        return tables or [ViewTable(f"{self.competition}: no entries yet", [], [])]

    def _view(self, task: Task, rows: BoardRows, sample: str = "") -> ViewTable:
        metric = board_metric(rows, task)
        arrow = "↑" if metric.higher_is_better else "↓"
        headings = _FOLD_HEADINGS if isinstance(rows[0], FoldRow) else _HEADINGS
        title = f"{self.competition}, {task}{sample}: {metric_label(metric.name)} {arrow}"
        return ViewTable(title, headings, [_cells(row) for row in rows])


@dataclass(frozen=True, repr=False)
class RunsView(NotebookView):
    """The entries of some runs in the order of the solutions; `notes` says what was left out.

    `unfinished` has the runs that did not end within the budget; the same call resumes them.
    """

    competition: str
    results: Sequence[RunResult]
    notes: Sequence[str] = ()
    unfinished: Sequence[PlannedRun] = ()

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame with one row for each run; `executed` is false if a finished run was reused."""
        from pandas import DataFrame

        return DataFrame([_run_row(result) for result in self.results])

    @property
    def failed(self) -> bool:
        """Return whether any of the runs failed."""
        return any(result.entry.status == "failed" for result in self.results)

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the scores of the runs, or why they failed."""
        headings = ["entry", "solution", "split", "metric", "public", "private", "all", "answered", "seconds", ""]
        rows = [_run_cells(_run_row(result)) for result in self.results]
        notes = [*self.notes, *(note for result in self.results for note in result.notes)]
        return [ViewTable(f"{self.competition}: runs: {len(rows)}", headings, rows, notes)]


def leaderboard_view(
    competition: Competition, workspace: Workspace, task: Task | None, metric: str | None, *, folds: bool, every: bool
) -> LeaderboardView:
    """Return the boards of the tasks, on the test images and on samples of them, or with `folds` on the folds."""
    entries = entries_by_task(competition, workspace, task, folds=folds)
    samples = {} if folds else entries_by_sample(competition, workspace, task)
    by = {name: entry_metric(metric, competition, name, folds=folds) for name, of in entries.items() if of}
    boards = {name: task_board(name, entries[name], folds=folds, every=every, metric=each) for name, each in by.items()}
    sample_boards = {key: task_board(key[0], of, every=every) for key, of in samples.items()}
    return LeaderboardView(competition.name, boards, sample_boards)


def run_to_view(runner: Runner, specs: Sequence[str], task: Task | None, options: BatchOptions) -> RunsView:
    """Run solutions, by default all that can be run, and return their entries in the same order."""
    notes: list[str] = []
    selected = select_variants(specs, runner, task, notes.append)
    with progress() as listener:
        batch = run_variants(runner, selected, options, listener)
    if batch.unfinished:
        names = ", ".join(dict.fromkeys(run.identity for run in batch.unfinished))
        notes.append(f"{len(batch.unfinished)} runs did not end within the budget; the same call resumes them: {names}")
    notes += [f"{spec} failed before it could be run: {reason}" for spec, reason in batch.failures.items()]
    return RunsView(runner.competition.name, batch.results, notes, batch.unfinished)


def _board_text(title: str, task: Task, rows: BoardRows, format: TextFormat, *, medals: bool) -> str:
    metric = board_metric(rows, task)
    higher_is_better, medals = metric.higher_is_better, medals and not isinstance(rows[0], FoldRow)
    text = render(
        rows, format, title=title, metric=metric.name, higher_is_better=higher_is_better, medals=medals, width=80
    )
    return text if isinstance(text, str) else f"{text.plain}\n"


def _flat(row: BoardRow | FoldRow) -> dict[str, Any]:
    values = dict(vars(row))
    coverage = values.pop("coverage", None)
    if isinstance(row, BoardRow):
        values |= {"queries": coverage and coverage.queries, "answered": coverage and coverage.answered}
    return values


def _cells(row: BoardRow | FoldRow) -> list[Cell]:
    if isinstance(row, FoldRow):
        folds = f"{row.done} of {row.folds}"
        return [row.rank, row.identity, row.mean, row.deviation, folds, row.reason or ""]
    interval = "" if row.low is None or row.high is None else f"{row.low:.3f}–{row.high:.3f}"
    why = "" if row.status == "scored" and row.rank else row.reason or row.status
    scores = [row.score_public, row.score_private, row.score_all]
    return [row.rank, row.identity, *scores, interval, row.entry_id, _seconds(row.wall_s), why]


def _run_row(result: RunResult) -> dict[str, Any]:
    entry = result.entry
    coverage, scores = entry.coverage, {part: entry.score(part) for part in ("public", "private", "all")}
    return {
        "entry": entry.id,
        "task": entry.task,
        "solution": entry.identity,
        "variant": result.name,
        "seed": entry.seed,
        "split": entry.split,
        "status": entry.status,
        "metric": entry.metric,
        **scores,
        "queries": coverage and coverage.queries,
        "answered": coverage and coverage.answered,
        "undecodable": result.outcome.undecodable,
        "seconds": entry.cost.wall_s,
        "peak_mb": entry.cost.peak_mb,
        "executed": result.executed,
        "reason": entry.reason,
        "log": entry.log,
    }


def _run_cells(row: Mapping[str, Any]) -> list[Cell]:
    answered = "" if row["queries"] is None else f"{row['answered']}/{row['queries']}"
    why = f"FAILED: {row['reason']}" if row["status"] == "failed" else "" if row["executed"] else "already finished"
    scores = [row[part] for part in ("public", "private", "all")]
    named = [row["entry"], row["solution"], row["split"], metric_label(row["metric"] or "")]
    return [*named, *scores, answered, _seconds(row["seconds"]), why]


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f}"
