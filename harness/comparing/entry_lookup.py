"""Answers to compare, by what they are called: solutions and entries of the leaderboard, and submission files."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import QueryArrays, to_arrays
from harness.solution.base import identity
from harness.solution.registry import load_solution
from harness.submissions.read_write import submission_task
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore, board_rows, fold_rows
from metrics import Metric, Task, metrics_of

StoredQueries = tuple[np.ndarray, QueryArrays]  # ids of the queries, and what was kept of them

_NUMBER = re.compile("#?[0-9]{1,18}")  # a shell takes # for a comment, so it may be left out


@dataclass(frozen=True)
class ComparedSystem:
    """What is kept of an answer, one item a fold; `source` says where from: "entry #3", or the path of a file."""

    name: str
    source: str
    folds: tuple[StoredQueries, ...]


class EntryLookup:
    """Finds what is named on one competition; `folds` means on the folds of its train images."""

    def __init__(self, competition: Competition, workspace: Workspace, *, folds: bool = False) -> None:
        self.competition, self.workspace, self.folds = competition, workspace, folds
        self._store = EntryStore(workspace.database)
        self._all = self._store.entries()
        own = [entry for entry in self._all if entry.competition == competition.key]
        self._entries = _latest_deal([entry for entry in own if (entry.split != TEST) == folds])

    def tasks(self, name: str) -> list[str]:
        """Return the tasks that what is named so has answers for; HarnessError for an unknown name."""
        entries = self._named(name)
        return sorted({entry.task for entry in entries}) if entries else [submission_task(Path(name))]

    def find(self, name: str, task: Task, metric: Metric) -> ComparedSystem:
        """Return the entry that the leaderboard shows for an identity or a solution, the entry of a number, or a file.

        On folds the latest entry of each counts. Raises HarnessError where there is no score.
        """
        entries = [entry for entry in self._named(name) if entry.task == task]
        if self.folds:
            return self._over_folds(name, entries, metric)
        if not entries:
            evaluation = score_file(Path(name), self.competition.folder, task)[0]
            values = to_arrays(evaluation) | {metric.name: metric.per_query(evaluation.judgement)}
            return ComparedSystem(Path(name).name, name, ((evaluation.query_ids, values),))
        row = board_rows(entries, higher_is_better=metrics_of(task)[0].higher_is_better)[0]
        entry = next(entry for entry in entries if entry.id == row.entry_id)
        return ComparedSystem(entry.identity, f"entry #{entry.id}", (self._kept(entry),))

    def _named(self, name: str) -> list[Entry]:
        """Return the entries of a name; none, if it is a file's."""
        if _NUMBER.fullmatch(name):
            return [self._numbered(name.removeprefix("#"))]
        entries = self._of_identity(name) or [entry for entry in self._entries if entry.solution == name]
        if not entries and "(" in name:
            with suppress(HarnessError):  # the same parameters, written otherwise
                entries = self._of_identity(identity(load_solution(name, self.workspace.register)))
        if not entries and not Path(name).is_file():
            raise HarnessError(self._unknown(name))
        return entries

    def _of_identity(self, name: str) -> list[Entry]:
        return [entry for entry in self._entries if entry.identity == name]

    def _numbered(self, name: str) -> Entry:
        entry = next((entry for entry in self._all if entry.id == int(name)), None)
        if entry is None:
            raise HarnessError(
                f"there is no entry #{name}; landmark leaderboard --on {self.competition.folder} --json "
                "shows their numbers"
            )
        if entry.competition != self.competition.key:
            raise DataError(
                f"entry #{name} is of {entry.competition_name}, as it was then, not of {self.competition.folder}"
            )
        return entry

    def _unknown(self, name: str) -> str:
        known = sorted({each for entry in self._entries for each in (entry.solution, entry.identity)})
        nearest = get_close_matches(name, known, n=3)
        advice = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else "landmark run makes entries"
        where = "on the folds of" if self.folds else "on"
        return f"{name!r} has no entry {where} {self.competition.folder} and is no file; {advice}"

    def _over_folds(self, name: str, entries: list[Entry], metric: Metric) -> ComparedSystem:
        if not entries or _NUMBER.fullmatch(name):
            raise HarnessError(
                f"{name}: folds are compared by names of solutions; leave out --folds for entries and files"
            )
        row = fold_rows(entries, higher_is_better=metrics_of(metric.task)[0].higher_is_better)[0]
        if not row.complete:
            raise DataError(
                f"{row.identity} has a score on {row.done} of {row.folds} folds; "
                f"landmark run {row.identity!r} --folds --on {self.competition.folder} runs the rest"
            )
        latest = {entry.split: entry for entry in entries if (entry.identity, entry.status) == (row.identity, "scored")}
        chosen = [latest[split] for split in sorted(latest)]
        numbers = ", ".join(f"#{entry.id}" for entry in chosen)
        return ComparedSystem(row.identity, f"entries {numbers}", tuple(map(self._kept, chosen)))

    def _kept(self, entry: Entry) -> StoredQueries:
        if entry.status != "scored" or entry.id is None:
            reason = f": {entry.reason}" if entry.reason else ""
            raise DataError(f"{entry.identity} (entry #{entry.id}) has no score{reason}; run it again to compare it")
        return np.array(self._store.query_ids(entry.id), object), self._store.per_query(entry.id)


def _latest_deal(entries: list[Entry]) -> list[Entry]:
    """Return the entries on the folds that were dealt last, for others cannot be compared; all those on no fold."""
    deal = entries[-1].split.partition("/")[2] if entries else ""
    return [entry for entry in entries if entry.split.partition("/")[2] == deal]
