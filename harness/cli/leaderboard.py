"""`landmark leaderboard`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Folder, Json, Task, WorkspaceOption
from harness.cli._output import print_json, say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from leaderboard import Entry
    from leaderboard.order import Group
    from leaderboard.references import ReferenceRow
    from metrics import Task as TaskName

Format = Annotated[Literal["table", "csv", "json", "markdown"], typer.Option("--format", help="How to print it.")]


def leaderboard(
    *,
    on: Folder,
    task: Task = None,
    folds: Annotated[bool, typer.Option("--folds", help="Rank by the mean over folds.")] = False,
    references: Annotated[
        bool, typer.Option("--references", help="Beside the board published scores and the floors, which take no rank.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--every", help="A row for each set of parameters, not for each solution.")
    ] = False,
    format: Format = "table",
    json: Json = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Rank the entries of a competition as Kaggle does: best of each solution, ties to the earlier entry.

    The floors first_images and most_frequent take no rank.
    """
    from harness.cli._open import open_competition
    from harness.data.competition import TASKS
    from harness.data.split import TEST
    from leaderboard import EntryStore
    from leaderboard.references import is_floor

    if references and (folds or format in ("csv", "markdown")):
        raise HarnessError("--references stand beside the board of the test images, as a table or --json")
    competition, opened = open_competition(on, workspace)
    found = EntryStore(opened.database).entries(competition=competition.key, task=task)
    entries = {
        each: [entry for entry in found if entry.task == each and (entry.split != TEST) == folds]
        for each in TASKS
        if task in (None, each)
    }
    beside = _beside(competition, entries) if references else {}
    competing = {each: [e for e in of if not (references and is_floor(e))] for each, of in entries.items()}
    boards = {each: _rows(each, of, folds=folds, every=every) for each, of in competing.items() if of}
    if json or format == "json":
        documents = {each: loads(_rendered(competition, each, rows, "json")) for each, rows in boards.items()}
        told = {"references": {each: list(map(asdict, rows)) for each, rows in beside.items()}} if references else {}
        print_json({"competition": competition.name, "leaderboards": documents} | told)
    elif not boards and not references and format != "csv":
        say(f"no entries for {competition.name} in {opened.folder}; landmark run … --on {on} makes some")
    else:
        _print(competition, boards, format)
        _print_beside(beside)


def _beside(
    competition: Competition, entries: Mapping[TaskName, Sequence[Entry]]
) -> dict[TaskName, list[ReferenceRow]]:
    """Return the references for each task that the competition or its board has."""
    from harness.scoring.sample_scores import references_beside

    tasks = {*competition.tasks, *(each for each, of in entries.items() if of)}
    return {each: references_beside(competition, each, of) for each, of in entries.items() if each in tasks}


def _rows(task: TaskName, entries: Sequence[Entry], *, folds: bool, every: bool) -> Any:
    """Return the rows of the board of a task; of folds only those of the last deal, for others cannot be compared."""
    from leaderboard import board_rows, fold_rows
    from leaderboard.references import floors_apart
    from metrics import metrics_of

    better = metrics_of(task)[0].higher_is_better
    if folds:
        deal = entries[-1].split.partition(" ")[2].partition("/")[2]  # "5 of deal …"
        same = [entry for entry in entries if entry.split.endswith(f"/{deal}")]
        return floors_apart(same, partial(fold_rows, higher_is_better=better))
    by: Group = "identity" if every else "solution"
    return floors_apart(entries, partial(board_rows, higher_is_better=better, best_of=by))


def _print_beside(beside: Mapping[TaskName, Sequence[ReferenceRow]]) -> None:
    from leaderboard.references import reference_lines

    for task, rows in beside.items():
        say("\n".join([f"\n{task}: references, which take no rank", *reference_lines(rows)]))


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
