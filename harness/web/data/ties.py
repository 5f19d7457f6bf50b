"""Entries that are statistically tied with the best of a board, computed on request and stored in the workspace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from harness.scoring.stored_evaluation import from_arrays
from harness.web.data.stored_content import read_content, write_content
from harness.web.lru import LruCache
from harness.workspace import Workspace
from leaderboard import EntryStore
from metrics import Judgement, Metric, NoPositives
from metrics.statistics.ties_with_best import compare_with_best

MAX_COMPARED = 20  # entries compared with the best


@dataclass(frozen=True)
class BoardTie:
    """Comparison of an entry with the best: whether they are tied, Holm's p, and the bootstrap probability of best."""

    tied: bool
    p: float | None
    p_first: float


Ties = dict[int, BoardTie]  # by entry


class TieFinder:
    """Paired permutation tests of the best entry against the next ones."""

    def __init__(self, workspace: Workspace, store: EntryStore) -> None:
        self._folder, self._store = workspace.folder / "serving" / "ties", store
        self._cache: LruCache[Ties] = LruCache(64)

    def cached(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties | None:
        """Return the ties of entries, best first, if they have been computed already."""
        key = _key(metric, part, entries)
        ties = self._cache.peek(key)
        return ties if ties is not None else self._read(key)

    def find(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        """Return the ties of entries, best first; empty if an entry lacks per-query values."""
        key = _key(metric, part, entries)
        return self._cache.get(key, lambda: self._read(key) or self._compute_and_store(key, metric, part, entries))

    def _compute_and_store(self, key: str, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        ties = self._compute(metric, part, entries)
        content = json.dumps({entry: vars(tie) for entry, tie in ties.items()})
        write_content(self._folder / key, content.encode())
        return ties

    def _compute(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        try:
            answers = {str(entry): self._judgement(metric, part, entry) for entry in entries}
            compared = compare_with_best(metric, answers) if len(answers) > 1 else {}
        except (KeyError, ValueError, NoPositives):  # created by an older version, or on other queries
            return {}
        return {int(entry): BoardTie(result.tied, result.p_holm, result.p_first) for entry, result in compared.items()}

    def _judgement(self, metric: Metric, part: str, entry: int) -> Judgement:
        query_ids = np.array(self._store.query_ids(entry), object)
        return from_arrays(metric, query_ids, self._store.per_query(entry), part)

    def _read(self, key: str) -> Ties | None:
        content = read_content(self._folder / key)
        return None if content is None else {int(entry): BoardTie(**tie) for entry, tie in json.loads(content).items()}


def _key(metric: Metric, part: str, entries: Sequence[int]) -> str:
    return sha256(json.dumps([metric.name, part, *entries]).encode()).hexdigest()[:32]
