"""The web application: `create_app` combines the discovered pages and further ones into one site."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response, params

from harness.web.assets import assets_by_address
from harness.web.context import Site
from harness.web.error_pages import install_error_handlers, not_found
from harness.web.host_check import HostCheck
from harness.web.permissions import LOCAL_HOSTS, PermissionsOf, local_user
from harness.web.request_limit import RequestLimit
from harness.web.security_headers import SecurityHeaders
from harness.web.shared.error_help import error_help
from harness.web.site_page import SitePage, combine_routers, discover_pages
from harness.workspace import Workspace
from leaderboard.storage.database import Database

CACHE_FOREVER = "public, max-age=31536000, immutable"

static = APIRouter()


def create_app(
    workspace: Workspace,
    folders: Sequence[Path] = (),
    *,
    permissions_of: PermissionsOf = local_user,
    pages: Sequence[SitePage] = (),
    dependencies: Sequence[params.Depends] = (),
    hosts: Sequence[str] = LOCAL_HOSTS,
    database: Database | None = None,
) -> FastAPI:
    """Return the site of a workspace and the competitions in `folders`.

    `permissions_of` returns what the user of a request may see. `pages` are added to the discovered ones; they find
    the site in `request.app.state.site`. `dependencies` run before every request. Requests for other `hosts` are
    refused, against DNS rebinding. `database` is by default the workspace's own.
    """
    app = FastAPI(title="landmark", docs_url=None, redoc_url=None, openapi_url=None, dependencies=list(dependencies))
    pages = [*pages, *discover_pages(), SitePage(static)]
    database = database or Database(workspace.database)
    app.state.site = Site(workspace, database, folders, permissions_of=permissions_of, pages=pages)
    install_error_handlers(app, error_help)
    app.include_router(combine_routers(pages))
    app.add_middleware(HostCheck, hosts=hosts)
    app.add_middleware(RequestLimit)
    app.add_middleware(SecurityHeaders)
    return app


@static.get("/static/{name}", include_in_schema=False)
async def asset(name: str, request: Request) -> Response:
    """Return a style sheet, a script or an icon, compressed if the browser accepts that."""
    file = assets_by_address().get(name)
    if file is None:
        raise not_found()
    headers = {"Cache-Control": CACHE_FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)
