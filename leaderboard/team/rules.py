"""The rules of a competition for its teams."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from leaderboard.errors import TeamError
from leaderboard.storage.database import Database
from leaderboard.storage.team_schema import rules

MAX_FINALS = 2  # submissions of a team and a task that are scored on the private part in the end
MAX_DAILY_LIMIT = 1_000  # submissions a day


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
