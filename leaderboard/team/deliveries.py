"""Messages that are due: about submissions that were scored, rejected or failed, and codes that confirm addresses.

A message is tried up to MAX_ATTEMPTS times, each time after a longer pause. Whoever takes one moves its due time on, so
two servers on one database do not send the same message at the same time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, insert, or_, select, update

from leaderboard.storage.database import Database
from leaderboard.storage.schema import contacts, deliveries, submissions
from leaderboard.team.contacts import Contact

FINISHED = ("scored", "rejected", "failed")
MAX_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=30)  # before the second attempt; each further pause is four times as long
SENDING = timedelta(minutes=2)  # for which a message that is being sent is not taken again
_MAX_NEW = 200  # messages that are queued at a time


@dataclass(frozen=True)
class Delivery:
    """A message to an address, about a submission with this status; `submission` is None for a confirmation."""

    id: int
    contact: Contact
    submission: str | None
    status: str
    attempts: int


@dataclass(frozen=True)
class DeliveryState:
    """What became of a message: attempts, the time of the last one and its error; `due` is None once it is over."""

    status: str
    attempts: int
    tried: datetime | None
    due: datetime | None
    error: str | None


class DeliveryQueue:
    """The messages of a database. Every method raises StoreError if it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_finished(self, now: datetime) -> int:
        """Queue messages about submissions that finished; return their number.

        An address gets messages about submissions that were received after it was set.
        """
        exists = deliveries.c.contact == contacts.c.id, deliveries.c.submission == submissions.c.id
        same = and_(*exists, deliveries.c.status == submissions.c.status)
        wanted = (
            select(contacts.c.id, submissions.c.id, submissions.c.status)
            .join(submissions, or_(contacts.c.team.is_(None), contacts.c.team == submissions.c.team))
            .outerjoin(deliveries, same)
            .where(deliveries.c.id.is_(None), submissions.c.status.in_(FINISHED))
            .where(submissions.c.received >= contacts.c.created, contacts.c.code.is_(None))
            .order_by(submissions.c.received)
            .limit(_MAX_NEW)
        )
        with self._database.read_transaction() as connection:
            if connection.execute(wanted.limit(1)).first() is None:
                return 0
        with self._database.write_transaction() as connection:
            rows = [
                {"contact": contact, "submission": submission, "status": status, "attempts": 0, "due": now}
                for contact, submission, status in connection.execute(wanted)
            ]
            if rows:
                connection.execute(insert(deliveries), rows)
            return len(rows)

    def take(self, now: datetime) -> Delivery | None:
        """Take the message that has been due for longest, None if none is due."""
        due = deliveries.c.due <= now
        first = select(deliveries.c.id).where(due).order_by(deliveries.c.due, deliveries.c.id).limit(1)
        with self._database.read_transaction() as connection:
            number = connection.scalar(first)
        if number is None:
            return None
        with self._database.write_transaction() as connection:
            this = deliveries.c.id == number
            if not connection.execute(update(deliveries).where(this, due).values(due=now + SENDING)).rowcount:
                return None
            row = connection.execute(select(deliveries).where(this)).mappings().one()
            contact = connection.execute(select(contacts).where(contacts.c.id == row["contact"])).mappings().one()
            return Delivery(number, Contact(**contact), row["submission"], row["status"], row["attempts"])

    def finish(self, delivery: Delivery, now: datetime, error: str | None) -> None:
        """Store the result of an attempt; after an error (None: delivered) the message is due again after a pause."""
        attempts = delivery.attempts + 1
        due = None if error is None or attempts >= MAX_ATTEMPTS else now + FIRST_PAUSE * 4**delivery.attempts
        values = {"attempts": attempts, "due": due, "error": error, "tried": now}
        with self._database.write_transaction() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**values))

    def latest(self, contact: Contact, count: int = 5) -> list[DeliveryState]:
        """The latest messages to an address, the newest first."""
        columns = (deliveries.c[name] for name in ("status", "attempts", "tried", "due", "error"))
        query = select(*columns).where(deliveries.c.contact == contact.id).order_by(deliveries.c.id.desc()).limit(count)
        with self._database.read_transaction() as connection:
            return [DeliveryState(**row) for row in connection.execute(query).mappings()]
