"""The queue of submissions to be scored: one worker at a time scores each, and each gets one entry.

A worker's claim on a submission lasts for LEASE and must be renewed while it works; if the worker is killed, another
can claim the submission. The entry is stored in the transaction that ends the claim, so a worker that has lost its
claim stores nothing.

Teams take turns: at most one submission of a team is scored at a time, and the team with the fewest submissions scored
within a day comes first. What is not the file's fault returns a submission to the queue; it is never the end of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from numpy.typing import ArrayLike
from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from leaderboard.entry import Entry
from leaderboard.storage.database import Database
from leaderboard.storage.schema import scorings, submissions
from leaderboard.storage.store import prepare_insert
from leaderboard.team.submissions import Submission, submission_from_row, submissions_query

LEASE = timedelta(seconds=15)
RETRY_DELAY = timedelta(seconds=30)  # after which a submission is scored again
MAX_ATTEMPTS = 3  # of scoring a file that ended its worker
TURN = timedelta(days=1)  # for which a team's scored submissions are counted


@dataclass(frozen=True)
class Claim:
    """A worker's exclusive right to score a submission; `secret` is new for each claim."""

    submission: Submission
    secret: str


class SubmissionQueue:
    """The queue in a database. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime, competitions: Collection[str] | None = None, worker: str = "") -> Claim | None:
        """Claim the next submission to one of the competitions (None: to any); None if none waits.

        `worker` names the process that scores it, at most 16 characters, for `release`.
        """
        first = _waiting(now, competitions).limit(1)
        with self._database.read_transaction() as connection:
            if connection.scalar(first) is None:
                return None
        with self._database.write_transaction() as connection:
            submission_id = connection.scalar(first.with_for_update(skip_locked=True))
            return None if submission_id is None else _claim(connection, submission_id, now, worker)

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
        """Mark a submission as failed because of its file; return whether the claim was valid."""
        return self._change(claim, status="failed", report=[reason], claim=None, lease=None)

    def postpone(self, claim: Claim, reason: str, now: datetime) -> bool:
        """Return a submission to the queue for a reason that is not the file's; return whether the claim was valid."""
        return self._change(claim, **_queued_again(now, RETRY_DELAY, reason))

    def release(self, worker: str, now: datetime, crash: str | None = None) -> None:
        """Return the submission of a dead worker to the queue.

        `crash` says how the file ended the worker, None if it was something else. A file that ends MAX_ATTEMPTS
        workers has failed.
        """
        own = submissions.c.status == "running", submissions.c.claim.startswith(worker, autoescape=True)
        with self._database.write_transaction() as connection:
            if crash is None:
                connection.execute(update(submissions).where(*own).values(**_queued_again(now, timedelta(0))))
                return
            last = submissions.c.attempts + 1 >= MAX_ATTEMPTS
            ended = {"attempts": submissions.c.attempts + 1, "claim": None, "lease": now + RETRY_DELAY}
            report = [f"scoring the file {crash}, {MAX_ATTEMPTS} times; it counts towards the daily limit"]
            connection.execute(update(submissions).where(*own, last).values(status="failed", report=report, **ended))
            connection.execute(update(submissions).where(*own, ~last).values(status="queued", **ended))

    def retry(self, submission_id: str) -> bool:
        """Queue a failed submission again; return whether it had failed."""
        failed = submissions.c.id == submission_id, submissions.c.status == "failed"
        with self._database.write_transaction() as connection:
            new = update(submissions).where(*failed).values(status="queued", report=[], attempts=0, lease=None)
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


def _waiting(now: datetime, competitions: Collection[str] | None) -> Select[Any]:
    """Return the query of the ids that can be claimed, in the order in which they are scored."""
    expired, others = submissions.c.lease < now, submissions.alias()
    is_queued = and_(submissions.c.status == "queued", or_(submissions.c.lease.is_(None), expired))
    is_lost = and_(submissions.c.status == "running", expired)
    running_teams = select(others.c.team).where(others.c.status == "running", others.c.lease >= now)
    same_team = others.c.team == submissions.c.team, others.c.received > now - TURN, others.c.status != "queued"
    turns = select(func.count()).select_from(others).where(*same_team).scalar_subquery()
    conditions: list[ColumnElement[bool]] = [or_(is_queued, is_lost), submissions.c.team.not_in(running_teams)]
    if competitions is not None:
        conditions.append(submissions.c.competition.in_(list(competitions)))
    return select(submissions.c.id).where(*conditions).order_by(turns, submissions.c.received, submissions.c.id)


def _queued_again(now: datetime, delay: timedelta, reason: str = "") -> dict[str, Any]:
    report = [f"{reason}; it will be scored again"] if reason else []
    return {"status": "queued", "report": report, "claim": None, "lease": now + delay}


def _claim(connection: Connection, submission_id: str, now: datetime, worker: str) -> Claim:
    """Mark the submission as claimed from now on."""
    secret, this = worker + token_hex(16)[len(worker) :], submissions.c.id == submission_id
    claimed = {"status": "running", "claim": secret, "lease": now + LEASE, "report": []}
    connection.execute(update(submissions).where(this).values(claimed))
    row = connection.execute(submissions_query().where(this)).mappings().one()
    return Claim(submission_from_row(row), secret)
