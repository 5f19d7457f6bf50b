"""Start runs from the page, in local mode only: `/start` has the form and the queue of commands."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from harness.running.queue.command_queue import CommandQueue, QueuedCommand
from harness.running.queue.driver import QueueDriver
from harness.running.shell_text import join_words
from harness.web.context import PageContext, PageContextDep, Site
from harness.web.error_pages import http_error
from harness.web.forms import FormDep
from harness.web.local_mode import is_from_this_machine, require_local, require_local_change
from harness.web.rendering import Link
from harness.web.site_page import SitePage
from harness.web.start.parameter_fields import Fields
from harness.web.start.run_form import RunForm, read_run_form

router = APIRouter(prefix="/start", include_in_schema=False)
PAGE = SitePage(router)

_lock = Lock()


def queue_driver(request: Request) -> QueueDriver:
    """Return the driver of the workspace's queue, one for each application."""
    state = request.app.state
    with _lock:
        if not hasattr(state, "queue_driver"):
            site: Site = state.site
            state.queue_driver = QueueDriver(CommandQueue(site.workspace))
        driver: QueueDriver = state.queue_driver
    return driver


DriverDep = Annotated[QueueDriver, Depends(queue_driver)]


@router.get("", dependencies=[Depends(require_local)])
def start_page(context: PageContextDep, request: Request, driver: DriverDep) -> HTMLResponse:
    """Return the form with the values of the address, the command that they describe, and the queue."""
    form = read_run_form(context.site, _query(request))
    return _page(context, request, driver, form)


@router.get("/command", dependencies=[Depends(require_local)])
def command(context: PageContextDep, request: Request) -> JSONResponse:
    """Return the command that a form describes, or the error of one line."""
    form = read_run_form(context.site, _query(request))
    return JSONResponse({"command": _command(form), "error": form.error})


@router.get("/queue", dependencies=[Depends(require_local)])
def queue_section(context: PageContextDep, driver: DriverDep) -> HTMLResponse:
    """Return the table of the queue alone."""
    return context.render("start/_queue.html", "", **_queue_values(driver))


@router.post("", dependencies=[Depends(require_local_change)])
def add(context: PageContextDep, request: Request, driver: DriverDep, form: FormDep) -> Response:
    """Add the command of a form to the queue; return the form with the error of one line if it is wrong."""
    filled = read_run_form(context.site, form)
    if filled.error:
        return _page(context, request, driver, filled, 422)
    driver.queue.add(filled.words)
    driver.start()
    return RedirectResponse("/start#queue", 303)


@router.post("/remove", dependencies=[Depends(require_local_change)])
def remove(driver: DriverDep, form: FormDep) -> Response:
    """Remove a command that does not run from the queue."""
    if not driver.queue.remove(_id(form)):
        raise http_error(409, "this command runs, or is not in the queue any more")
    return RedirectResponse("/start#queue", 303)


@router.post("/stop", dependencies=[Depends(require_local_change)])
def stop(driver: DriverDep, form: FormDep) -> Response:
    """Interrupt the running command as Ctrl-C does."""
    if not driver.stop_command(_id(form)):
        raise http_error(409, "this command does not run any more")
    return RedirectResponse("/start#queue", 303)


def _page(
    context: PageContext, request: Request, driver: QueueDriver, form: RunForm, status: int = 200
) -> HTMLResponse:
    breadcrumb = [Link("Competitions", "/"), Link("Start a run", "/start", current=True)]
    return context.render(
        *("start/start.html", "Start a run", breadcrumb),
        status=status,
        form=form,
        command=_command(form),
        can_start=is_from_this_machine(request),
        **_queue_values(driver),
    )


def _queue_values(driver: QueueDriver) -> dict[str, Any]:
    commands = sorted(driver.queue.commands(), key=_display_order)
    rows = [(each, join_words(["landmark", *each.words])) for each in commands]
    n_before = sum(each.state == "waiting" and each.added < driver.started for each in commands)
    is_busy = any(each.state in ("waiting", "running") for each in commands)
    return {"rows": rows, "n_before": n_before, "is_busy": is_busy}


def _display_order(command: QueuedCommand) -> tuple[bool, float]:
    """Return what sorts the commands in their order, then those that have ended, the latest first."""
    is_ended = command.state not in ("waiting", "running")
    return is_ended, -command.added if is_ended else command.added


def _command(form: RunForm) -> str:
    return join_words(["landmark", *form.words]) if form.words else ""


def _query(request: Request) -> Mapping[str, Sequence[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _id(form: Fields) -> str:
    return (form.get("id") or [""])[0]
