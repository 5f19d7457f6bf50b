"""Where messages about scored submissions go: the webhook and the mail address of a team, or of the admins."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from secrets import randbelow, token_hex
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update

from leaderboard.storage.database import Database
from leaderboard.storage.schema import contacts, deliveries

ContactKind = Literal["webhook", "mail"]
MAX_ADDRESS_LENGTH = 300  # characters


@dataclass(frozen=True)
class Contact:
    """An address for messages; `team` is None for the admins, who get those about all teams.

    `secret` signs the messages to a webhook. `code` confirms a mail address; it is None once that was done.
    """

    id: int
    team: int | None
    kind: ContactKind
    address: str
    secret: str
    code: str | None
    created: datetime


class Contacts:
    """The addresses of all teams. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_team(self, team: int | None) -> dict[ContactKind, Contact]:
        """The addresses of a team, or of the admins (None), by kind."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(contacts).where(_is_team(team))).mappings()
            return {row["kind"]: Contact(**row) for row in rows}

    def set(self, team: int | None, kind: ContactKind, address: str, now: datetime) -> Contact:
        """Replace the address of a kind, and return it; a mail address must be confirmed by its new code."""
        code = f"{randbelow(10**8):08}" if kind == "mail" else None
        row: dict[str, Any] = {"team": team, "kind": kind, "address": address, "secret": token_hex(32), "code": code}
        self.remove(team, kind)
        with self._database.write_transaction() as connection:
            new = insert(contacts).values(**row, created=now).returning(contacts.c.id)
            contact = Contact(int(connection.scalar(new) or 0), **row, created=now)
            if code is not None:
                confirmation = insert(deliveries).values(contact=contact.id, status="confirm", attempts=0, due=now)
                connection.execute(confirmation)
            return contact

    def remove(self, team: int | None, kind: ContactKind) -> None:
        """Delete the address of a kind, and what was delivered to it."""
        own = select(contacts.c.id).where(_is_team(team), contacts.c.kind == kind)
        with self._database.write_transaction() as connection:
            ids = list(connection.scalars(own))
            connection.execute(delete(deliveries).where(deliveries.c.contact.in_(ids)))
            connection.execute(delete(contacts).where(contacts.c.id.in_(ids)))

    def confirm(self, team: int | None, code: str) -> bool:
        """Confirm the mail address of a team by the code that was sent to it; return whether it was right."""
        contact = self.of_team(team).get("mail")
        if contact is None or contact.code is None or not compare_digest(contact.code.encode(), code.strip().encode()):
            return False
        with self._database.write_transaction() as connection:
            connection.execute(update(contacts).where(contacts.c.id == contact.id).values(code=None))
        return True


def _is_team(team: int | None) -> Any:
    return contacts.c.team.is_(None) if team is None else contacts.c.team == team
