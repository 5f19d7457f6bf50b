"""What teams have handed in."""

import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from leaderboard.errors import TeamError
from leaderboard.storage.database import Database
from leaderboard.storage.team_schema import scorings, submissions, teams
from leaderboard.team.accounts import Team
from leaderboard.team.limits import DailyUsage, require_within_limits, daily_usage
from leaderboard.team.rules import MAX_FINALS, CompetitionRules

SubmissionStatus = Literal["queued", "running", "scored", "rejected", "failed"]


@dataclass(frozen=True)
class Upload:
    """A file that has been received whole: the id that its submission will have, and what its team says of it."""

    id: str
    competition: str
    task: str
    file_name: str
    message: str
    digest: str  # SHA-256 of the file as it came
    size: int  # bytes


@dataclass(frozen=True)
class Submission(Upload):
    """A file that a team has handed in. `number` counts from 1 in its team, competition and task.

    `report` says line by line what is wrong with the file; `entry` is the id of what it came to on the board, None
    before it is scored. A hidden one is on no board, and `hidden` says why.
    """

    team: str
    number: int
    received: datetime
    status: SubmissionStatus
    report: tuple[str, ...]
    chosen: bool
    hidden: str | None
    attempts: int
    entry: int | None


class Submissions:
    """The submissions of all teams. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, team: Team, upload: Upload, rules: CompetitionRules, now: datetime) -> Submission:
        """The new submission, which waits to be scored, or that of the very same file, if the team has handed it in.

        Raises TeamError after the deadline, and LimitError when the team has handed in all it may today.
        """
        with self._database.write_transaction() as connection:
            connection.execute(select(teams.c.id).where(teams.c.id == team.id).with_for_update())  # one at a time
            own = _of(team, upload.competition, upload.task)
            known = connection.execute(submissions_query().where(*own, submissions.c.digest == upload.digest)).mappings().first()
            if known is not None:
                return submission_from_row(known)
            require_within_limits(rules, daily_usage(connection, team.id, upload.competition, upload.task, now), now)
            number = 1 + (connection.scalar(select(func.max(submissions.c.number)).where(*own)) or 0)
            new = {"number": number, "received": now, "status": "queued", "report": [], "chosen": False, "attempts": 0}
            connection.execute(insert(submissions).values(**vars(upload), team=team.id, **new))
            return _one(connection, upload.id)

    def daily_usage(self, team: Team, competition: str, task: str, now: datetime) -> DailyUsage:
        """How much a team has handed in on the day of UTC."""
        with self._database.read_transaction() as connection:
            return daily_usage(connection, team.id, competition, task, now)

    def find(self, submission_id: str) -> Submission | None:
        """The submission of an id, or None."""
        return next(iter(self._found(submissions.c.id == submission_id)), None) if is_submission_id(submission_id) else None

    def find_all(self, team: Team | None = None, competition: str | None = None) -> list[Submission]:
        """The submissions of a team (None: any) to a competition (None: any), the newest first."""
        wanted = {"team": team and team.id, "competition": competition}
        return self._found(*(submissions.c[name] == value for name, value in wanted.items() if value is not None))

    def choose(self, team: Team, ids: Collection[str], rules: CompetitionRules, task: str, now: datetime) -> None:
        """Choose a team's finals anew, at most FINALS.

        Raises TeamError after the deadline, for more, and for what is none of the team's scored submissions.
        """
        count, known = len(set(ids)), [each for each in ids if is_submission_id(each)]
        if rules.is_closed(now):
            raise TeamError("the competition is over, and its finals are chosen")
        if count > MAX_FINALS:
            raise TeamError(f"choose at most {MAX_FINALS} finals, not {count}")
        own = _of(team, rules.competition, task)
        with self._database.write_transaction() as connection:
            connection.execute(update(submissions).where(*own).values(chosen=False))
            scored = submissions.c.id.in_(known), submissions.c.status == "scored"
            if connection.execute(update(submissions).where(*own, *scored).values(chosen=True)).rowcount < count:
                raise TeamError("a final must be a submission of the team that has a score")

    def hide(self, submission_id: str, reason: str | None) -> None:
        """Take a submission off the board, or put it back where the reason is None."""
        with self._database.write_transaction() as connection:
            connection.execute(update(submissions).where(submissions.c.id == submission_id).values(hidden=reason))

    def hidden_entries(self) -> set[int]:
        """The ids of entries that are on no board."""
        query = select(scorings.c.entry).join(submissions).where(submissions.c.hidden.is_not(None))
        with self._database.read_transaction() as connection:
            return set(connection.scalars(query))

    def _found(self, *conditions: Any) -> list[Submission]:
        newest = submissions.c.received.desc(), submissions.c.number.desc(), submissions.c.id
        with self._database.read_transaction() as connection:
            rows = connection.execute(submissions_query().where(*conditions).order_by(*newest)).mappings()
            return [submission_from_row(row) for row in rows]


def is_submission_id(text: str) -> bool:
    """Whether a text may be the id of a submission, and with that the name of a file.

    >>> is_id("0" * 32), is_id("../secret")
    (True, False)
    """
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def submissions_query() -> Select[Any]:
    """The query of what `submission_in` reads."""
    names = [field.name for field in fields(Submission) if field.name not in ("team", "entry")]
    columns = [submissions.c[name] for name in names]
    joined = submissions.join(teams).outerjoin(scorings)
    return select(*columns, teams.c.name.label("team"), scorings.c.entry).select_from(joined)


def submission_from_row(row: RowMapping) -> Submission:
    """The submission in a row."""
    return Submission(**{**row, "report": tuple(map(str, row["report"]))})


def _one(connection: Connection, submission_id: str) -> Submission:
    return submission_from_row(connection.execute(submissions_query().where(submissions.c.id == submission_id)).mappings().one())


def _of(team: Team, competition: str, task: str) -> tuple[Any, ...]:
    return submissions.c.team == team.id, submissions.c.competition == competition, submissions.c.task == task
