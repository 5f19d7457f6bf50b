"""What all parts of the team server share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from harness.web.team.auth.authenticator import Door
from harness.web.team.upload.multipart import Receiver
from harness.web.team.upload.storage import Uploads
from leaderboard.storage.database import Database
from leaderboard.team.accounts import Accounts
from leaderboard.team.queue import Queue
from leaderboard.team.rules import RuleBook
from leaderboard.team.submissions import Submissions

LARGEST = 512_000_000  # bytes of an upload


@dataclass(frozen=True)
class Limits:
    """How many bytes a file may have as it comes, and unpacked."""

    upload: int = LARGEST
    unpacked: int = 4 * LARGEST


class Teams:
    """The teams of a database, what they hand in, and the folder of their files."""

    def __init__(self, database: Database, folder: Path, limits: Limits) -> None:
        self.database, self.limits = database, limits
        self.accounts, self.rules, self.queue = Accounts(database), RuleBook(database), Queue(database)
        self.submissions = Submissions(database)
        self.door = Door(database)
        self.receiver = Receiver(Uploads(folder, limits.upload))

    @property
    def uploads(self) -> Uploads:
        """Return the files that were handed in."""
        return self.receiver.uploads


def teams_of(request: Request) -> Teams:
    """Return the teams of the site that was asked."""
    teams: Teams = request.app.state.teams
    return teams


TheTeams = Annotated[Teams, Depends(teams_of)]
