"""Find entries by name: the one way from a solution, a specification or a number to an entry, in every command.

* `#12` and `12` mean the entry of that number.
* `hash(kind='dct')` means the entries of that solution with these parameters, in whatever way they are written.
* `hash` means the entries of the solution with its default parameters; if there are none, all entries of the solution.

Of several entries the one that the leaderboard shows counts. Any other name is a file; `./hash` is always a file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from os.path import isfile
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.query_sample import is_fold
from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.running.description.descriptions import SolutionDescriptions
from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import QueryArrays, to_arrays
from harness.submissions.read_write import submission_task
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, board_rows, fold_rows
from leaderboard.safe_text import shorten
from metrics import Metric, Task, metrics_of

StoredQueries = tuple[np.ndarray, QueryArrays]  # query ids (n,), and arrays of these queries

_NUMBER = re.compile("#?[0-9]{1,18}")
_NO_TRUTH = "the competition had no ground truth for it; compare with --folds, on folds of the train images"


def is_entry_number(name: str) -> bool:
    """Tell whether a name is the number of an entry: `#12` or `12`, as a shell takes # for a comment."""
    return bool(_NUMBER.fullmatch(name))


def named_entries(name: str, entries: Sequence[Entry], register: Path | None = None) -> list[Entry]:
    """Return those of the entries that a name means; none for a file or an unknown name.

    `register` lists the registered solutions, which a specification with parameters is read by.
    """
    if is_entry_number(name):
        return [entry for entry in entries if entry.id == int(name.removeprefix("#"))]
    of_identity = [entry for entry in entries if entry.identity == name]
    of_solution = [entry for entry in entries if entry.solution == name]
    if of_identity or of_solution or (isfile(name) and not name.endswith(".py")):
        return of_identity or of_solution
    try:
        written = SolutionDescriptions(register).configured(name).identity
    except HarnessError:
        return []
    return [entry for entry in entries if entry.identity == written]


def find_entry(name: str, entries: Sequence[Entry], register: Path | None = None) -> Entry | None:
    """Return the one entry of a split that a name means; None for a file or an unknown name.

    Of several it is the one that the leaderboard shows: with the best public score, or if none is scored the latest.
    """
    named = named_entries(name, entries, register)
    return best_of([entry for entry in named if entry.task == named[-1].task]) if named else None


def best_of(entries: Sequence[Entry]) -> Entry:
    """Return the entry that the leaderboard shows for the entries of one solution and task."""
    row = board_rows(entries, higher_is_better=metrics_of(entries[0].task)[0].higher_is_better)[0]  # type: ignore[arg-type]  # the entries have one task
    return next(entry for entry in entries if entry.id == row.entry_id)


@dataclass(frozen=True)
class ComparedSystem:
    """The stored queries of a compared answer, one item a fold; `source` is "entry #3" or the path of a file."""

    name: str
    source: str
    folds: tuple[StoredQueries, ...]


