"""Select the entry to submit: by name, by best public score, or by best cross-validation mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.comparing.entry_lookup import find_entry, is_entry_number, named_entries
from harness.data.competition import TASKS, Competition
from harness.data.split import TEST, load_folds
from harness.errors import HarnessError
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.outcome import stored_outcome
from harness.running.runner import RunResult
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, FoldRow, board_rows, fold_rows
from metrics import Task, metrics_of

Rule = Literal["public", "folds"]
NAMED = "named"  # the reason of a choice by the name of a solution


@dataclass(frozen=True)
class EntryChoice:
    """A solution with its seed and the reason of the choice; `entry` is its run on the test images, if it exists."""

    spec: str
    seed: int
    reason: str
    entry: Entry | None = None


def choose(
    name: str | None,
    best: Rule | None,
    competition: Competition,
    workspace: Workspace,
    task: Task | None = None,
    seed: int | None = None,
) -> EntryChoice:
    """Return the choice by name or by rule; HarnessError unless exactly one of them is given."""
    if name is not None and best is not None:
        raise HarnessError(f"give {name} or --best {best}, not both")
    if best is not None:
        return best_entry(best, competition, workspace, task)
    if name is None:
        raise HarnessError("name a solution such as hash, an entry such as '#12', or use --best public or --best folds")
    return choose_entry(name, competition, workspace, task, seed)


def entry_source(entry: Entry, reason: str) -> str:
    """Return solution and number of an entry as text, and the reason of its choice unless the user named it."""
    why = "" if reason in (NAMED, f"entry #{entry.id}") else f" ({reason})"
    return f"{entry.identity}, entry #{entry.id}{why}"


def stored_or_new_result(
    choice: EntryChoice, run: Callable[[str, int], RunResult], report: Callable[[str], object]
) -> RunResult:
    """Return the result of the chosen run; if its files were deleted, `run` makes it again from spec and seed.

    `report` gets a line if the new entry is another one. Raises HarnessError if the run fails.
    """
    if choice.entry and (outcome := stored_outcome(choice.entry)):
        return RunResult(choice.entry, outcome, executed=False)
    result = run(choice.spec, choice.seed)
    entry = result.entry
    if entry.submission is None:
        raise HarnessError(f"{entry.identity} failed: {entry.reason} (log: {entry.log})")
    if choice.entry and entry.run_key != choice.entry.run_key:
        report(f"the submission file of entry #{choice.entry.id} was deleted; re-ran it as entry #{entry.id}")
    return result


def choose_entry(
    name: str, competition: Competition, workspace: Workspace, task: Task | None = None, seed: int | None = None
) -> EntryChoice:
    """Return the entry, or the solution to run, that a name means (see `harness.comparing.entry_lookup`).

    A solution runs with `seed`, or else with that of its entry, or 0. Of an entry on a fold, or on a sample of the
    queries, its solution is chosen: a file must answer all queries.
    Raises HarnessError for an unknown name, a failed entry, and another task.
    """
    entries = EntryStore(workspace.database).entries(competition=competition.key)
    if is_entry_number(name):
        return _numbered(f"#{name.removeprefix('#')}", entries, competition, task)
    entry = find_entry(name, [each for each in entries if each.split == TEST], workspace.register)
    spec = entry.identity if entry and entry.solution == name else name
    solution = SolutionDescriptions(workspace.register).configured(spec)
    if task not in (None, solution.task):
        raise HarnessError(f"{name}: is for {solution.task}, not for {task}")
    return EntryChoice(spec, seed if seed is not None else entry.seed if entry else 0, NAMED)


def _numbered(number: str, entries: Sequence[Entry], competition: Competition, task: Task | None) -> EntryChoice:
    entry = next(iter(named_entries(number, entries)), None)
    if entry is None:
        advice = f"landmark leaderboard --on {competition.folder} --json shows their numbers"
        raise HarnessError(f"{number}: {competition.name} has no such entry; {advice}")
    if task not in (None, entry.task):
        raise HarnessError(f"entry {number}: is for {entry.task}, not for {task}")
    if entry.status == "failed":
        raise HarnessError(f"entry {number}: {entry.identity} failed: {entry.reason}; choose another")
    if entry.split == TEST:
        return EntryChoice(entry.identity, entry.seed, f"entry {number}", entry)
    return EntryChoice(entry.identity, entry.seed, f"as entry {number}, which is on {entry.split}")


def best_entry(rule: Rule, competition: Competition, workspace: Workspace, task: Task | None = None) -> EntryChoice:
    """Return the earliest entry with the best public score, or the solution with the best mean over the current folds.

    Private scores are not used. Raises HarnessError if there is no entry, or if there are entries of both tasks.
    """
    entries = EntryStore(workspace.database).entries(competition=competition.key, task=task)
    of_tasks = {each: [entry for entry in entries if entry.task == each] for each in TASKS}
    if rule == "folds":
        rows = {each: complete_fold_rows(of_tasks[each], each, competition, workspace) for each in TASKS}
        best = [_best_on_folds(of_tasks[each], rows[each]) for each in TASKS]
    else:
        best = [_best_public(of_tasks[each], each) for each in TASKS]
    choices = [choice for choice in best if choice]
    if len(choices) > 1:
        options = " or ".join(f"--task {each}" for each in TASKS)
        raise HarnessError(f"--best {rule}: there are entries for both tasks; choose {options}")
    if not choices:
        raise HarnessError(f"--best {rule}: {_NONE[rule].format(name=competition.name, folder=competition.folder)}")
    return choices[0]


def complete_fold_rows(
    entries: Sequence[Entry], task: Task, competition: Competition, workspace: Workspace
) -> list[FoldRow]:
    """Return the rows of the solutions with a score on every current fold, best mean first."""
    path = workspace.folds_file(competition.key)
    if not path.exists():
        return []
    folds = load_folds(path, competition)
    names = {folds.name(number) for number in range(1, folds.count + 1)}
    on_folds = [entry for entry in entries if entry.split in names]
    rows = fold_rows(on_folds, higher_is_better=metrics_of(task)[0].higher_is_better)
    return [row for row in rows if row.complete]


_NONE = {
    "public": "no entry for {name} has a public score; landmark run --on {folder} makes some, if the ground truth has "
    "public queries, and --best folds does without it",
    "folds": "no solution has a score on every fold of {name}; landmark run --on {folder} --folds makes some",
}


def _best_public(entries: Sequence[Entry], task: Task) -> EntryChoice | None:
    tests = [entry for entry in entries if entry.split == TEST and entry.score("public") is not None]
    rows = board_rows(tests, higher_is_better=metrics_of(task)[0].higher_is_better)
    best = next((entry for row in rows if row.rank == 1 for entry in tests if entry.id == row.entry_id), None)
    return EntryChoice(best.identity, best.seed, "best public score", best) if best else None


def _best_on_folds(entries: Sequence[Entry], rows: Sequence[FoldRow]) -> EntryChoice | None:
    best = [entry for entry in entries if rows and entry.identity == rows[0].identity]
    tests = [entry for entry in best if entry.split == TEST and entry.submission]
    if not best:
        return None
    return EntryChoice(best[0].identity, best[-1].seed, "best mean over folds", tests[-1] if tests else None)
