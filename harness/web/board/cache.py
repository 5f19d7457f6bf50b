"""The standings of every board, kept in memory and brought up to date by what has been entered since."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from threading import Lock

from harness.data.split import TEST
from harness.web.board.query import Tab, place
from harness.web.board.ties import MOST
from harness.web.lru import Latest
from leaderboard import Entry
from leaderboard.board import Standing, standings
from leaderboard.folds import FoldRow, fold_rows
from leaderboard.order import Group, Order
from leaderboard.references import floors_apart, is_floor
from leaderboard.storage.database import Database
from leaderboard.storage.entry_summaries import BoardName, Outline, Outlines, board_names, last_id
from leaderboard.storage.store import EntryStore
from metrics import Metric, Task, metrics_of

_BOARDS = 32  # kept at once


@dataclass(frozen=True)
class Ordered:
    """A board of test images: by which part it is ranked, who stands where, and all entries, the earliest first."""

    metric: Metric
    order: Order
    part: str
    standings: list[Standing[Outline]]
    outlines: list[Outline]

    def leaders(self, tab: Tab) -> list[int]:
        """Return the entries that stand first on a tab, as many as are held against the first."""
        ranked = {rank: each.entry.id for each in self.standings if (rank := place(each, tab))}
        return [ranked[rank] for rank in sorted(ranked)[: MOST + 1]]


class _Board:
    """One competition and task; several threads may ask it."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines, self._lock = outlines, Lock()
        self._ordered: dict[Group, Ordered] = {}
        self._hidden: AbstractSet[int] = frozenset()

    def ordered(self, metric: Metric, by: Group, hidden: AbstractSet[int]) -> Ordered:
        """Return who stands where without the hidden entries."""
        with self._lock:
            if self._outlines.refresh() or hidden != self._hidden:
                self._ordered.clear()
                self._hidden = hidden
            if by not in self._ordered:
                order = Order(metric.name, metric.higher_is_better)
                outlines = [each for each in self._outlines.found.values() if each.id not in hidden]
                competing = [each for each in outlines if not is_floor(each)]
                part = order.ranking_part(outlines)  # that of the floors, where nothing else has been run
                self._ordered[by] = Ordered(metric, order, part, standings(competing, order, by)[1], outlines)
            return self._ordered[by]


class Boards:
    """The boards of a database. `hidden` gives the ids of entries that stand on none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boards: Latest[_Board] = Latest(_BOARDS)
        self._names: Latest[list[BoardName]] = Latest(1)
        self.hidden: Callable[[], AbstractSet[int]] = frozenset

    def names(self) -> list[BoardName]:
        """Return all that have entries, the one with the latest first; looked up anew when there is a new entry."""
        return self._names.get(last_id(self._database), lambda: board_names(self._database))

    def ordered(self, competition: str, task: Task, by: Group = "solution") -> Ordered:
        """Return who stands where on the test images; nobody where there are no entries."""
        metric = metrics_of(task)[0]
        key = (competition, task)
        board = self._boards.get(key, lambda: _Board(Outlines(self._database, competition, task, TEST, metric.name)))
        return board.ordered(metric, by, self.hidden())

    def folds(self, competition: str, task: Task, deal: str) -> tuple[list[FoldRow], list[Entry]]:
        """Return who stands where on the folds of a deal, as `deal_of` names it, and all entries on them."""
        entries = EntryStore(self._database).entries(competition=competition, task=task)
        same = [entry for entry in entries if entry.split != TEST and deal_of(entry.split) == deal]
        return floors_apart(same, partial(fold_rows, higher_is_better=metrics_of(task)[0].higher_is_better)), same


def deal_of(split: str) -> str:
    """Return what the folds of one deal have in common in their names; empty for what is no fold.

    >>> deal_of("fold 2/5 of deal ab12"), deal_of("fold 1/3"), deal_of("test")
    ('5-ab12', '3', '')
    """
    return split.partition("/")[2].replace(" of deal ", "-")
