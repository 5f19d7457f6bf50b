"""`landmark leaderboard`."""

from __future__ import annotations

import sys
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli.options import Folder, Json, Task, WorkspaceOption
from harness.cli.output import print_json, say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from metrics import Task as TaskName

Format = Annotated[Literal["table", "csv", "json", "markdown"], typer.Option("--format", help="How to print it.")]


def leaderboard(
    *,
    on: Folder,
    task: Task = None,
    folds: Annotated[bool, typer.Option("--folds", help="Rank by the mean over folds.")] = False,
    every: Annotated[
        bool, typer.Option("--every", help="A row for each set of parameters, not for each solution.")
    ] = False,
    format: Format = "table",
    json: Json = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Rank the entries of a competition as Kaggle does: best of each solution, ties to the earlier entry."""
    from harness.data.competition import TASKS, Competition
    from harness.data.split import TEST
    from harness.workspace import Workspace
    from leaderboard import EntryStore, board_rows, fold_rows
    from metrics import metrics_of

    opened = Workspace.open(workspace)
    competition = Competition.open(on, opened.descriptors)
    entries = EntryStore(opened.database).entries(competition=competition.key, task=task)
    boards: dict[TaskName, Any] = {}
    for each in TASKS:
        chosen = [entry for entry in entries if entry.task == each and (entry.split != TEST) == folds]
        better = metrics_of(each)[0].higher_is_better
        if folds and chosen:
            deal = chosen[-1].split.partition(" ")[2].partition("/")[2]  # "5 of deal …": others cannot be compared
            same = [entry for entry in chosen if entry.split.endswith(f"/{deal}")]
            boards[each] = fold_rows(same, higher_is_better=better)
        elif chosen:
            boards[each] = board_rows(chosen, higher_is_better=better, best_of="identity" if every else "solution")
    if json:
        format = "json"  # noqa: A001
    if not boards and format in ("table", "markdown"):
        say(f"no entries for {competition.name} in {opened.folder}; landmark run … --on {on} makes some")
    elif format == "json":
        documents = {each: loads(_rendered(competition, each, rows, "json")) for each, rows in boards.items()}
        print_json({"competition": competition.name, "leaderboards": documents})
    else:
        _print(competition, boards, format)


def _print(competition: Competition, boards: dict[TaskName, Any], format: Format) -> None:
    if format == "csv" and len(boards) > 1:
        raise HarnessError(f"a CSV table holds one task; choose --task {' or --task '.join(boards)}")
    for task, rows in boards.items():
        if format == "table":
            from rich.console import Console

            Console().print(_rendered(competition, task, rows, format))
        else:
            sys.stdout.write(_rendered(competition, task, rows, format) + "\n" * (format == "markdown"))


def _rendered(competition: Competition, task: TaskName, rows: Any, format: Format) -> Any:
    from leaderboard import FoldRow, render
    from metrics import metrics_of

    metric = metrics_of(task)[0]
    of_folds = any(isinstance(row, FoldRow) for row in rows)
    return render(
        rows,
        format,
        title=f"{competition.name}, {task}",
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        shares={} if of_folds else _shares(competition, task),
    )


def _shares(competition: Competition, task: TaskName) -> dict[str, float]:
    """Return which part of the queries that count is public and private."""
    from harness.data.ground_truth import load_ground_truth

    truth = load_ground_truth(competition.folder, task)
    counts = (
        {} if truth is None else {part: float((truth.usage == part.title()).sum()) for part in ("public", "private")}
    )
    if not all(counts.values()):
        return {}
    return {part: count / sum(counts.values()) for part, count in counts.items()}
