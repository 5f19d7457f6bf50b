"""Lightweight projections of entries (scores of one metric, cost, time) for ranking thousands of rows quickly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from leaderboard.entry import Cost, Stage, Status, total_cost
from leaderboard.order import PARTS
from leaderboard.storage import schema
from leaderboard.storage.database import Database
from leaderboard.storage.entry_digest import FIELDS, KEY, require_intact

_COLUMNS = ("id", "created", "seed", "stages", "intervals", *FIELDS)


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """An entry with its scores by one metric, and by all, and its cost.

    `intervals` are the bounds of the scores by the metric that ranks, by part; empty by another metric.
    """

    id: int
    solution: str
    identity: str
    status: Status
    metric: str | None
    created: datetime
    scores: Mapping[str, float | None]  # public, private, all
    cost: Cost
    seed: int = 0
    all_scores: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)  # part -> metric -> score
    intervals: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def score(self, part: str, metric: str | None = None) -> float | None:  # noqa: ARG002 (scores are of a single metric)
        """The score of a part."""
        return self.scores[part]


@dataclass
class EntrySummaries:
    """The summaries of all entries of one board by id; `refresh` adds those that were stored since the last call."""

    database: Database
    competition: str
    task: str
    split: str
    metric: str
    by_id: dict[int, EntrySummary] = field(default_factory=dict)

    def refresh(self) -> bool:
        """Read new entries; return whether there were any.

        Ids ascend, but with several writers they can become visible in another order, so the last hundred are read
        again.
        """
        table = schema.entries
        since = max(self.by_id, default=0) - 100
        digest = table.c.versions[KEY].as_string()
        own_board = (table.c[name] == getattr(self, name) for name in ("competition", "task", "split"))
        query = select(*(table.c[name] for name in _COLUMNS), digest).where(table.c.id > since, *own_board)
        before = len(self.by_id)
        with self.database.read_transaction() as connection:
            summaries = (_summary(tuple(row), self.metric) for row in connection.execute(query))
            self.by_id |= {summary.id: summary for summary in summaries}
        return len(self.by_id) > before


@dataclass(frozen=True)
class BoardSummary:
    """A competition, task and split that have entries: their number and the time of the last one."""

    competition: str
    competition_name: str
    task: str
    split: str
    entries: int
    last: datetime


def board_metric(database: Database, competition: str, task: str, split: str) -> str | None:
    """The metric that the latest scored entry of a board names, None without one."""
    table = schema.entries
    own_board = table.c.competition == competition, table.c.task == task, table.c.split == split
    query = select(table.c.metric).where(*own_board, table.c.status == "scored").order_by(table.c.id.desc()).limit(1)
    with database.read_transaction() as connection:
        return connection.scalar(query)


def board_summaries(database: Database) -> list[BoardSummary]:
    """All boards that have entries, the one with the latest entry first."""
    table = schema.entries
    names = [table.c[name] for name in ("competition", "competition_name", "task", "split")]
    last = func.max(table.c.created)
    query = select(*names, func.count().label("entries"), last.label("last")).group_by(*names)
    with database.read_transaction() as connection:
        return [BoardSummary(**row) for row in connection.execute(query.order_by(last.desc(), *names)).mappings()]


def last_id(database: Database) -> int:
    """The highest id of any entry, 0 if there is none."""
    with database.read_transaction() as connection:
        return connection.scalar(select(func.max(schema.entries.c.id))) or 0


def _summary(row: Sequence[Any], metric: str) -> EntrySummary:
    """Return the summary of an entry; ValueError if it was changed."""
    values: dict[str, Any] = dict(zip(_COLUMNS, row[:-1], strict=True))
    require_intact(values, row[-1])
    scores, cost = values["scores"], total_cost(tuple(Stage(**stage) for stage in values["stages"]))
    by_part = {part: scores.get(part, {}).get(metric) for part in PARTS}
    plain = {name: values[name] for name in ("id", "solution", "identity", "status", "metric", "created", "seed")}
    intervals = (values["intervals"] or {}) if values["metric"] == metric else {}
    return EntrySummary(**plain, scores=by_part, cost=cost, all_scores=scores, intervals=intervals)
