"""Entries in outline: what order and costs need of thousands of them, without what only few are asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from leaderboard.entry import Cost, Stage, Status, total_cost
from leaderboard.storage import schema
from leaderboard.storage.database import Database

PARTS = "public", "private", "all"


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """An entry with its scores by one metric and what it cost."""

    id: int
    solution: str
    identity: str
    status: Status
    metric: str | None
    created: datetime
    scores: Mapping[str, float | None]  # public, private, all
    cost: Cost

    def score(self, part: str, metric: str | None = None) -> float | None:  # noqa: ARG002 (there is but one)
        """The score of a part."""
        return self.scores[part]


@dataclass
class EntrySummaries:
    """The outlines of all entries on one board, the earliest first; `refresh` takes in those that have come since."""

    database: Database
    competition: str
    task: str
    split: str
    metric: str
    by_id: dict[int, EntrySummary] = field(default_factory=dict)

    def refresh(self) -> bool:
        """Read what is new; whether anything was.

        Ids are given in order but may come to light out of it where several write at once: the last hundred are looked
        at again.
        """
        table = schema.entries
        since = max(self.by_id, default=0) - 100
        scores = [table.c.scores[part][self.metric].as_float() for part in PARTS]
        names = (table.c[name] for name in ("id", "solution", "identity", "status", "metric", "created", "stages"))
        query = select(*names, *scores).where(table.c.id > since, *self._conditions())
        before = len(self.by_id)
        with self.database.read_transaction() as connection:
            self.by_id |= {outline.id: outline for outline in map(_outline, connection.execute(query))}
        return len(self.by_id) > before

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        for name in ("competition", "task", "split"):
            yield schema.entries.c[name] == getattr(self, name)


@dataclass(frozen=True)
class BoardSummary:
    """A competition, task and split that have entries: how many, and when the last one came."""

    competition: str
    competition_name: str
    task: str
    split: str
    entries: int
    last: datetime


def board_summaries(database: Database) -> list[BoardSummary]:
    """All boards that have entries, the one with the latest first."""
    table = schema.entries
    names = [table.c[name] for name in ("competition", "competition_name", "task", "split")]
    last = func.max(table.c.created)
    query = (
        select(*names, func.count().label("entries"), last.label("last")).group_by(*names).order_by(last.desc(), *names)
    )
    with database.read_transaction() as connection:
        return [BoardSummary(**row) for row in connection.execute(query).mappings()]


def last_id(database: Database) -> int:
    """The highest id of any entry, 0 where there is none."""
    with database.read_transaction() as connection:
        return connection.scalar(select(func.max(schema.entries.c.id))) or 0


def _outline(row: Row[Any]) -> EntrySummary:
    values: Any = row
    number, solution, identity, status, metric, created, stages, *scores = values
    cost = total_cost(tuple(Stage(**stage) for stage in stages))
    by_part = dict(zip(PARTS, scores, strict=True))
    return EntrySummary(number, solution, identity, status, metric, created, by_part, cost)
