"""Teams and their tokens."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from leaderboard.errors import TeamError
from leaderboard.safe_text import shorten
from leaderboard.storage.database import Database
from leaderboard.storage.schema import entries
from leaderboard.storage.team_schema import sessions, teams, tokens
from leaderboard.team.tokens import new_token

MAX_TEAM_NAME_LENGTH = 60  # characters


@dataclass(frozen=True)
class Team:
    """A team: the name is what stands on the board."""

    id: int
    name: str
    created: datetime


@dataclass(frozen=True)
class Token:
    """What is known of a token; `team` is None where it is an admin's."""

    prefix: str
    team: str | None
    created: datetime
    revoked: datetime | None


class Accounts:
    """Teams and tokens in a database. Every method raises StoreError if it cannot be read or written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_team(self, name: str, now: datetime, reserved: Sequence[str] = ()) -> Team:
        """The new team.

        Raises TeamError for a name that is too long, cannot be read, looks like that of another team, or is that of a
        solution, as are those in `taken` and those on the board.
        """
        _require_readable(name)
        folded = _folded(name)
        with self._database.write_transaction() as connection:
            on_board = connection.scalars(select(entries.c.solution).distinct())
            if folded in map(_folded, [*reserved, *on_board]):
                raise TeamError(f"{shorten(name)} is the name of a solution; choose another for the team")
            try:
                with connection.begin_nested():
                    added = connection.scalar(
                        insert(teams).values(name=name, folded=folded, created=now).returning(teams.c.id)
                    )
            except IntegrityError:
                raise TeamError(f"there is a team of that name already: {shorten(name)}") from None
        return Team(int(added or 0), name, now)

    def teams(self) -> list[Team]:
        """All teams, by name."""
        with self._database.read_transaction() as connection:
            found = connection.execute(select(teams.c.id, teams.c.name, teams.c.created)).mappings()
            return sorted((Team(**row) for row in found), key=lambda team: _folded(team.name))

    def team(self, name: str) -> Team:
        """The team of a name; TeamError where there is none."""
        found = next((team for team in self.teams() if _folded(team.name) == _folded(name)), None)
        if found is None:
            raise TeamError(f"there is no team {shorten(name)}; landmark team add makes one")
        return found

    def add_token(self, team: Team | None, now: datetime) -> str:
        """A new token of a team, or of an admin: it cannot be shown again."""
        made = new_token()
        row = {"prefix": made.prefix, "hash": made.hash, "team": team and team.id, "created": now}
        with self._database.write_transaction() as connection:
            connection.execute(insert(tokens).values(row))
        return made.token

    def tokens(self) -> list[Token]:
        """All tokens, the newest first."""
        query = select(tokens.c.prefix, teams.c.name.label("team"), tokens.c.created, tokens.c.revoked)
        with self._database.read_transaction() as connection:
            found = connection.execute(query.outerjoin(teams).order_by(tokens.c.created.desc(), tokens.c.prefix))
            return [Token(**row) for row in found.mappings()]

    def revoke(self, prefix: str, now: datetime) -> bool:
        """Whether there was such a token to revoke; whoever came in by it is out."""
        kept = tokens.c.prefix == prefix, tokens.c.revoked.is_(None)
        with self._database.write_transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == prefix))
            return bool(connection.execute(update(tokens).where(*kept).values(revoked=now)).rowcount)


def _require_readable(name: str) -> None:
    if not 0 < len(name) <= MAX_TEAM_NAME_LENGTH or not name.isprintable() or name != name.strip():
        raise TeamError(
            f"{shorten(name)!r:.80} cannot be the name of a team: use 1 to {MAX_TEAM_NAME_LENGTH} characters that can be printed"
        )


def _folded(name: str) -> str:
    """A name without what makes names look different only at a second glance: case, width, ligatures, spaces.

    >>> _folded("Ｔeam  ﬁve") == _folded("team five")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
