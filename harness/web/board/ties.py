"""Who cannot be told from the first of a board: worked out once, when somebody asks, and kept in the workspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

import numpy as np

from harness.atomic_files import write_whole
from harness.scoring.stored_evaluation import rebuilt
from harness.web.board.page import Tie
from harness.web.lru import Latest
from harness.workspace import Workspace
from leaderboard import EntryStore
from metrics import Judgement, Metric, NoPositives
from metrics.statistics.ties_with_best import against_first

MOST = 20  # entries held against the first

Ties = dict[int, Tie]  # by entry


class TieBreaker:
    """Finds the ties of some entries, the best first."""

    def __init__(self, workspace: Workspace, store: EntryStore) -> None:
        self._folder, self._store = workspace.folder / "serving" / "ties", store
        self._latest: Latest[Ties] = Latest(64)

    def known(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties | None:
        """Return the ties if they have been worked out already."""
        key = _key(metric, part, entries)
        kept = self._latest.peek(key)
        return kept if kept is not None else self._read(key)

    def find(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        """Return the ties, worked out now if need be; nothing where an entry does not hold what is needed."""
        key = _key(metric, part, entries)
        return self._latest.get(key, lambda: self._read(key) or self._made(key, metric, part, entries))

    def _made(self, key: str, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        found = self._against_first(metric, part, entries)
        with suppress(OSError):  # where there is no room they are worked out again
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / f"{key}.json", json.dumps({entry: vars(tie) for entry, tie in found.items()}))
        return found

    def _against_first(self, metric: Metric, part: str, entries: Sequence[int]) -> Ties:
        try:
            answers = {str(entry): self._judged(metric, part, entry) for entry in entries}
            found = against_first(metric, answers) if len(answers) > 1 else {}
        except (KeyError, ValueError, NoPositives):  # made by an older landmark, or asked other queries
            return {}
        return {int(entry): Tie(each.tied, each.p_holm, each.p_first) for entry, each in found.items()}

    def _judged(self, metric: Metric, part: str, entry: int) -> Judgement:
        query_ids = np.array(self._store.query_ids(entry), object)
        return rebuilt(metric, query_ids, self._store.per_query(entry), part)

    def _read(self, key: str) -> Ties | None:
        try:
            found = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            return {int(entry): Tie(**tie) for entry, tie in found.items()}
        except (OSError, ValueError, TypeError):  # not there, or damaged by other hands
            return None


def _key(metric: Metric, part: str, entries: Sequence[int]) -> str:
    return sha256(json.dumps([metric.name, part, *entries]).encode()).hexdigest()[:32]
