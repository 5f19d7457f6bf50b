"""State of the site (`Site`) and of one request (`PageContext`), with their FastAPI dependencies."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from harness.data.competition import TASKS
from harness.data.split import TEST
from harness.errors import HarnessError
from harness.web.charts.board_charts import ScatterChart
from harness.web.competitions import CompetitionIndex
from harness.web.data.analysis_cache import AnalysisCache
from harness.web.data.board_cache import BoardCache
from harness.web.data.live_view import live_view
from harness.web.data.part_shares import ShareCache
from harness.web.data.ties import TieFinder
from harness.web.lru import LruCache
from harness.web.permissions import Permissions, PermissionsOf, local_user
from harness.web.rendering import Link, PageLayout, render_template
from harness.web.site_page import BoardLink, SitePage
from harness.workspace import Workspace
from leaderboard import EntryStore
from leaderboard.errors import LeaderboardError
from leaderboard.storage.database import Database
from leaderboard.storage.notes import NoteStore
from metrics import Task


class Site:
    """Application state: workspace, competitions, caches, pages, and the function that returns the permissions."""

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        folders: Sequence[Path],
        *,
        permissions_of: PermissionsOf = local_user,
        pages: Sequence[SitePage] = (),
    ) -> None:
        self.workspace, self.database, self.permissions_of = workspace, database, permissions_of
        self.board_links: list[BoardLink] = [link for page in pages for link in page.board_links]
        self.footer: list[Link] = [link for page in pages for link in page.footer]
        self.store = EntryStore(database)
        self.boards = BoardCache(database)
        self.competitions = CompetitionIndex(workspace, folders)
        self.analyses = AnalysisCache(workspace, self.store, self.competitions)
        self.ties = TieFinder(workspace, self.store)
        self.notes = NoteStore(database)
        self.charts: LruCache[list[ScatterChart]] = LruCache(64)
        self._shares = ShareCache(workspace)

    def warm(self) -> None:
        """Warm the board cache at start-up; database errors are ignored here and surface when a board is requested."""
        with suppress(LeaderboardError, HarnessError):
            for name in self.boards.names():
                for task in TASKS:
                    if (name.task, name.split) == (task, TEST):
                        self.boards.ranked(name.competition, task)
                        self.boards.ranked(name.competition, task, "identity")
                        self.shares(name.competition, task)

    def shares(self, competition: str, task: Task) -> dict[str, float]:
        """Return the public and the private share of the scored queries, in [0, 1]; empty without ground truth."""
        opened = self.competitions.find(competition)
        return self._shares.get(opened, task) if opened else {}


def site_of(request: Request) -> Site:
    """Return the site of a request."""
    site: Site = request.app.state.site
    return site


def permissions_of(request: Request) -> Permissions:
    """Return the permissions of the user of a request."""
    return site_of(request).permissions_of(request)


SiteDep = Annotated[Site, Depends(site_of)]
PermissionsDep = Annotated[Permissions, Depends(permissions_of)]


@dataclass(frozen=True)
class PageContext:
    """Per-request context: site, permissions and path; renders templates inside the common layout."""

    site: Site
    permissions: Permissions
    path: str

    def render(
        self, template: str, title: str, breadcrumb: Sequence[Link] = (), *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Return a page rendered from a template of `harness.web`."""
        return HTMLResponse(render_template(template, self.layout(title, breadcrumb), **values), status)

    def layout(self, title: str, breadcrumb: Sequence[Link] = ()) -> PageLayout:
        """Return the common parts of the page."""
        permissions = self.permissions
        is_local = type(permissions) is Permissions
        menu = [Link("Competitions", "/", self.path == "/"), *(Link(*entry) for entry in permissions.menu)]
        menu += [Link("Run", "/start", self.path == "/start")] if is_local else []
        live = partial(live_view, self.site.workspace) if is_local else None
        footer, token = self.site.footer, permissions.form_token
        return PageLayout(title, breadcrumb, menu, permissions.user_name, footer, token, live)


def page_context_of(request: Request, site: SiteDep, permissions: PermissionsDep) -> PageContext:
    """Return the context of a request."""
    return PageContext(site, permissions, request.url.path)


PageContextDep = Annotated[PageContext, Depends(page_context_of)]
