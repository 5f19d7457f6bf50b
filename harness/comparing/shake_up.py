"""Draw the public queries of a competition anew for the entries on its board."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.split import TEST
from harness.errors import DataError, HarnessError
from harness.scoring.stored_evaluation import from_arrays, public_queries, required_arrays
from leaderboard import BoardRow, EntryStore, board_rows
from leaderboard.order import Group
from leaderboard.overfitting.shake_up import DRAWS, ShakeUp, shake_up
from leaderboard.references import is_baseline
from metrics import Judgement, Metric, Task, metrics_of

TOP = 50
UNUSABLE = "made by an older landmark, or asked other queries; run it again"

Answer = tuple[Judgement, np.ndarray]


@dataclass(frozen=True)
class ShakeUpResult:
    """A board in many draws, of how many queries, of which so many public; `rows` are its entries in their order.

    `left_out` tells of each other entry that has a rank why it is not there.
    """

    task: Task
    metric: Metric
    n_queries: int
    n_public: int
    rows: list[BoardRow]
    simulation: ShakeUp
    left_out: list[str]

    def identities(self, names: Sequence[str]) -> list[str]:
        """Return the identities that some names mean: solutions, identities or numbers of entries such as `#12`.

        Raises HarnessError for a name that is not on the board.
        """
        return [self._named(name) for name in names]

    def _named(self, name: str) -> str:
        for row in self.rows:
            if name.removeprefix("#") == str(row.entry_id) or name in (row.identity, row.solution):
                return row.identity
        raise HarnessError(f"{name!r} is not among those drawn anew: {', '.join(row.identity for row in self.rows)}")


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
    """Return the `top` best entries of a competition's board in many draws of its public queries.

    Floors and the entries that are `hidden`, by their numbers, are not among them.

    Raises DataError where fewer than two entries can be drawn anew, and LeaderboardError where a part has no query.
    """
    metric = metrics_of(task)[0]
    entries = [
        entry
        for entry in store.entries(competition=competition, task=task, split=TEST)
        if entry.status == "scored" and entry.id not in hidden and not is_baseline(entry)
    ]
    ranked = [
        row for row in board_rows(entries, higher_is_better=metric.higher_is_better, best_of=by) if row.rank is not None
    ]
    found: dict[str, Answer | None] = {}
    ids = np.empty(0, object)
    for row in ranked[:top]:
        own = np.array(store.query_ids(row.entry_id or 0), object)
        ids = ids if np.array_equal(own, ids) else own  # which are long, so they are held once
        found[row.identity] = _answer(store, row, metric, ids)
    asked = next((answer for answer in found.values() if answer), None)
    alike = {name: answer for name, answer in found.items() if answer and asked and _asked_alike(answer, asked)}
    if asked is None or len(alike) < 2:
        raise DataError(f"two entries for {task} are needed that keep what each query got; landmark run makes some")
    shake = shake_up(
        metric, {name: judgement for name, (judgement, _) in alike.items()}, asked[1], draws=draws, seed=seed
    )
    left_out = [f"{name}: {UNUSABLE}" for name in found if name not in alike]
    rows = [row for row in ranked if row.identity in alike]
    return ShakeUpResult(task, metric, len(asked[1]), int(asked[1].sum()), rows, shake, left_out)


def _answer(store: EntryStore, row: BoardRow, metric: Metric, ids: np.ndarray) -> Answer | None:
    """Return what is kept of an entry: the judgement, and which queries are public; None where it is not enough."""
    values = store.per_query(row.entry_id or 0, required_arrays(metric))
    try:
        return from_arrays(metric, ids, values), public_queries(values)
    except KeyError:
        return None


def _asked_alike(answer: Answer, other: Answer) -> bool:
    return np.array_equal(answer[0].query_ids, other[0].query_ids) and np.array_equal(answer[1], other[1])
