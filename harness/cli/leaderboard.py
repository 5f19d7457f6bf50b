"""`landmark leaderboard`: rank the entries of a competition."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Every, Folder, Json, Metric, TaskOption, WorkspaceOption
from harness.cli._output import print_json, say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from leaderboard import Entry
    from leaderboard.references import ReferenceRow
    from metrics import Metric as MetricObject
    from metrics import Task as TaskName

Format = Annotated[Literal["table", "csv", "json", "markdown"], typer.Option("--format", help="Output format.")]


def leaderboard(
    *,
    on: Folder,
    task: TaskOption = None,
    folds: Annotated[bool, typer.Option("--folds", help="Rank by the mean over folds of the train images.")] = False,
    references: Annotated[
        bool, typer.Option("--references", help="Also print published scores and baselines, without rank.")
    ] = False,
    every: Every = False,
    metric: Metric = None,
    format: Format = "table",
    json: Json = False,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Rank the best entry of each solution by its public score, ties by time, as Kaggle does.

    The baselines first_images and most_frequent have no rank.
    """
    from harness.cli._open import open_competition
    from harness.comparing.boards import entries_by_sample, entries_by_task, task_board
    from leaderboard.references import is_baseline

    if references and (folds or format in ("csv", "markdown")):
        raise HarnessError("--references needs the test images (no --folds) and the format table or json")
    competition, workspace = open_competition(on, workspace_dir)
    entries = entries_by_task(competition, workspace, task, folds=folds)
    reference_rows = _reference_rows(competition, entries) if references else {}
    ranked = {
        name: [entry for entry in of_task if not (references and is_baseline(entry))]
        for name, of_task in entries.items()
    }
    by = {name: _metric(metric, competition, name, folds=folds) for name, of_task in ranked.items() if of_task}
    boards = {name: task_board(name, ranked[name], folds=folds, every=every, metric=each) for name, each in by.items()}
    samples = {} if folds or references else entries_by_sample(competition, workspace, task)
    sample_rows = {key: task_board(key[0], of, every=every) for key, of in samples.items()}
    if json or format == "json":
        document: dict[str, Any] = {"competition": competition.name}
        document["leaderboards"] = {
            name: loads(_render(competition, name, rows, "json")) for name, rows in boards.items()
        }
        document["samples"] = [
            {"task": name, "split": split, "rows": loads(_render(competition, name, rows, "json", split))}
            for (name, split), rows in sample_rows.items()
        ]
        if references:
            document["references"] = {name: list(map(asdict, rows)) for name, rows in reference_rows.items()}
        print_json(document)
    elif not boards and not sample_rows and not references and format != "csv":
        say(f"no entries for {competition.name} in {workspace.folder}; add some with: landmark run … --on {on}")
    else:
        _print(competition, boards, format)
        for (name, split), rows in sample_rows.items() if format != "csv" else ():
            _print_board(competition, name, rows, format, split)
        _print_references(reference_rows)


def _reference_rows(
    competition: Competition, entries: Mapping[TaskName, Sequence[Entry]]
) -> dict[TaskName, list[ReferenceRow]]:
    """Return the reference scores of each task that the competition has or that has entries."""
    from harness.scoring.reference_scores import reference_board_rows

    tasks = {*competition.tasks, *(task for task, of_task in entries.items() if of_task)}
    return {
        task: reference_board_rows(competition, task, of_task) for task, of_task in entries.items() if task in tasks
    }


def _print_references(reference_rows: Mapping[TaskName, Sequence[ReferenceRow]]) -> None:
    from leaderboard.references import reference_lines

    for task, rows in reference_rows.items():
        say("\n".join([f"\n{task}: references (not ranked)", *reference_lines(rows)]))


def _print(competition: Competition, boards: dict[TaskName, Any], format: Format) -> None:
    if format == "csv" and len(boards) > 1:
        raise HarnessError(f"CSV has one table; choose --task {' or --task '.join(boards)}")
    for task, rows in boards.items():
        _print_board(competition, task, rows, format)


def _print_board(competition: Competition, task: TaskName, rows: Any, format: Format, split: str = "") -> None:
    if format == "table":
        from rich.console import Console

        Console().print(_render(competition, task, rows, format, split))
    else:
        sys.stdout.write(_render(competition, task, rows, format, split) + "\n" * (format == "markdown"))


def _metric(name: str | None, competition: Competition, task: TaskName, *, folds: bool) -> MetricObject | None:
    """Return the metric of a name among those that entries have; None for the one that ranks by default."""
    from harness.scoring.reported_metric import reported_metric
    from metrics import metrics_of

    return reported_metric(name, task, metrics_of(task) if folds else competition.metrics(task)) if name else None


def _render(competition: Competition, task: TaskName, rows: Any, format: Format, split: str = "") -> Any:
    """Return a board in a format; `split` names a sample of the queries."""
    from harness.data.ground_truth import part_shares
    from leaderboard import FoldRow, render
    from metrics import metric as metric_named

    names = [row.metric for row in rows if row.metric]
    metric = metric_named(names[0]) if names else competition.metrics(task)[0]
    has_folds = any(isinstance(row, FoldRow) for row in rows)
    return render(
        rows,
        format,
        title=", ".join([competition.name, task, *([split] if split else [])]),
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        shares={} if has_folds or split else part_shares(competition.folder, task),
    )
