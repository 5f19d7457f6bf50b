"""The application: `create_app` puts boards, entries, the explorer and whatever else is given to it on one site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI, params
from starlette.middleware.trustedhost import TrustedHostMiddleware

from harness.web import asset_routes as assets
from harness.web.board import routes as board_routes
from harness.web.context import MenuOf, Site, no_menu
from harness.web.entry import routes as entry_routes
from harness.web.error_pages import tell_mistakes
from harness.web.explorer import image_routes, match_routes
from harness.web.explorer import routes as explorer_routes
from harness.web.explorer.entry_analysis import Matches
from harness.web.explorer.matches import drawn_matches
from harness.web.home import routes as home
from harness.web.overfitting import routes as honesty
from harness.web.permissions import ViewerOf, anyone
from harness.web.security_headers import Protected
from harness.web.server import LOCAL
from harness.workspace import Workspace
from leaderboard.storage.database import Database


def create_app(  # noqa: PLR0913 (a site is put together of many)
    workspace: Workspace,
    folders: Sequence[Path] = (),
    *,
    viewer_of: ViewerOf = anyone,
    menu_of: MenuOf = no_menu,
    routers: Sequence[APIRouter] = (),
    guards: Sequence[params.Depends] = (),
    hosts: Sequence[str] = LOCAL,
    matches: Matches = drawn_matches,
    database: Database | None = None,
) -> FastAPI:
    """Return the site of a workspace and the competitions in `folders`.

    `viewer_of` says who asks, and with that what they may see; `menu_of` what stands in their menu besides the
    competitions. `routers` are further pages, which find the site in `request.app.state.site` and go before its own;
    `guards` are asked before any page is answered. Requests for other `hosts` are refused, so that no page from
    elsewhere reads this one under a name of its own. `matches` says where local matches of a query
    and an image are drawn. `database` is the workspace's own unless one is given.
    """
    app = FastAPI(title="landmark", docs_url=None, redoc_url=None, openapi_url=None, dependencies=list(guards))
    app.state.site = Site(workspace, database or Database(workspace.database), folders, viewer_of, menu_of, matches)
    tell_mistakes(app)
    own = (assets, home, honesty, board_routes, entry_routes, explorer_routes, match_routes, image_routes)
    for router in (*routers, *(pages.router for pages in own)):
        app.include_router(router)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Protected)
    return app