class EntryLookup:
    """Finds entries and submission files of one competition, or with `folds` the entries on its folds."""

    def __init__(self, competition: Competition, workspace: Workspace, *, folds: bool = False) -> None:
        self.competition, self.workspace, self.folds = competition, workspace, folds
        self._store = EntryStore(workspace.database)
        self._all = self._store.entries()
        own = [entry for entry in self._all if entry.competition == competition.key]
        on_folds = [entry for entry in own if is_fold(entry.split)]
        self._entries = _of_latest_folds(on_folds) if folds else [entry for entry in own if entry.split == TEST]

    def tasks(self, name: str) -> list[str]:
        """Return the tasks of the entries or the file of a name; raise HarnessError if it is unknown."""
        entries = self._named(name)
        return sorted({entry.task for entry in entries}) if entries else [submission_task(Path(name))]

    def entry(self, name: str, task: str | None = None) -> Entry | None:
        """Return the entry that a name means; None for a file. Raise HarnessError if it is unknown, or of another task.

        Of several it is the one that the leaderboard shows, of the task of the latest.
        """
        named = self._named(name)
        fitting = [entry for entry in named if task in (None, entry.task)]
        if named and not fitting:
            raise HarnessError(f"{name}: is for {named[-1].task}, not for {task}")
        return best_of([entry for entry in fitting if entry.task == fitting[-1].task]) if fitting else None

    def find(self, name: str, task: Task, metric: Metric) -> ComparedSystem:
        """Return the entry (on folds, the latest of each) or file of a name; raise HarnessError if it has no score."""
        entries = [entry for entry in self._named(name) if entry.task == task]
        if self.folds:
            return self._find_on_folds(name, entries, metric)
        if not entries:
            evaluation = score_file(Path(name), self.competition.folder, task)[0]
            arrays = to_arrays(evaluation) | {metric.name: metric.per_query(evaluation.judgement)}
            return ComparedSystem(Path(name).name, name, ((evaluation.query_ids, arrays),))
        entry = best_of(entries)
        return ComparedSystem(entry.identity, f"entry #{entry.id}", (self._load(entry),))

    def _named(self, name: str) -> list[Entry]:
        """Return the entries that a name means; none if it is a file's."""
        if is_entry_number(name):
            return [self._numbered(name.removeprefix("#"))]
        entries = named_entries(name, self._entries, self.workspace.register)
        if not entries and not isfile(name):
            raise HarnessError(self._unknown(name))
        return entries

    def _numbered(self, name: str) -> Entry:
        entry = next(iter(named_entries(name, self._all)), None)
        if entry is None:
            advice = f"landmark leaderboard --on {self.competition.folder} --json shows their numbers"
            raise HarnessError(f"there is no entry #{name}; {advice}")
        if entry.competition != self.competition.key:
            raise DataError(f"entry #{name} is of {entry.competition_name}, not of {self.competition.folder}")
        return entry

    def _unknown(self, name: str) -> str:
        names = sorted({each for entry in self._entries for each in (entry.solution, entry.identity)})
        nearest = get_close_matches(name, names, n=3)
        advice = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else "run it first"
        where = "on the folds of" if self.folds else "on"
        return f"{shorten(name)!r} has no entry {where} {self.competition.folder} and is no file; {advice}"

    def _find_on_folds(self, name: str, entries: list[Entry], metric: Metric) -> ComparedSystem:
        if not entries or is_entry_number(name):
            raise HarnessError(f"{name}: --folds compares solutions; leave out --folds for entries and files")
        row = fold_rows(entries, higher_is_better=metrics_of(metric.task)[0].higher_is_better)[0]
        if not row.complete:
            raise DataError(
                f"{row.identity} has a score on {row.done} of {row.folds} folds; "
                f"landmark run {row.identity!r} --folds --on {self.competition.folder} runs the rest"
            )
        latest = {entry.split: entry for entry in entries if (entry.identity, entry.status) == (row.identity, "scored")}
        ordered = [latest[split] for split in sorted(latest)]
        numbers = ", ".join(f"#{entry.id}" for entry in ordered)
        return ComparedSystem(row.identity, f"entries {numbers}", tuple(map(self._load, ordered)))

    def _load(self, entry: Entry) -> StoredQueries:
        if entry.status != "scored" or entry.id is None:
            reason, remedy = (f": {entry.reason}", "run it again to compare it") if entry.reason else ("", _NO_TRUTH)
            raise DataError(f"{entry.identity} (entry #{entry.id}) has no score{reason}; {remedy}")
        return np.array(self._store.query_ids(entry.id), object), self._store.per_query(entry.id)


def _of_latest_folds(entries: list[Entry]) -> list[Entry]:
    """Return the entries on the latest set of folds, as those on others cannot be compared."""
    folds = entries[-1].split.partition("/")[2] if entries else ""
    return [entry for entry in entries if entry.split.partition("/")[2] == folds]
