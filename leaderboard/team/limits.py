"""Limits on the number of submissions of a team."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, case, func, select

from leaderboard.errors import LimitError, TeamError
from leaderboard.storage.team_schema import submissions
from leaderboard.team.rules import CompetitionRules

COUNTED_STATUSES = "queued", "running", "scored"  # these count towards the daily limit; rejected submissions do not
MAX_RECEIVED_FACTOR = 4  # times the daily limit: the limit on all files, rejected ones included


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
