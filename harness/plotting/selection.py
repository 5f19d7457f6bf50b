"""Which entries a figure shows: those named, or the best of each solution."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import from_arrays, public_queries, required_arrays
from leaderboard import Entry, EntryStore, board_rows
from leaderboard.order import Group
from metrics import Judgement, Metric, Task, metrics_of

GROUPS: tuple[Group, Group] = "solution", "identity"


@dataclass(frozen=True)
class PlottedEntries:
    """Entries of a competition's test images for one task, in the order in which they were named, or of the board."""

    competition: Competition
    store: EntryStore
    task: Task
    entries: list[Entry]

    @property
    def metric(self) -> Metric:
        """Return the metric that ranks."""
        return metrics_of(self.task)[0]

    @property
    def title(self) -> str:
        """Return what the figure is of."""
        return f"{self.competition.name}, {self.task}"

    def judgements(self, part: str) -> dict[str, Judgement]:
        """Return what is kept of each answer to the queries of a part, by the entries' identities."""
        return {entry.identity: self._kept(entry, part) for entry in self.entries}

    def ranking_judgements(self, part: str) -> dict[str, Judgement]:
        """Return the judgement of each whole list, from the submission files that the entries were scored by."""
        return {entry.identity: self._listed(entry, part) for entry in self.entries}

    def public_queries(self) -> np.ndarray:
        """Return which queries of `judgements("all")` are public."""
        return public_queries(self.store.per_query(self.entries[0].id or 0, required_arrays(self.metric)))

    def _kept(self, entry: Entry, part: str) -> Judgement:
        ids = np.array(self.store.query_ids(entry.id or 0), object)
        try:
            return from_arrays(self.metric, ids, self.store.per_query(entry.id or 0, required_arrays(self.metric)), part)
        except KeyError:
            raise DataError(f"{entry.identity}: its entry was made by an older landmark; run it again") from None

    def _listed(self, entry: Entry, part: str) -> Judgement:
        path = Path(entry.submission or "")
        if not path.is_file():
            raise DataError(f"{entry.identity}: its submission file is gone; run it again")
        found = score_file(path, self.competition.folder, self.task)[0]
        return found.judgement if part == "all" else found.judgement.select(found.usage == part.title())


def select_entries(
    competition: Competition,
    store: EntryStore,
    task: Task,
    names: Sequence[str],
    most: int,
    hidden: Collection[int] = (),
) -> PlottedEntries:
    """Return the entries of some names (solutions, identities, numbers such as `#12`), else the `most` best.

    Of a solution it is the entry that the leaderboard shows; the `hidden` ones, by their numbers, are not there.
    Raises HarnessError for an unknown name, DataError where there is no entry.
    """
    entries = store.entries(competition=competition.key, task=task, split=TEST)
    scored = [entry for entry in entries if entry.status == "scored" and entry.id not in hidden]
    if not scored:
        raise DataError(f"no entries of {competition.folder} for {task}; landmark run makes some")
    better = metrics_of(task)[0].higher_is_better
    known = {str(entry.id): entry for entry in scored}
    of_solution, of_identity = (
        {getattr(row, by): known[str(row.entry_id)] for row in board_rows(scored, higher_is_better=better, best_of=by)}
        for by in GROUPS
    )
    if not names:
        return PlottedEntries(competition, store, task, list(of_solution.values())[:most])
    known |= of_solution | of_identity
    unknown = [name for name in names if name.removeprefix("#") not in known]
    if unknown:
        raise HarnessError(
            f"{unknown[0]!r} has no score for {task} on {competition.folder}; there are {', '.join(of_identity)}"
        )
    wanted = {known[name.removeprefix("#")].id: known[name.removeprefix("#")] for name in names}
    return PlottedEntries(competition, store, task, list(wanted.values()))
