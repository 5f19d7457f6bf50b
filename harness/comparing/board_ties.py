"""Rows of a board that are tied with the best, for boards in the terminal."""

from collections.abc import Sequence

import numpy as np

from harness.scoring.stored_evaluation import from_arrays, required_arrays
from leaderboard import BoardRow, EntryStore
from leaderboard.order import PARTS
from metrics import Judgement, Metric, NoPositives
from metrics.statistics.ties_with_best import compare_with_best

MAX_ROWS = 21  # the best and those that are tested against it
MAX_VALUES = 100_000  # queries times rows; beyond, the test takes seconds, and the pages of `landmark serve` do it


def tied_with_best(rows: Sequence[BoardRow], store: EntryStore, metric: Metric) -> frozenset[str]:
    """Return the identities of the rows that are not significantly different from the best one, without that one.

    Empty if entries lack per-query values, answer different queries, or have more than MAX_VALUES of them.
    """
    ranked = [row for row in rows if row.rank is not None and row.entry_id is not None][:MAX_ROWS]
    if len(ranked) < 2:
        return frozenset()
    part = next(part for part in PARTS if getattr(ranked[0], f"score_{part}") is not None)
    queries = store.query_ids(ranked[0].entry_id or 0)
    if len(queries) * len(ranked) > MAX_VALUES:
        return frozenset()
    try:
        answers = {row.identity: _judgement(store, metric, row, part) for row in ranked}
        compared = compare_with_best(metric, answers)
    except (KeyError, ValueError, NoPositives):  # of an older version, or on other queries
        return frozenset()
    return frozenset(name for name, result in compared.items() if result.tied and result.p_holm is not None)


def _judgement(store: EntryStore, metric: Metric, row: BoardRow, part: str) -> Judgement:
    entry = row.entry_id or 0
    ids = np.array(store.query_ids(entry), object)
    return from_arrays(metric, ids, store.per_query(entry, required_arrays(metric)), part)
