"""The queue of submissions to be scored: one worker at a time scores each, and each gets one entry.

A worker's claim on a submission lasts for LEASE and must be renewed while it works; if the worker is killed, another
can claim the submission. The entry is stored in the transaction that ends the claim, so a worker that has lost its
claim stores nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from numpy.typing import ArrayLike
from sqlalchemy import Connection, and_, insert, or_, select, update

from leaderboard.entry import Entry
from leaderboard.storage.database import Database
from leaderboard.storage.schema import scorings, submissions
from leaderboard.storage.store import prepare_insert
from leaderboard.team.submissions import Submission, submission_from_row, submissions_query

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3  # after so many killed workers the file is at fault
GIVEN_UP = f"the scorer was killed {MAX_ATTEMPTS} times before it had a score; an admin can retry the submission"


@dataclass(frozen=True)
class Claim:
    """A worker's exclusive right to score a submission; `secret` is new for each claim."""

    submission: Submission
    secret: str


class SubmissionQueue:
    """The queue in a database. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime) -> Claim | None:
        """Claim the submission that has waited longest; None if none waits."""
        free = or_(submissions.c.status == "queued", and_(submissions.c.status == "running", submissions.c.lease < now))
        first = select(submissions.c.id).where(free).order_by(submissions.c.received, submissions.c.id).limit(1)
        with self._database.write_transaction() as connection:
            given_up = update(submissions).where(free, submissions.c.attempts >= MAX_ATTEMPTS)
            connection.execute(given_up.values(status="failed", report=[GIVEN_UP], claim=None, lease=None))
            submission_id = connection.scalar(first.with_for_update(skip_locked=True))
            return None if submission_id is None else _claim(connection, submission_id, now)

    def renew(self, claim: Claim, now: datetime) -> bool:
        """Renew a claim for another LEASE; return whether it was still valid."""
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
        """Store the entry of a submission and return it; None if the claim is no longer valid.

        `released` is the entry whose public score is released to the team, None for the new entry.
        """
        insert_entry = prepare_insert(entry, per_query, query_ids)
        ended = {"status": "scored", "report": list(report), "claim": None, "lease": None}
        with self._database.write_transaction() as connection:
            if not connection.execute(_update_claimed(claim).values(**ended)).rowcount:
                return None
            entered = insert_entry(connection)
            row = {"submission": claim.submission.id, "entry": entered.id, "released": released or entered.id}
            connection.execute(insert(scorings).values(row))
            return entered

    def reject(self, claim: Claim, report: Sequence[str]) -> bool:
        """Reject a submission with a report; return whether the claim was valid."""
        return self._change(claim, status="rejected", report=list(report), claim=None, lease=None)

    def fail(self, claim: Claim, reason: str) -> bool:
        """Mark a submission as failed for a reason that is not the team's fault; return whether the claim was valid."""
        return self._change(claim, status="failed", report=[reason], claim=None, lease=None)

    def retry(self, submission_id: str) -> bool:
        """Queue a failed submission again; return whether it had failed."""
        failed = submissions.c.id == submission_id, submissions.c.status == "failed"
        with self._database.write_transaction() as connection:
            new = update(submissions).where(*failed).values(status="queued", report=[], attempts=0)
            return bool(connection.execute(new).rowcount)

    def last_released(self, submission: Submission) -> int | None:
        """The entry whose public score was released after the team's previous submission; None for the first."""
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
            return bool(connection.execute(_update_claimed(claim).values(**values)).rowcount)


def _update_claimed(claim: Claim) -> Any:
    return update(submissions).where(submissions.c.id == claim.submission.id, submissions.c.claim == claim.secret)


def _claim(connection: Connection, submission_id: str, now: datetime) -> Claim:
    """Mark the submission as claimed from now on."""
    secret, attempts, this = token_hex(16), submissions.c.attempts + 1, submissions.c.id == submission_id
    claimed = {"status": "running", "claim": secret, "lease": now + LEASE, "attempts": attempts}
    connection.execute(update(submissions).where(this).values(claimed))
    row = connection.execute(submissions_query().where(this)).mappings().one()
    return Claim(submission_from_row(row), secret)
