"""What all pages of a site share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from harness.data.competition import TASKS
from harness.data.ground_truth import shares_of_parts
from harness.data.split import TEST
from harness.web.board.cache import Boards
from harness.web.board.ties import TieBreaker
from harness.web.charts.board_charts import Picture
from harness.web.competitions import Competitions
from harness.web.explorer.cache import Library
from harness.web.explorer.entry_analysis import Matches
from harness.web.lru import Latest
from harness.web.permissions import Viewer, ViewerOf
from harness.web.rendering import Frame, Link, page
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from leaderboard.errors import LeaderboardError
from leaderboard.storage.database import Database
from metrics import Task

MenuOf = Callable[[Viewer], Sequence[Link]]


def no_menu(_viewer: Viewer) -> Sequence[Link]:
    """Return nothing, for a site of boards only."""
    return ()


def no_matches(_entry: Entry, _query_id: str, _image_id: str) -> str:
    """Return no address, where nobody draws local matches."""
    return ""


class Site:
    """A workspace and its competitions, who looks at them, and what stands in the menu besides them."""

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        folders: Sequence[Path],
        viewer_of: ViewerOf,
        menu_of: MenuOf,
        matches: Matches,
    ) -> None:
        self.workspace, self.database = workspace, database
        self.viewer_of, self.menu_of = viewer_of, menu_of
        self.store = EntryStore(database)
        self.boards = Boards(database)
        self.has_results = False  # whether teams compete, so that boards have a tab on how that ended
        self.competitions = Competitions(workspace, folders)
        self.library = Library(workspace, self.store, self.competitions, matches)
        self.ties = TieBreaker(workspace, self.store)
        self.pictures: Latest[list[Picture]] = Latest(64)
        self._shares: Latest[dict[str, float]] = Latest(64)

    def warm(self) -> None:
        """Order every board once, so that nobody waits for that; what goes wrong is told to who asks for the board."""
        with suppress(LeaderboardError):
            for name in self.boards.names():
                for task in TASKS:
                    if (name.task, name.split) == (task, TEST):
                        self.boards.ordered(name.competition, task)

    def shares(self, competition: str, task: Task) -> dict[str, float]:
        """Return which part of the queries that count is public and private; nothing where that is not known."""
        return self._shares.get((competition, task), lambda: self._counted(competition, task))

    def _counted(self, competition: str, task: Task) -> dict[str, float]:
        found = self.competitions.find(competition)
        return {} if found is None else shares_of_parts(found.folder, task)


def site_of(request: Request) -> Site:
    """Return the site that was asked."""
    site: Site = request.app.state.site
    return site


def viewer_of(request: Request) -> Viewer:
    """Return who asks."""
    return site_of(request).viewer_of(request)


TheSite = Annotated[Site, Depends(site_of)]
TheViewer = Annotated[Viewer, Depends(viewer_of)]


@dataclass(frozen=True)
class Desk:
    """Answers one request with pages, in the frame that all of them have."""

    site: Site
    viewer: Viewer
    path: str

    def page(
        self, template: str, title: str, trail: Sequence[Link] = (), *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Return a page made of a template of `harness.web`."""
        return HTMLResponse(page(template, self.frame(title, trail), **values), status)

    def frame(self, title: str, trail: Sequence[Link] = ()) -> Frame:
        """Return what stands around a page."""
        menu = [Link("Competitions", "/", self.path == "/"), *self.site.menu_of(self.viewer)]
        return Frame(title, trail, menu, self.viewer.name)


def desk_of(request: Request, site: TheSite, viewer: TheViewer) -> Desk:
    """Return the desk of a request."""
    return Desk(site, viewer, request.url.path)


TheDesk = Annotated[Desk, Depends(desk_of)]
