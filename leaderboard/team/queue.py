"""The queue of submissions that wait to be scored: each is scored by one at a time, and entered once.

Who claims a submission holds it for LEASE and must renew that while it works; when it is killed, another may claim it.
What it came to is entered in the transaction that ends the claim, so that whoever has lost the claim enters nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from numpy.typing import ArrayLike
from sqlalchemy import and_, insert, or_, select, update

from leaderboard.entry import Entry
from leaderboard.storage.database import Database
from leaderboard.storage.store import prepare_insert
from leaderboard.storage.team_schema import scorings, submissions
from leaderboard.team.submissions import Submission, submissions_query, submission_from_row

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3  # after so many ended scorers it is the file's fault
GIVEN_UP = (
    f"the scorer was ended {MAX_ATTEMPTS} times before it had a score; whoever runs the server can have it tried again"
)


@dataclass(frozen=True)
class Claim:
    """The right to score a submission; `secret` is another one each time."""

    submission: Submission
    secret: str


class SubmissionQueue:
    """The queue of a database. Every method raises StoreError if it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime) -> Claim | None:
        """The right to score the submission that has waited longest, None where none waits."""
        free = or_(submissions.c.status == "queued", and_(submissions.c.status == "running", submissions.c.lease < now))
        first = select(submissions.c.id).where(free).order_by(submissions.c.received, submissions.c.id).limit(1)
        with self._database.write_transaction() as connection:
            connection.execute(
                update(submissions)
                .where(free, submissions.c.attempts >= MAX_ATTEMPTS)
                .values(status="failed", report=[GIVEN_UP], claim=None, lease=None)
            )
            found = connection.scalar(first.with_for_update(skip_locked=True))
            if found is None:
                return None
            values = {"status": "running", "claim": token_hex(16), "lease": now + LEASE}
            attempts = submissions.c.attempts + 1
            connection.execute(update(submissions).where(submissions.c.id == found).values(**values, attempts=attempts))
            row = connection.execute(submissions_query().where(submissions.c.id == found)).mappings().one()
            return Claim(submission_from_row(row), str(values["claim"]))

    def renew(self, claim: Claim, now: datetime) -> bool:
        """Whether the claim still holds; then it does so for another LEASE."""
        return self._change(claim, lease=now + LEASE)

    def enter(
        self,
        claim: Claim,
        entry: Entry,
        per_query: Mapping[str, ArrayLike],
        query_ids: Sequence[str],
        report: Sequence[str],
        released: int | None = None,
    ) -> Entry | None:
        """The entry of a submission, once it is stored; None where the claim does not hold any more.

        `released` is the entry whose public score the team was told, None for the new one.
        """
        insert_entry = prepare_insert(entry, per_query, query_ids)
        ended = {"status": "scored", "report": list(report), "claim": None, "lease": None}
        with self._database.write_transaction() as connection:
            if not connection.execute(_held(claim).values(**ended)).rowcount:
                return None
            entered = insert_entry(connection)
            row = {"submission": claim.submission.id, "entry": entered.id, "released": released or entered.id}
            connection.execute(insert(scorings).values(row))
            return entered

    def reject(self, claim: Claim, report: Sequence[str]) -> bool:
        """Whether the claim was held, and the submission is rejected for what the report says."""
        return self._change(claim, status="rejected", report=list(report), claim=None, lease=None)

    def fail(self, claim: Claim, reason: str) -> bool:
        """Whether the claim was held, and the submission is failed for a reason that is not its team's fault."""
        return self._change(claim, status="failed", report=[reason], claim=None, lease=None)

    def retry(self, submission_id: str) -> bool:
        """Whether the submission had failed, and waits again."""
        failed = submissions.c.id == submission_id, submissions.c.status == "failed"
        with self._database.write_transaction() as connection:
            new = update(submissions).where(*failed).values(status="queued", report=[], attempts=0)
            return bool(connection.execute(new).rowcount)

    def last_released(self, submission: Submission) -> int | None:
        """The entry whose public score was told after the team's submission before this one; None after none."""
        this = select(submissions.c.team).where(submissions.c.id == submission.id).scalar_subquery()
        same = (
            submissions.c.team == this,
            submissions.c.competition == submission.competition,
            submissions.c.task == submission.task,
            submissions.c.number < submission.number,
        )
        query = select(scorings.c.released).join(submissions).where(*same).order_by(submissions.c.number.desc())
        with self._database.read_transaction() as connection:
            return connection.scalar(query.limit(1))

    def _change(self, claim: Claim, /, **values: Any) -> bool:
        with self._database.write_transaction() as connection:
            return bool(connection.execute(_held(claim).values(**values)).rowcount)


def _held(claim: Claim) -> Any:
    return update(submissions).where(submissions.c.id == claim.submission.id, submissions.c.claim == claim.secret)
