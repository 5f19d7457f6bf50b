"""Who has come in: by a token, and then by the session of a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import RowMapping, Select, delete, insert, select

from leaderboard.storage.database import Database
from leaderboard.storage.team_schema import sessions, teams, tokens
from leaderboard.team.accounts import Team
from leaderboard.team.tokens import verify_token, prefix_of

SESSION_LIFETIME = timedelta(days=14)  # of a session


@dataclass(frozen=True)
class AuthenticatedMember:
    """Who has come in by a token: one of a team, or an admin, who has none."""

    token: str  # the public part
    team: Team | None


class Authentication:
    """Tokens and sessions that are good. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_token(self, token: str) -> AuthenticatedMember | None:
        """Whose token this is; None for what is none, or none any more."""
        prefix = prefix_of(token)
        row = None if prefix is None else self._first(_members(tokens.c.hash).where(tokens.c.prefix == prefix))
        return _member(row) if row is not None and verify_token(token, row["hash"]) else None

    def by_prefix(self, prefix: str) -> AuthenticatedMember | None:
        """Whose token has this public part, unless it is revoked; for who has seen that the token itself is good."""
        row = self._first(_members().where(tokens.c.prefix == prefix))
        return None if row is None else _member(row)

    def by_session(self, secret: str, now: datetime) -> AuthenticatedMember | None:
        """Whose session this is; None where it is over, or its token revoked."""
        found = sessions.c.digest == _digest(secret), sessions.c.expires > now
        row = self._first(_members().join(sessions, sessions.c.token == tokens.c.prefix).where(*found))
        return None if row is None else _member(row)

    def open_session(self, member: AuthenticatedMember, now: datetime) -> str:
        """The secret of a new session, which lasts for STAY."""
        secret = token_hex(32)
        row = {"digest": _digest(secret), "token": member.token, "expires": now + SESSION_LIFETIME}
        with self._database.write_transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires < now))
            connection.execute(insert(sessions).values(row))
        return secret

    def close_session(self, secret: str) -> None:
        """End a session."""
        with self._database.write_transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == _digest(secret)))

    def _first(self, query: Select[Any]) -> RowMapping | None:
        with self._database.read_transaction() as connection:
            return connection.execute(query).mappings().first()


def _members(*more: Any) -> Select[Any]:
    columns = tokens.c.prefix, teams.c.id, teams.c.name, teams.c.created, *more
    return select(*columns).select_from(tokens.outerjoin(teams)).where(tokens.c.revoked.is_(None))


def _member(row: RowMapping) -> AuthenticatedMember:
    team = None if row["id"] is None else Team(row["id"], row["name"], row["created"])
    return AuthenticatedMember(row["prefix"], team)


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
