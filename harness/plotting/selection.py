"""Select the entries of a figure: the named ones, or the best of each solution."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.comparing.entry_lookup import find_entry
from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.scoring.evaluate import score_file
from harness.scoring.reported_metric import ranking_metric, reported_metric
from harness.scoring.stored_evaluation import from_arrays, public_queries, required_arrays
from leaderboard import Entry, EntryStore, board_rows
from metrics import Judgement, Metric, ProtocolJudgements, ProtocolMetric, Task


@dataclass(frozen=True)
class PlottedEntries:
    """Entries of one task on a competition's test images, in the order of their names or of the board."""

    competition: Competition
    store: EntryStore
    task: Task
    entries: list[Entry]
    chosen: Metric | None = None  # instead of the ranking metric

    @property
    def metric(self) -> Metric:
        """Return the metric of the figure."""
        return self.chosen or ranking_metric(self.entries, self.task)

    def score(self, entry: Entry, part: str) -> float | None:
        """Return the score of an entry on a part by the metric of the figure."""
        return entry.score(part, self.metric.name)

    def interval(self, entry: Entry, part: str) -> tuple[float, float] | None:
        """Return the interval of that score; None by another metric than the one that ranks the board."""
        return entry.intervals.get(part) if self.metric.name == entry.metric else None

    @property
    def title(self) -> str:
        """Return the title of the figure: competition and task."""
        return f"{self.competition.name}, {self.task}"

    def judgements(self, part: str) -> dict[str, Judgement]:
        """Return identity -> stored judgement of the queries of a part."""
        return {entry.identity: self._stored(entry, part) for entry in self.entries}

    def ranking_judgements(self, part: str) -> dict[str, Judgement]:
        """Return identity -> judgement of the full rankings of a part, computed from the submission files."""
        return {entry.identity: self._from_file(entry, part) for entry in self.entries}

    def public_queries(self) -> np.ndarray:
        """Return a mask (n,) of the public queries of `judgements("all")`."""
        return public_queries(self.store.per_query(self.entries[0].id or 0, required_arrays(self.metric)))

    def _stored(self, entry: Entry, part: str) -> Judgement:
        ids = np.array(self.store.query_ids(entry.id or 0), object)
        arrays = self.store.per_query(entry.id or 0, required_arrays(self.metric))
        try:
            return from_arrays(self.metric, ids, arrays, part)
        except KeyError:
            raise DataError(f"{entry.identity}: its entry was created by an older version; run it again") from None

    def _from_file(self, entry: Entry, part: str) -> Judgement:
        path = Path(entry.submission or "")
        if not path.is_file():
            raise DataError(f"{entry.identity}: its submission file is gone; run it again")
        evaluation = score_file(path, self.competition.folder, self.task)[0]
        judgement = evaluation.judgement
        if isinstance(judgement, ProtocolJudgements) and isinstance(self.metric, ProtocolMetric):
            judgement = judgement.by_protocol[self.metric.protocol]
        return judgement if part == "all" else judgement.select(evaluation.usage == part.title())


def select_entries(
    competition: Competition,
    store: EntryStore,
    task: Task,
    names: Sequence[str],
    most: int,
    hidden: Collection[int] = (),
    register: Path | None = None,
    metric: str | None = None,
) -> PlottedEntries:
    """Return the entry of each name (see `harness.comparing.entry_lookup`); without names, the `most` best solutions.

    Entries with a number in `hidden` are left out. `metric` names another metric than the one that ranks.

    Raises HarnessError for an unknown name or metric, and DataError if there is no entry.
    """
    chosen = reported_metric(metric, task, competition.metrics(task)) if metric else None
    entries = store.entries(competition=competition.key, task=task, split=TEST)
    scored = [entry for entry in entries if entry.status == "scored" and entry.id not in hidden]
    if not scored:
        raise DataError(f"no entries of {competition.folder} for {task}; landmark run makes some")
    if names:
        named = [_find(name, scored, competition, task, register) for name in names]
        return PlottedEntries(competition, store, task, list({entry.id: entry for entry in named}.values()), chosen)
    ranked_by = chosen or ranking_metric(scored, task)
    rows = board_rows(scored, higher_is_better=ranked_by.higher_is_better, metric=ranked_by.name)[:most]
    by_id = {entry.id: entry for entry in scored}
    return PlottedEntries(competition, store, task, [by_id[row.entry_id] for row in rows], chosen)


def _find(name: str, scored: Sequence[Entry], competition: Competition, task: Task, register: Path | None) -> Entry:
    entry = find_entry(name, scored, register)
    if entry is None:
        identities = ", ".join(dict.fromkeys(each.identity for each in scored))
        raise HarnessError(f"{name!r} has no score for {task} on {competition.folder}; there are {identities}")
    return entry
