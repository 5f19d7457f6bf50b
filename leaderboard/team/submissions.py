"""The submissions of teams, and the finals among them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import RowMapping, Select, func, insert, select, update

from leaderboard.entry import Entry
from leaderboard.errors import TeamError
from leaderboard.order import Order
from leaderboard.storage.database import Database
from leaderboard.storage.schema import scorings, submissions, teams
from leaderboard.team.accounts import Team
from leaderboard.team.rules import MAX_FINALS, CompetitionRules, DailyUsage, daily_usage, require_within_limits

SubmissionStatus = Literal["queued", "running", "scored", "rejected", "failed"]


@dataclass(frozen=True)
class Upload:
    """A completely received file, with the id of its future submission and the team's description of it."""

    id: str
    competition: str
    task: str
    file_name: str
    message: str
    digest: str  # SHA-256 of the uploaded file
    size: int  # bytes
    links: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Submission(Upload):
    """A submission of a team. `number` counts from 1 within its team, competition and task.

    `report` lists the faults of the file, one a line. `entry` is the id of its entry, None before it is scored.
    `hidden` is the reason why it is on no board, None if it is not hidden.
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
        """Add a submission to the queue and return it; a file that the team submitted before gives its old submission.

        Raises TeamError after the deadline, and LimitError if the team has reached today's limit.
        """
        with self._database.write_transaction() as connection:
            connection.execute(select(teams.c.id).where(teams.c.id == team.id).with_for_update())  # one at a time
            own = _of(team, upload.competition, upload.task)
            same_file = submissions_query().where(*own, submissions.c.digest == upload.digest)
            if (row := connection.execute(same_file).mappings().first()) is not None:
                return submission_from_row(row)
            require_within_limits(rules, daily_usage(connection, team.id, upload.competition, upload.task, now), now)
            number = 1 + (connection.scalar(select(func.max(submissions.c.number)).where(*own)) or 0)
            new = {"number": number, "received": now, "status": "queued", "report": [], "chosen": False, "attempts": 0}
            values = {**vars(upload), "links": list(upload.links) or None}
            connection.execute(insert(submissions).values(**values, team=team.id, **new))
            added = connection.execute(submissions_query().where(submissions.c.id == upload.id))
            return submission_from_row(added.mappings().one())

    def daily_usage(self, team: Team, competition: str, task: str, now: datetime) -> DailyUsage:
        """The number of a team's submissions on the UTC day of `now`."""
        with self._database.read_transaction() as connection:
            return daily_usage(connection, team.id, competition, task, now)

    def find(self, submission_id: str) -> Submission | None:
        """The submission with an id, None if there is none."""
        matches = self._select(submissions.c.id == submission_id) if is_submission_id(submission_id) else []
        return matches[0] if matches else None

    def find_all(self, team: Team | None = None, competition: str | None = None) -> list[Submission]:
        """The submissions of a team to a competition (None matches any), the newest first."""
        filters = {"team": team and team.id, "competition": competition}
        return self._select(*(submissions.c[name] == value for name, value in filters.items() if value is not None))

    def choose(self, team: Team, ids: Collection[str], rules: CompetitionRules, task: str, now: datetime) -> None:
        """Replace a team's chosen finals, at most MAX_FINALS.

        Raises TeamError after the deadline, for too many, and for ids that are not scored submissions of the team.
        """
        count, valid_ids = len(set(ids)), [each for each in ids if is_submission_id(each)]
        if rules.is_closed(now):
            raise TeamError("the competition is closed; finals can no longer be changed")
        if count > MAX_FINALS:
            raise TeamError(f"choose at most {MAX_FINALS} finals, not {count}")
        own = _of(team, rules.competition, task)
        with self._database.write_transaction() as connection:
            connection.execute(update(submissions).where(*own).values(chosen=False))
            scored = submissions.c.id.in_(valid_ids), submissions.c.status == "scored"
            if connection.execute(update(submissions).where(*own, *scored).values(chosen=True)).rowcount < count:
                raise TeamError("a final must be a submission of the team that has a score")

    def describe(self, submission_id: str, message: str, links: Collection[str]) -> None:
        """Replace the description and the links of a submission."""
        values = {"message": message, "links": list(links) or None}
        with self._database.write_transaction() as connection:
            connection.execute(update(submissions).where(submissions.c.id == submission_id).values(**values))

    def hide(self, submission_id: str, reason: str | None) -> None:
        """Hide a submission from the board for a reason; None shows it again."""
        with self._database.write_transaction() as connection:
            connection.execute(update(submissions).where(submissions.c.id == submission_id).values(hidden=reason))

    def hidden_entries(self) -> set[int]:
        """The ids of the entries of hidden submissions."""
        query = select(scorings.c.entry).join(submissions).where(submissions.c.hidden.is_not(None))
        with self._database.read_transaction() as connection:
            return set(connection.scalars(query))

    def _select(self, *conditions: Any) -> list[Submission]:
        newest = submissions.c.received.desc(), submissions.c.number.desc(), submissions.c.id
        with self._database.read_transaction() as connection:
            rows = connection.execute(submissions_query().where(*conditions).order_by(*newest)).mappings()
            return [submission_from_row(row) for row in rows]


def team_finals(own_submissions: Iterable[Submission], entries: Iterable[Entry], order: Order) -> set[int]:
    """The entry ids of a team's finals: the chosen ones, filled up to MAX_FINALS with its best public ones.

    The submissions and their entries are of one team, competition and task; hidden ones are left out.
    """
    chosen = {each.entry: each.chosen for each in own_submissions if each.entry is not None and each.hidden is None}
    own = [entry for entry in entries if entry.id in chosen]
    best = order.best_first(own, order.ranking_part(own))
    first = sorted((entry.id for entry in best if entry.id is not None), key=lambda entry_id: not chosen[entry_id])
    return set(first[:MAX_FINALS])


def is_submission_id(text: str) -> bool:
    """Whether a text has the form of a submission id, so that it is safe as a file name.

    >>> is_submission_id("0" * 32), is_submission_id("../secret")
    (True, False)
    """
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def submissions_query() -> Select[Any]:
    """The query whose rows `submission_from_row` reads."""
    names = [field.name for field in fields(Submission) if field.name not in ("team", "entry")]
    columns = [submissions.c[name] for name in names]
    joined = submissions.join(teams).outerjoin(scorings)
    return select(*columns, teams.c.name.label("team"), scorings.c.entry).select_from(joined)


def submission_from_row(row: RowMapping) -> Submission:
    """The submission of a row."""
    links = tuple(map(str, row["links"] or ()))
    return Submission(**{**row, "report": tuple(map(str, row["report"])), "links": links})


def _of(team: Team, competition: str, task: str) -> tuple[Any, ...]:
    return submissions.c.team == team.id, submissions.c.competition == competition, submissions.c.task == task
