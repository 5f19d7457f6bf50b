"""Authentication of team members by a token or by the session of a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import RowMapping, Select, delete, insert, select

from leaderboard.storage.database import Database
from leaderboard.storage.schema import sessions, teams, tokens
from leaderboard.team.accounts import Team
from leaderboard.team.tokens import prefix_of, verify_token

SESSION_LIFETIME = timedelta(days=14)  # of a session


@dataclass(frozen=True)
class AuthenticatedMember:
    """A user authenticated by a token: a member of a team, or an admin, who has no team."""

    token: str  # its public prefix
    team: Team | None


class Authentication:
    """Lookups of valid tokens and sessions. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_token(self, token: str) -> AuthenticatedMember | None:
        """The member with this token; None if it is invalid or revoked."""
        prefix = prefix_of(token)
        row = None if prefix is None else self._first(_members(tokens.c.hash).where(tokens.c.prefix == prefix))
        return _member(row) if row is not None and verify_token(token, row["hash"]) else None

    def by_prefix(self, prefix: str) -> AuthenticatedMember | None:
        """The member whose token has this prefix, None if it is revoked; the caller has verified the token."""
        row = self._first(_members().where(tokens.c.prefix == prefix))
        return None if row is None else _member(row)

    def by_session(self, secret: str, now: datetime) -> AuthenticatedMember | None:
        """The member of a session; None if it has expired or its token is revoked."""
        valid = sessions.c.digest == _digest(secret), sessions.c.expires > now
        row = self._first(_members().join(sessions, sessions.c.token == tokens.c.prefix).where(*valid))
        return None if row is None else _member(row)

    def open_session(self, member: AuthenticatedMember, now: datetime) -> str:
        """Create a session that lasts for SESSION_LIFETIME; return its secret."""
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
