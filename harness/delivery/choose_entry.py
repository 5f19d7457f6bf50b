"""Which entry to hand in: one by its number, or the best by a rule that does not look at the private part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.data.competition import TASKS, Competition
from harness.data.split import TEST, load_folds
from harness.errors import HarnessError
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, FoldRow, board_rows, fold_rows
from metrics import Task, metrics_of

Rule = Literal["public", "folds"]


@dataclass(frozen=True)
class EntryChoice:
    """A solution, with the seed of its run, and why it was chosen; `entry` is its run on the test images, if any."""

    spec: str
    seed: int
    reason: str
    entry: Entry | None = None


def entry_by_number(number: str, competition: Competition, workspace: Workspace, task: Task | None = None) -> EntryChoice:
    """Return the entry with a number such as `#12`; of one on a fold, its solution.

    Raises HarnessError where there is none, or it failed, or is of another task.
    """
    entries = EntryStore(workspace.database).entries(competition=competition.key)
    found = next((each for each in entries if number == f"#{each.id}"), None)
    if found is None:
        raise HarnessError(
            f"{number}: {competition.name} has no such entry; landmark leaderboard --on {competition.folder} --json "
            "shows their numbers"
        )
    if task not in (None, found.task):
        raise HarnessError(f"entry {number}: is for {found.task}, not for {task}")
    if found.status == "failed":
        raise HarnessError(f"entry {number}: {found.identity} failed: {found.reason}; choose another")
    return EntryChoice(found.identity, found.seed, f"entry {number}", found if found.split == TEST else None)


def best_entry(rule: Rule, competition: Competition, workspace: Workspace, task: Task | None = None) -> EntryChoice:
    """Return the entry with the best public score, or the solution with the best mean over folds of the present deal.

    Of equals the earlier is the best. Private scores are never looked at.

    Raises HarnessError where there is none, and where there are two tasks to choose from.
    """
    entries = EntryStore(workspace.database).entries(competition=competition.key, task=task)
    found: dict[Task, EntryChoice | None] = {}
    for each in TASKS:
        of_task = [entry for entry in entries if entry.task == each]
        if rule == "public":
            found[each] = _best_public(of_task, each)
        else:
            found[each] = _best_on_folds(of_task, complete_fold_rows(of_task, each, competition, workspace))
    choices = [choice for choice in found.values() if choice]
    if len(choices) > 1:
        raise HarnessError(
            f"--best {rule}: there are entries for both tasks; choose --task {' or --task '.join(TASKS)}"
        )
    if not choices:
        raise HarnessError(f"--best {rule}: {_NONE[rule].format(name=competition.name, folder=competition.folder)}")
    return choices[0]


def complete_fold_rows(
    entries: Sequence[Entry], task: Task, competition: Competition, workspace: Workspace
) -> list[FoldRow]:
    """Return the solutions with a score on every fold of the present deal, best mean first."""
    path = workspace.folds_file(competition.key)
    if not path.exists():
        return []
    folds = load_folds(path)
    names = {folds.name(number) for number in range(1, folds.count + 1)}
    dealt = [entry for entry in entries if entry.split in names]
    rows = fold_rows(dealt, higher_is_better=metrics_of(task)[0].higher_is_better)
    return [row for row in rows if row.complete]


_NONE = {
    "public": "no entry for {name} has a public score; landmark run --on {folder} makes some, if the ground truth has "
    "public queries, and --best folds does without it",
    "folds": "no solution has a score on every fold of {name}; landmark run --on {folder} --folds makes some",
}


def _best_public(entries: Sequence[Entry], task: Task) -> EntryChoice | None:
    tests = [entry for entry in entries if entry.split == TEST and entry.score("public") is not None]
    rows = board_rows(tests, higher_is_better=metrics_of(task)[0].higher_is_better)
    best = next((row.entry_id for row in rows if row.rank == 1), None)
    chosen = [entry for entry in tests if entry.id == best]
    return EntryChoice(chosen[0].identity, chosen[0].seed, "best public score", chosen[0]) if chosen else None


def _best_on_folds(entries: Sequence[Entry], rows: Sequence[FoldRow]) -> EntryChoice | None:
    best = [entry for entry in entries if rows and entry.identity == rows[0].identity]
    tests = [entry for entry in best if entry.split == TEST and entry.submission]
    if not best:
        return None
    return EntryChoice(best[0].identity, best[-1].seed, "best mean over folds", tests[-1] if tests else None)
