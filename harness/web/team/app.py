"""The team server: the leaderboard site with access control, team pages and an API."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response

from harness.web.app import create_app
from harness.web.error_pages import LOG, error_response
from harness.web.permissions import LOCAL_HOSTS
from harness.web.site_page import SitePage, discover_pages
from harness.web.team import api
from harness.web.team.access import require_member
from harness.web.team.context import TeamContext, UploadLimits
from harness.web.team.messages.config import MessageConfig
from harness.web.team.messages.notifier import Notifier
from harness.web.team.permissions import permissions_of
from harness.web.team.scoring.worker import WorkerConfig
from harness.workspace import Workspace
from leaderboard.errors import LimitError, StoreError, TeamError
from leaderboard.storage.database import Database
from leaderboard.team.descriptions import DescriptionError


def create_team_app(
    workspace: Workspace,
    folders: Sequence[Path],
    *,
    database: Database | None = None,
    hosts: Sequence[str] = LOCAL_HOSTS,
    limits: UploadLimits = UploadLimits(),  # noqa: B008 (frozen)
    messages: MessageConfig = MessageConfig(),  # noqa: B008 (frozen)
) -> FastAPI:
    """Return the team server of a workspace and the competitions in `folders`; every page requires a token."""
    database = database or Database(workspace.database)
    app = create_app(
        workspace,
        folders,
        permissions_of=permissions_of,
        pages=[*discover_pages("harness.web.team.pages"), SitePage(api.router)],
        dependencies=[Depends(require_member)],
        hosts=hosts,
        database=database,
    )
    app.state.teams = TeamContext(database, workspace.folder / "uploads", limits, messages)
    app.state.site.boards.hidden = app.state.teams.submissions.hidden_entries
    app.add_exception_handler(TeamError, _not_allowed)
    app.add_exception_handler(StoreError, _database_unavailable)
    return app


def delete_partial_uploads(app: FastAPI) -> None:
    """Delete the partial uploads that a killed server has left."""
    teams: TeamContext = app.state.teams
    teams.uploads.delete_orphans({submission.id for submission in teams.submissions.find_all()})


def worker_config(app: FastAPI, location: str) -> WorkerConfig:
    """Return the configuration of an application's worker; `location` is the database URL."""
    teams: TeamContext = app.state.teams
    folders = {key: str(item.folder.resolve()) for key, item in app.state.site.competitions.explicit.items()}
    return WorkerConfig(location, str(teams.uploads.folder), folders, teams.limits.unpacked_bytes)


def notifier_of(app: FastAPI) -> Notifier:
    """Return the notifier of an application, which sends messages about its submissions."""
    teams: TeamContext = app.state.teams
    names = {key: item.name for key, item in app.state.site.competitions.explicit.items()}
    return Notifier(teams.database, teams.messages, names)


def _not_allowed(request: Request, error: Exception) -> Response:
    codes: dict[type[Exception], int] = {LimitError: 429, DescriptionError: 422}
    return error_response(request, codes.get(type(error), 409), str(error))


def _database_unavailable(request: Request, error: Exception) -> Response:
    """Return a response without the text of the error, which names the location of the database."""
    message = "the database is unavailable; no data was lost, try again in a minute"
    LOG.error("%s %s: %s", request.method, request.url.path, error)
    return error_response(request, 503, message, {"Retry-After": "60"})
