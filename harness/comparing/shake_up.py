"""Shake-up of a board: the ranks of its entries over many random public/private splits of the queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.comparing.entry_lookup import find_entry
from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.scoring.reported_metric import ranking_metric
from harness.scoring.stored_evaluation import from_arrays, public_queries, required_arrays
from leaderboard import BoardRow, Entry, EntryStore, board_rows
from leaderboard.order import Group
from leaderboard.overfitting.shake_up import DRAWS, ShakeUp, shake_up
from leaderboard.references import is_baseline
from metrics import Judgement, Metric, Task

TOP = 50
UNUSABLE = "created by an older version or on other queries; run it again"

Judged = tuple[Judgement, np.ndarray]  # and the mask of the public queries


@dataclass(frozen=True)
class ShakeUpResult:
    """A simulated shake-up; `left_out` names the ranked entries that could not be simulated, with the reason."""

    task: Task
    metric: Metric
    n_queries: int
    n_public: int
    rows: list[BoardRow]
    simulation: ShakeUp
    left_out: list[str]
    by: Group = "solution"

    def identities(self, names: Sequence[str], entries: Sequence[Entry], register: Path | None = None) -> list[str]:
        """Return the identities of the rows of these entries; raise HarnessError for a name without a row."""
        return [self._identity(name, find_entry(name, entries, register)) for name in names]

    def _identity(self, name: str, entry: Entry | None) -> str:
        for row in self.rows:
            if entry and getattr(row, self.by) == getattr(entry, self.by):
                return row.identity
        rows = ", ".join(row.identity for row in self.rows)
        raise HarnessError(f"{name!r} is not among the simulated entries: {rows}")


def simulate_shake_up(
    store: EntryStore,
    competition: str,
    task: Task,
    *,
    by: Group = "solution",
    top: int = TOP,
    draws: int = DRAWS,
    seed: int = 0,
    hidden: Collection[int] = (),
) -> ShakeUpResult:
    """Simulate random public/private splits for the `top` best entries of a board, without baselines and `hidden` ones.

    Raises DataError if fewer than two entries can be simulated, and LeaderboardError if a part has no query.
    """
    entries = [
        entry
        for entry in store.entries(competition=competition, task=task, split=TEST)
        if entry.status == "scored" and entry.id not in hidden and not is_baseline(entry)
    ]
    metric = ranking_metric(entries, task)
    ranked = [
        row for row in board_rows(entries, higher_is_better=metric.higher_is_better, best_of=by) if row.rank is not None
    ]
    judged: dict[str, Judged | None] = {}
    ids = np.empty(0, object)
    for row in ranked[:top]:
        own = np.array(store.query_ids(row.entry_id or 0), object)
        ids = ids if np.array_equal(own, ids) else own  # share equal arrays, which are long
        judged[row.identity] = _load(store, row, metric, ids)
    first = next((each for each in judged.values() if each), None)
    usable = {name: each for name, each in judged.items() if each and first and _same_queries(each, first)}
    if first is None or len(usable) < 2:
        raise DataError(f"two entries for {task} are needed that have per-query scores; landmark run makes some")
    simulation = shake_up(
        metric, {name: judgement for name, (judgement, _) in usable.items()}, first[1], draws=draws, seed=seed
    )
    left_out = [f"{name}: {UNUSABLE}" for name in judged if name not in usable]
    rows = [row for row in ranked if row.identity in usable]
    return ShakeUpResult(task, metric, len(first[1]), int(first[1].sum()), rows, simulation, left_out, by)


def _load(store: EntryStore, row: BoardRow, metric: Metric, ids: np.ndarray) -> Judged | None:
    """Return the stored judgement of an entry and its public queries; None if an array is missing."""
    arrays = store.per_query(row.entry_id or 0, required_arrays(metric))
    try:
        return from_arrays(metric, ids, arrays), public_queries(arrays)
    except KeyError:
        return None


def _same_queries(one: Judged, other: Judged) -> bool:
    return np.array_equal(one[0].query_ids, other[0].query_ids) and np.array_equal(one[1], other[1])
