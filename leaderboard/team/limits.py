"""How much a team may hand in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, case, func, select

from leaderboard.errors import LimitError, TeamError
from leaderboard.storage.team_schema import submissions
from leaderboard.team.rules import CompetitionRules

COUNTED_STATUSES = "queued", "running", "scored"  # of the daily limit: what was rejected costs nothing
MAX_RECEIVED_FACTOR = 4  # times the daily limit, what may be handed in at all


@dataclass(frozen=True)
class DailyUsage:
    """How many submissions of a team count for the day of UTC, and how many it has handed in, rejected ones too."""

    counted: int
    received: int

    def remaining(self, rules: CompetitionRules) -> int:
        """How many more the team may hand in."""
        return max(0, min(rules.daily_limit - self.counted, MAX_RECEIVED_FACTOR * rules.daily_limit - self.received))


def daily_usage(connection: Connection, team: int, competition: str, task: str, now: datetime) -> DailyUsage:
    """What a team has handed in to a competition and task on the day of `now`."""
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
    """Raise TeamError after the deadline, LimitError where a team has handed in all it may today."""
    if rules.is_closed(now):
        raise TeamError(f"the competition was over at {rules.deadline:%Y-%m-%d %H:%M} UTC; nothing more is taken")
    if not today.remaining(rules):
        used = today.counted >= rules.daily_limit
        what = f"all {rules.daily_limit} submissions" if used else f"{today.received} files, most of them rejected,"
        minutes = -((now - start_of_day(now) - timedelta(days=1)) // timedelta(minutes=1))
        wait = f"{minutes // 60} h {minutes % 60} min"
        raise LimitError(f"{what} of today were handed in; the next may come at 00:00 UTC, in {wait}")


def start_of_day(now: datetime) -> datetime:
    """When the day of UTC began.

    >>> print(midnight(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)))
    2026-03-01 00:00:00+00:00
    """
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
