"""Exception handlers: HTML error pages with a sentence and links, JSON under /api/."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from harness.errors import HarnessError
from harness.web.rendering import Link, PageLayout, render_template
from harness.web.security_headers import HEADERS
from leaderboard.errors import LeaderboardError

LOG = logging.getLogger("landmark")
NOT_FOUND = "there is nothing at this address"
ADVICE = {
    403: "Go back, reload the page and try again.",
    405: "This address accepts forms only; open the page that the form is on.",
    409: "Nothing was changed.",
    413: "Nothing was stored.",
    422: "The address or the form has a value that is missing or invalid.",
    429: "Nothing was lost; try again later.",
    500: "Nothing that was stored before is lost.",
    503: "Nothing was lost; reload the page in a moment.",
}  # by status


@dataclass(frozen=True)
class ErrorHelp:
    """The layout of an error page, with links to pages near the address, and a sentence that introduces them."""

    layout: PageLayout
    links: Sequence[Link] = ()
    hint: str = ""


HelpFinder = Callable[[Request, str], ErrorHelp]


def http_error(status: int, message: str, **headers: str) -> HTTPException:
    """Return an HTTP error to raise; the user sees `message`."""
    return HTTPException(status, message, {name.replace("_", "-"): value for name, value in headers.items()} or None)


def not_found(message: str = NOT_FOUND) -> HTTPException:
    """Return a 404 error to raise; its page shows the message."""
    return HTTPException(404, message)


def install_error_handlers(app: FastAPI, find_help: HelpFinder | None = None) -> None:
    """Register exception handlers; `find_help` returns the layout and the links of an error page."""
    app.state.find_error_help = find_help
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HarnessError, _user_error)
    app.add_exception_handler(LeaderboardError, _user_error)
    app.add_exception_handler(Exception, _internal_error)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    detail = NOT_FOUND if error.detail == HTTPStatus(404).phrase else str(error.detail)
    return error_response(request, error.status_code, detail, dict(error.headers or {}))


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"][1:]))
    return error_response(request, 422, f"{field}: {first['msg']}" if field else str(first["msg"]))


def _user_error(request: Request, error: Exception) -> Response:
    return error_response(request, 503 if isinstance(error, LeaderboardError) else 409, str(error))


def _internal_error(request: Request, error: Exception) -> Response:
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return error_response(request, 500, "internal error; see the server's log", HEADERS)


def error_response(request: Request, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return a page with a one-line message, or JSON under /api/."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status, headers)
    heading = HTTPStatus(status).phrase.capitalize()
    found = _find_help(request, heading)
    values = {"heading": heading, "message": as_sentence(message), "advice": ADVICE.get(status, "")}
    text = render_template("message.html", found.layout, **values, links=found.links, hint=found.hint)
    return HTMLResponse(text, status, headers)


def _find_help(request: Request, heading: str) -> ErrorHelp:
    """Return the help for an error, or none if that fails, as it does before a user has signed in."""
    find_help: HelpFinder | None = getattr(request.app.state, "find_error_help", None)
    if find_help is not None:
        with suppress(Exception):
            return find_help(request, heading)
    return ErrorHelp(PageLayout(heading))


def as_sentence(message: str) -> str:
    """Return a message with a capital, unless it begins with a name such as a file's, and a full stop.

    >>> as_sentence("there is nothing at this address"), as_sentence("x.csv: is no table")
    ('There is nothing at this address.', 'x.csv: is no table.')
    """
    first = message.partition(" ")[0]
    text = message[:1].upper() + message[1:] if first.isalpha() else message
    return text if text.endswith((".", "!", "?")) else f"{text}."
