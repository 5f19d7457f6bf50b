"""What `landmark run` prints at its end: the boards with the rows of this command marked, and the next command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli._next_commands import next_lines
from harness.cli._output import say
from harness.cli._paste import pasteable
from harness.cli._render_board import BoardStyle, print_board

if TYPE_CHECKING:
    from harness.comparing.boards import BoardRows
    from harness.running.runner import Runner, RunResult
    from leaderboard import BoardRow, Entry, FoldRow
    from metrics import Task

_TOP = 10  # rows besides those of this command


def print_run_board(
    runner: Runner, results: Sequence[RunResult], on: Path, workspace_dir: Path | None, *, folds: bool = False
) -> None:
    """Print the board of each task with the rows of these results marked, and what to do next."""
    boards = {task: _rows(runner, task, own, folds=folds) for task, own in _by_task(results).items()}
    identities = {result.entry.identity for result in results}
    style = BoardStyle("table", marked=identities, shares=False)
    say("")
    for task, (rows, entry) in boards.items():
        visible, left_out = _cut(rows, identities)
        print_board(runner.competition, task, visible, style, _split_name(entry))
        if left_out:
            words = ["leaderboard", "--task", task, *(["--folds"] if folds else [])]
            say(f"{left_out} more rows: {pasteable(*words, on=on, workspace_dir=workspace_dir)}\n")
    has_labels = len(runner.competition.labels) > 0
    all_rows = {task: rows for task, (rows, _) in boards.items()}
    say("\n".join(next_lines(results, all_rows, on, workspace_dir, has_labels=has_labels)))


def _by_task(results: Sequence[RunResult]) -> dict[Task, list[Entry]]:
    """Return task -> the entries of results."""
    by_task: dict[Any, list[Entry]] = {}
    for result in results:
        by_task.setdefault(result.entry.task, []).append(result.entry)
    return by_task


def _rows(runner: Runner, task: Task, own: Sequence[Entry], *, folds: bool) -> tuple[BoardRows, Entry]:
    """Return the board on which entries of one task stand, and one of them.

    It has a row for each set of parameters where a row for each solution would leave out one of them.
    """
    from harness.comparing.boards import task_board

    deal = own[0].split.partition("/")[2]  # of "fold 1/5 of deal ab12"
    stored = runner.entries.entries(competition=runner.competition.key, task=task)
    entries = [each for each in stored if (each.split.endswith(f"/{deal}") if folds else each.split == own[0].split)]
    rows = task_board(task, entries, folds=folds)
    if {entry.identity for entry in own} <= {row.identity for row in rows}:
        return rows, own[0]
    return task_board(task, entries, folds=folds, every=True), own[0]


def _cut(rows: Sequence[BoardRow | FoldRow], identities: set[str]) -> tuple[list[Any], int]:
    """Return the first rows and those of these identities, and the number of the others."""
    visible = [row for place, row in enumerate(rows) if place < _TOP or row.identity in identities]
    return visible, len(rows) - len(visible)


def _split_name(entry: Entry) -> str:
    """Return the name of a sample of the queries; empty for all of them, and for folds."""
    from harness.data.query_sample import sample_size

    return entry.split if sample_size(entry.split) else ""
