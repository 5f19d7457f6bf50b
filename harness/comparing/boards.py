"""The boards of a competition: its entries by task, ranked as the leaderboard shows them."""

from collections.abc import Sequence
from functools import partial

from harness.data.competition import TASKS, Competition
from harness.data.query_sample import is_fold, sample_size
from harness.data.split import TEST
from harness.errors import HarnessError
from harness.scoring.reported_metric import reported_metric
from harness.workspace import Workspace
from leaderboard import BoardRow, Entry, EntryStore, FoldRow, board_rows, fold_rows
from leaderboard.order import Group
from leaderboard.references import rank_without_baselines
from metrics import Metric, Task, metrics_of

BoardRows = list[BoardRow] | list[FoldRow]


def entries_by_task(
    competition: Competition, workspace: Workspace, task: Task | None = None, *, folds: bool = False
) -> dict[Task, list[Entry]]:
    """Return task -> entries on the test images, or with `folds` on folds of the train images, the earliest first.

    Entries on a sample of the test images are in neither; see `entries_by_sample`.
    """
    stored = EntryStore(workspace.database).entries(competition=competition.key, task=task)
    return {
        name: [
            entry for entry in stored if entry.task == name and (is_fold(entry.split) if folds else entry.split == TEST)
        ]
        for name in TASKS
        if task in (None, name)
    }


def entries_by_sample(
    competition: Competition, workspace: Workspace, task: Task | None = None
) -> dict[tuple[Task, str], list[Entry]]:
    """Return (task, split) -> entries on a sample of the test images (`landmark run --limit`), the largest first.

    Each sample has a board of its own: its scores cannot be compared with those on all queries.
    """
    samples: dict[tuple[Task, str], list[Entry]] = {}
    for entry in EntryStore(workspace.database).entries(competition=competition.key, task=task):
        of_task = next((name for name in TASKS if name == entry.task), None)
        if of_task and sample_size(entry.split):
            samples.setdefault((of_task, entry.split), []).append(entry)
    order = sorted(samples, key=lambda key: (TASKS.index(key[0]), -(sample_size(key[1]) or 0)))
    return {key: samples[key] for key in order}


def entry_metric(name: str | None, competition: Competition, task: Task, *, folds: bool = False) -> Metric | None:
    """Return the metric of a name among those that entries are stored with; None, without a name, for the usual one.

    Raises HarnessError for a metric that they do not have.
    """
    reported = metrics_of(task) if folds else competition.metrics(task)
    return reported_metric(name, task, reported) if name else None


def entry_metrics(
    name: str | None, competition: Competition, tasks: Sequence[Task], *, folds: bool = False
) -> dict[Task, Metric | None]:
    """Return task -> metric of a name, as `entry_metric` does, without the tasks that have no such metric.

    Raises HarnessError if none has.
    """
    chosen: dict[Task, Metric | None] = {}
    errors: list[HarnessError] = []
    for task in tasks:
        try:
            chosen[task] = entry_metric(name, competition, task, folds=folds)
        except HarnessError as error:
            errors.append(error)
    if errors and not chosen:
        raise errors[0]
    return chosen


def task_board(
    task: Task, entries: Sequence[Entry], *, folds: bool = False, every: bool = False, metric: Metric | None = None
) -> BoardRows:
    """Return the board of a task's entries; with `folds` only of the latest folds, as others are not comparable.

    With `every` there is a row for each set of parameters, not for each solution. `metric` overrides the metric that
    the entries are ranked by.
    """
    higher_is_better = (metric or metrics_of(task)[0]).higher_is_better
    name = metric.name if metric else None
    if folds:
        split = entries[-1].split.partition(" ")[2].partition("/")[2]  # "fold 1/5 of deal 1234" -> "5 of deal 1234"
        comparable = [entry for entry in entries if entry.split.endswith(f"/{split}")]
        return rank_without_baselines(comparable, partial(fold_rows, higher_is_better=higher_is_better, metric=name))
    group: Group = "identity" if every else "solution"
    rows_of = partial(board_rows, higher_is_better=higher_is_better, metric=name, best_of=group)
    return rank_without_baselines(entries, rows_of)
