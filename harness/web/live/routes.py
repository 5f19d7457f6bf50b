"""Runs in progress, in local mode only: their state as server-sent events, their section, and forms to stop them."""

import json
from dataclasses import astuple
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from harness.running.live.files import request_stop, stop_command
from harness.web.context import PageContextDep, SiteDep
from harness.web.data.live_view import live_view
from harness.web.error_pages import http_error
from harness.web.forms import FormDep
from harness.web.live.broadcast import Broadcast
from harness.web.local_mode import require_local, require_local_change
from harness.web.site_page import SitePage
from harness.workspace import Workspace

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)


@router.get("/live/events", dependencies=[Depends(require_local)])
async def events(request: Request, site: SiteDep) -> Response:
    """Return the stream of states, see `live_state`; 503 if too many pages listen."""
    broadcast = _broadcast(request, site.workspace)
    if broadcast.is_full:
        raise http_error(503, "too many pages watch the runs; reload this one later", Retry_After="30")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(broadcast.events(), media_type="text/event-stream", headers=headers)


@router.get("/live/section", dependencies=[Depends(require_local)])
def section(context: PageContextDep, competition: Annotated[str, Query(max_length=300)] = "") -> HTMLResponse:
    """Return the content of the section of a page."""
    return context.render("live/_commands.html", "", commands=live_view(context.site.workspace, competition or None))


@router.post("/live/stop", dependencies=[Depends(require_local_change)])
def stop(request: Request, site: SiteDep, form: FormDep) -> Response:
    """Stop a command, or one run of it, as Ctrl-C does; redirect to the page that held the form."""
    command, run = ((form.get(name) or [""])[0] for name in ("command", "run"))
    stopped = request_stop(site.workspace, command, run) if run else stop_command(site.workspace, command)
    if not stopped:
        raise http_error(409, "this run has ended already, or it is of another machine")
    return RedirectResponse(_page_before(request), 303)


def live_state(workspace: Workspace) -> bytes:
    """Return the commands in progress as JSON, `b""` without any.

    Each is a list: file, competition, numbers of done and of all runs, and a list of id, share, stage, times and
    memory for each run in progress.
    """
    commands = [
        [each.file, each.competition, each.n_done, each.n_total, [_values(astuple(run)) for run in each.runs]]
        for each in live_view(workspace)
    ]
    return json.dumps(commands, separators=(",", ":")).encode() if commands else b""


def _values(run: tuple[object, ...]) -> list[object]:
    return [run[0], *run[3:]]  # without name and details


def _broadcast(request: Request, workspace: Workspace) -> Broadcast:
    """Return the broadcast of the application; call it in the event loop."""
    state = request.app.state
    if not hasattr(state, "broadcast"):
        state.broadcast = Broadcast(lambda: live_state(workspace))
    broadcast: Broadcast = state.broadcast
    return broadcast


def _page_before(request: Request) -> str:
    """Return the path of the page that a form was on, `/` if that is of another site or unknown."""
    before = urlsplit(request.headers.get("referer", ""))
    is_own = before.netloc == request.headers.get("host") and before.path.startswith("/")
    path = before.path + (f"?{before.query}" if before.query else "")
    return path if is_own and not path.startswith("//") and "\\" not in path and path.isprintable() else "/"
