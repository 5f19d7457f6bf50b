"""The boards of a competition: its entries by task, ranked as the leaderboard shows them."""

from collections.abc import Sequence
from functools import partial

from harness.data.competition import TASKS, Competition
from harness.data.split import TEST
from harness.workspace import Workspace
from leaderboard import BoardRow, Entry, EntryStore, FoldRow, board_rows, fold_rows
from leaderboard.order import Group
from leaderboard.references import rank_without_baselines
from metrics import Task, metrics_of

BoardRows = list[BoardRow] | list[FoldRow]


def entries_by_task(
    competition: Competition, workspace: Workspace, task: Task | None = None, *, folds: bool = False
) -> dict[Task, list[Entry]]:
    """Return task -> entries on the test images, or with `folds` on folds of the train images, the earliest first."""
    stored = EntryStore(workspace.database).entries(competition=competition.key, task=task)
    return {
        name: [entry for entry in stored if entry.task == name and (entry.split != TEST) == folds]
        for name in TASKS
        if task in (None, name)
    }


def task_board(task: Task, entries: Sequence[Entry], *, folds: bool = False, every: bool = False) -> BoardRows:
    """Return the board of a task's entries; with `folds` only of the latest folds, as others are not comparable.

    With `every` there is a row for each set of parameters, not for each solution.
    """
    higher_is_better = metrics_of(task)[0].higher_is_better
    if folds:
        split = entries[-1].split.partition(" ")[2].partition("/")[2]  # "fold 1/5 of deal 1234" -> "5 of deal 1234"
        comparable = [entry for entry in entries if entry.split.endswith(f"/{split}")]
        return rank_without_baselines(comparable, partial(fold_rows, higher_is_better=higher_is_better))
    group: Group = "identity" if every else "solution"
    return rank_without_baselines(entries, partial(board_rows, higher_is_better=higher_is_better, best_of=group))
