"""State of the team server, stored in `app.state.teams`: accounts, rules, queue, uploads and limits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cachetools import TTLCache
from fastapi import Depends, Request

from harness.web.team.authenticator import Authenticator
from harness.web.team.messages.config import MessageConfig
from harness.web.team.upload.multipart import UploadReceiver
from harness.web.team.upload.storage import UploadFolder
from leaderboard.storage.database import Database
from leaderboard.team.accounts import Accounts
from leaderboard.team.contacts import Contacts
from leaderboard.team.deliveries import DeliveryQueue
from leaderboard.team.queue import SubmissionQueue
from leaderboard.team.rules import RulesStore
from leaderboard.team.submissions import Submissions
from leaderboard.team.texts import CompetitionTexts

MAX_FILE_BYTES = 512_000_000
ADDRESS_CHANGES_S = 86_400.0  # within which the changes of addresses for messages are counted


@dataclass(frozen=True)
class UploadLimits:
    """Size limits of an uploaded file in bytes, as uploaded and decompressed."""

    file_bytes: int = MAX_FILE_BYTES
    unpacked_bytes: int = 4 * MAX_FILE_BYTES


class TeamContext:
    """State of the team server: the teams of a database, their submissions, and their uploaded files."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        limits: UploadLimits,
        messages: MessageConfig = MessageConfig(),  # noqa: B008
    ) -> None:
        self.database, self.limits, self.messages = database, limits, messages
        self.contacts, self.deliveries = Contacts(database), DeliveryQueue(database)
        self.address_changes: TTLCache[int, int] = TTLCache(10_000, ADDRESS_CHANGES_S)  # by team
        self.accounts, self.rules, self.queue = Accounts(database), RulesStore(database), SubmissionQueue(database)
        self.submissions, self.texts = Submissions(database), CompetitionTexts(database)
        self.authenticator = Authenticator(database)
        self.uploads = UploadFolder(folder, limits.file_bytes)
        self.upload_receiver = UploadReceiver(self.uploads)


def team_context_of(request: Request) -> TeamContext:
    """Return the team context of the application that handles the request."""
    teams: TeamContext = request.app.state.teams
    return teams


TeamContextDep = Annotated[TeamContext, Depends(team_context_of)]
