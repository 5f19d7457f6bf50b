"""The team server's application: the site of boards with a guard before it and the pages of teams beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import Depends, FastAPI

from harness.web.app import create_app
from harness.web.server import LOCAL
from harness.web.team import api
from harness.web.team.auth import routes as signing
from harness.web.team.auth.access import guard
from harness.web.team.context import Limits, Teams
from harness.web.team.pages import admin as admin_pages
from harness.web.team.pages import results as result_pages
from harness.web.team.pages import submissions as submission_pages
from harness.web.team.permissions import menu_of, viewer_of
from harness.web.team.refusals import tell_refusals
from harness.web.team.scoring.worker import Orders
from harness.workspace import Workspace
from leaderboard.storage.database import Database

ROUTERS = (signing.router, submission_pages.router, result_pages.router, admin_pages.router, api.router)


def create_team_app(
    workspace: Workspace,
    folders: Sequence[Path],
    *,
    database: Database | None = None,
    hosts: Sequence[str] = LOCAL,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> FastAPI:
    """Return the team server of a workspace and the competitions in `folders`; nobody is let in without a token.

    What is handed in lies in the workspace's folder `uploads`, and is scored by whoever follows `orders`.
    """
    opened = database or Database(workspace.database)
    app = create_app(
        workspace,
        folders,
        viewer_of=viewer_of,
        menu_of=menu_of,
        routers=ROUTERS,
        guards=[Depends(guard)],
        hosts=hosts,
        database=opened,
    )
    app.state.teams = Teams(opened, workspace.folder / "uploads", limits)
    app.state.site.has_results = True
    app.state.site.boards.hidden = app.state.teams.submissions.hidden_entries
    tell_refusals(app)
    return app


def forget_parts(app: FastAPI) -> None:
    """Throw away the parts of files that a server which was killed has left."""
    teams: Teams = app.state.teams
    teams.uploads.sweep({each.id for each in teams.submissions.of()})


def orders(app: FastAPI, location: str) -> Orders:
    """Return what the worker of an application is told; `location` is its database."""
    teams: Teams = app.state.teams
    folders = {key: str(each.folder.resolve()) for key, each in app.state.site.competitions.named.items()}
    return Orders(location, str(teams.uploads.folder), folders, teams.limits.unpacked)
