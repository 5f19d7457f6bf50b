"""Teams and their tokens."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from leaderboard.errors import TeamError
from leaderboard.safe_text import shorten
from leaderboard.storage.database import Database
from leaderboard.storage.schema import entries, sessions, teams, tokens
from leaderboard.team.tokens import new_token

MAX_TEAM_NAME_LENGTH = 60  # characters


@dataclass(frozen=True)
class Team:
    """A team; the board shows its name."""

    id: int
    name: str
    created: datetime


@dataclass(frozen=True)
class Token:
    """The stored facts of a token; `team` is None for an admin's token."""

    prefix: str
    team: str | None
    created: datetime
    revoked: datetime | None


class Accounts:
    """Teams and tokens in a database. Every method raises StoreError if it cannot be read or written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_team(self, name: str, now: datetime, reserved: Sequence[str] = ()) -> Team:
        """Add a team and return it.

        Raises TeamError for a name that is too long, not printable, too similar to another team's, or the name of a
        solution: of one in `reserved` or on the board.
        """
        _require_readable(name)
        with self._database.write_transaction() as connection:
            on_board = connection.scalars(select(entries.c.solution).distinct())
            if _normalised(name) in map(_normalised, [*reserved, *on_board]):
                raise TeamError(f"{shorten(name)} is the name of a solution; choose another for the team")
            return Team(_insert_team(connection, name, now), name, now)

    def teams(self) -> list[Team]:
        """All teams, by name."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(teams.c.id, teams.c.name, teams.c.created)).mappings()
            return sorted((Team(**row) for row in rows), key=lambda team: _normalised(team.name))

    def team(self, name: str) -> Team:
        """The team of a name; TeamError if there is none."""
        team = next((team for team in self.teams() if _normalised(team.name) == _normalised(name)), None)
        if team is None:
            raise TeamError(f"there is no team {shorten(name)}; create it with landmark team add")
        return team

    def add_token(self, team: Team | None, now: datetime) -> str:
        """Create a token of a team, or of an admin (None); only its hash is stored."""
        new = new_token()
        row = {"prefix": new.prefix, "hash": new.hash, "team": team and team.id, "created": now}
        with self._database.write_transaction() as connection:
            connection.execute(insert(tokens).values(row))
        return new.token

    def tokens(self) -> list[Token]:
        """All tokens, the newest first."""
        query = select(tokens.c.prefix, teams.c.name.label("team"), tokens.c.created, tokens.c.revoked)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query.outerjoin(teams).order_by(tokens.c.created.desc(), tokens.c.prefix))
            return [Token(**row) for row in rows.mappings()]

    def revoke(self, prefix: str, now: datetime) -> bool:
        """Revoke a token and end its sessions; return whether there was a token to revoke."""
        valid = tokens.c.prefix == prefix, tokens.c.revoked.is_(None)
        with self._database.write_transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == prefix))
            return bool(connection.execute(update(tokens).where(*valid).values(revoked=now)).rowcount)


def _insert_team(connection: Connection, name: str, now: datetime) -> int:
    new = insert(teams).values(name=name, folded=_normalised(name), created=now).returning(teams.c.id)
    try:
        with connection.begin_nested():
            return int(connection.scalar(new) or 0)
    except IntegrityError:
        raise TeamError(f"there is a team of that name already: {shorten(name)}") from None


def _require_readable(name: str) -> None:
    if not 0 < len(name) <= MAX_TEAM_NAME_LENGTH or not name.isprintable() or name != name.strip():
        advice = f"use 1 to {MAX_TEAM_NAME_LENGTH} characters that can be printed"
        raise TeamError(f"{shorten(name)!r:.80} cannot be the name of a team: {advice}")


def _normalised(name: str) -> str:
    """Return the name without differences that are hard to see: case, width, ligatures, spaces.

    >>> _normalised("Ｔeam  ﬁve") == _normalised("team five")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
