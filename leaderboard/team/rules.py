"""The rules of a competition for its teams, and the limits on their submissions."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select

from leaderboard.errors import LimitError, TeamError
from leaderboard.storage.database import Database
from leaderboard.storage.schema import rules, submissions

MAX_FINALS = 2  # submissions of a team and a task that are scored on the private part in the end
MAX_DAILY_LIMIT = 1_000  # submissions a day
COUNTED_STATUSES = "queued", "running", "scored", "failed"  # towards the daily limit; rejected submissions do not count
MAX_RECEIVED_FACTOR = 4  # times the daily limit: the limit on all files, rejected ones included


@dataclass(frozen=True)
class CompetitionRules:
    """The rules of a competition. After the deadline (None: never) submissions are closed and private scores shown.

    `daily_limit` is per team, task and UTC day. With `ladder` the Ladder mechanism releases the public scores. Raises
    TeamError for a limit below 1 or above MAX_DAILY_LIMIT, and ValueError for a deadline without a time zone.
    """

    competition: str
    deadline: datetime | None = None
    daily_limit: int = 5
    ladder: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.daily_limit <= MAX_DAILY_LIMIT:
            raise TeamError(f"a daily limit is 1 to {MAX_DAILY_LIMIT} submissions, not {self.daily_limit}")
        if self.deadline is not None and self.deadline.tzinfo is None:
            raise ValueError("a deadline needs a time zone")

    def is_closed(self, now: datetime) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and now >= self.deadline


class RulesStore:
    """The rules of all competitions. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, competition: str) -> CompetitionRules:
        """The stored rules, or the defaults."""
        with self._database.read_transaction() as connection:
            row = connection.execute(select(rules).where(rules.c.competition == competition)).mappings().first()
            return CompetitionRules(competition) if row is None else CompetitionRules(**row)

    def set(self, competition: str, **changed: Any) -> CompetitionRules:
        """Change some rules, store and return them."""
        new = replace(self.get(competition), **changed)
        row = {**vars(new), "deadline": new.deadline and new.deadline.astimezone(UTC)}
        with self._database.write_transaction() as connection:
            connection.execute(delete(rules).where(rules.c.competition == competition))
            connection.execute(insert(rules).values(row))
        return new


@dataclass(frozen=True)
class DailyUsage:
    """A team's submissions on a UTC day: those that count towards the limit, and all, rejected ones included."""

    counted: int
    received: int

    def remaining(self, rules: CompetitionRules) -> int:
        """How many more submissions the team may make."""
        return max(0, min(rules.daily_limit - self.counted, MAX_RECEIVED_FACTOR * rules.daily_limit - self.received))


def daily_usage(connection: Connection, team: int, competition: str, task: str, now: datetime) -> DailyUsage:
    """The submissions of a team to a competition and task on the day of `now`."""
    counts = case((submissions.c.status.in_(COUNTED_STATUSES), 1), else_=0)
    query = select(func.coalesce(func.sum(counts), 0), func.count()).where(
        submissions.c.team == team,
        submissions.c.competition == competition,
        submissions.c.task == task,
        submissions.c.received >= start_of_day(now),
    )
    counted, received = connection.execute(query).one()
    return DailyUsage(int(counted), int(received))


def require_within_limits(rules: CompetitionRules, today: DailyUsage, now: datetime) -> None:
    """Raise TeamError after the deadline, LimitError if the team has reached today's limit."""
    if rules.is_closed(now):
        raise TeamError(f"submissions closed at {rules.deadline:%Y-%m-%d %H:%M} UTC")
    if not today.remaining(rules):
        used = today.counted >= rules.daily_limit
        what = f"all {rules.daily_limit} submissions" if used else f"{today.received} files, most of them rejected,"
        minutes = -((now - start_of_day(now) - timedelta(days=1)) // timedelta(minutes=1))
        wait = f"{minutes // 60} h {minutes % 60} min"
        raise LimitError(f"{what} of today were made; the next is possible at 00:00 UTC, in {wait}")


def start_of_day(now: datetime) -> datetime:
    """The start of the UTC day.

    >>> print(start_of_day(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)))
    2026-03-01 00:00:00+00:00
    """
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
