"""The rankings of all boards, kept in memory and updated with the entries added since."""

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock
from typing import Any, Literal

from harness.data.split import TEST
from harness.errors import HarnessError
from harness.scoring.reported_metric import metric_family, reported_metric
from harness.web.data.ties import MAX_COMPARED
from harness.web.lru import LruCache
from leaderboard.board import BoardRow, Standing, board_rows, standings
from leaderboard.order import Group, Order
from leaderboard.references import is_baseline, rank_without_baselines
from leaderboard.storage.database import Database
from leaderboard.storage.entry_summaries import (
    BoardSummary,
    EntrySummaries,
    EntrySummary,
    board_metric,
    board_summaries,
    last_id,
)
from leaderboard.storage.store import EntryStore
from metrics import Metric, Task, metrics_of
from metrics import metric as metric_named

MAX_BOARDS = 32  # in memory
MAX_PARAMETERS = 24  # that a board offers as columns
_NUMBERS = re.compile(r"([0-9]+)")
_PARAMETER = re.compile(r"[(,] ?([a-z_]\w{0,39})=")

Tab = Literal["public", "private", "all"]


def rank_on_tab(standing: Standing[Any], tab: Tab) -> int | None:
    """Return the rank of an entry on a tab; None if it is unranked."""
    return standing.private_rank if tab == "private" else standing.rank


@dataclass(frozen=True)
class RankedBoard:
    """The board of a task on the test images: the part that ranks, the standings, and all entries, oldest first."""

    metric: Metric
    order: Order
    part: str
    standings: list[Standing[EntrySummary]]
    summaries: list[EntrySummary]

    @cached_property
    def other_metrics(self) -> list[str]:
        """The names of the metrics that entries have scores by, besides the one that ranks: precision@5 before @10."""
        names = {name for summary in self.summaries for scores in summary.all_scores.values() for name in scores}
        return sorted(
            names - {self.metric.name},
            key=lambda name: [int(part) if part.isdecimal() else part for part in _NUMBERS.split(name)],
        )

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the parameters of most identities, at most MAX_PARAMETERS, the most frequent first."""
        counts = Counter(name for summary in self.summaries for name in set(_PARAMETER.findall(summary.identity)))
        return [name for name, _ in counts.most_common(MAX_PARAMETERS)]

    def leaders(self, tab: Tab) -> list[int]:
        """Return the best entry of a tab and the next `MAX_COMPARED`, which are tested for ties with it."""
        ranked = {rank: standing.entry.id for standing in self.standings if (rank := rank_on_tab(standing, tab))}
        return [ranked[rank] for rank in sorted(ranked)[: MAX_COMPARED + 1]]


class _TaskBoard:
    """The boards of one competition and task, by solution and by identity. Thread-safe."""

    def __init__(self, summaries: EntrySummaries) -> None:
        self._summaries, self._lock = summaries, Lock()
        self._ranked: dict[Group, RankedBoard] = {}
        self._hidden: AbstractSet[int] = frozenset()

    def ranked(self, metric: Metric, by: Group, hidden: AbstractSet[int]) -> RankedBoard:
        """Return the board without the hidden entries, ranked again if entries have been added or hidden since."""
        with self._lock:
            if self._summaries.refresh() or hidden != self._hidden:
                self._ranked.clear()
                self._hidden = hidden
            if by not in self._ranked:
                order = Order(metric.name, metric.higher_is_better)
                summaries = [summary for summary in self._summaries.by_id.values() if summary.id not in hidden]
                competing = [summary for summary in summaries if not is_baseline(summary)]
                part = order.ranking_part(summaries)  # the baselines' part, if there is no other entry
                self._ranked[by] = RankedBoard(metric, order, part, standings(competing, order, by)[1], summaries)
            return self._ranked[by]


class BoardCache:
    """The boards of a database. `hidden` returns the ids of entries that appear on no board."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boards: LruCache[_TaskBoard] = LruCache(MAX_BOARDS)
        self._names: LruCache[list[BoardSummary]] = LruCache(1)
        self.hidden: Callable[[], AbstractSet[int]] = frozenset

    def names(self) -> list[BoardSummary]:
        """Return all boards that have entries, the one with the latest entry first."""
        return self._names.get(last_id(self._database), lambda: board_summaries(self._database))

    def ranked(self, competition: str, task: Task, by: Group = "solution", metric_name: str = "") -> RankedBoard:
        """Return the board of a task on the test images; it is empty without entries.

        `metric_name` is another metric than the one that ranks; an unknown one means that.
        """
        metric = self._metric(competition, task, metric_name)
        summaries = partial(EntrySummaries, self._database, competition, task, TEST, metric.name)
        board = self._boards.get((competition, task, metric.name), lambda: _TaskBoard(summaries()))
        return board.ranked(metric, by, self.hidden())

    def _metric(self, competition: str, task: Task, name: str) -> Metric:
        stored = board_metric(self._database, competition, task, TEST)
        try:
            default = metric_named(stored) if stored else metrics_of(task)[0]
            return reported_metric(name, task, metric_family(default)) if name else default
        except (HarnessError, ValueError):
            return metrics_of(task)[0] if not name else self._metric(competition, task, "")

    def sample(self, competition: str, task: Task, split: str) -> list[BoardRow]:
        """Return the board of a sample of the test images, with a row for each set of parameters."""
        stored, hidden = (
            EntryStore(self._database).entries(competition=competition, task=task, split=split),
            self.hidden(),
        )
        rows_of = partial(board_rows, higher_is_better=metrics_of(task)[0].higher_is_better, best_of="identity")
        return rank_without_baselines([entry for entry in stored if entry.id not in hidden], rows_of)


def fold_set_of(split: str) -> str:
    """Return the part of a fold's name that all folds of one cross-validation share; empty for other splits.

    >>> fold_set_of("fold 2/5 of deal ab12"), fold_set_of("fold 1/3"), fold_set_of("test")
    ('5-ab12', '3', '')
    """
    return split.partition("/")[2].replace(" of deal ", "-")
