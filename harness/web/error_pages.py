"""Exception handlers: one-line HTML error pages, JSON under /api/."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from harness.errors import HarnessError
from harness.web.rendering import PageLayout, render_template
from harness.web.security_headers import HEADERS
from leaderboard.errors import LeaderboardError

LOG = logging.getLogger("landmark")
NOT_FOUND = "there is nothing at this address"


def http_error(status: int, message: str, **headers: str) -> HTTPException:
    """Return an HTTP error to raise; the user sees `message`."""
    return HTTPException(status, message, {name.replace("_", "-"): value for name, value in headers.items()} or None)


def not_found(message: str = NOT_FOUND) -> HTTPException:
    """Return a 404 error to raise; its page shows the message."""
    return HTTPException(404, message)


def install_error_handlers(app: FastAPI) -> None:
    """Register exception handlers that answer in one line."""
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
    heading = HTTPStatus(status).phrase
    text = render_template("message.html", PageLayout(heading), heading=heading, message=message)
    return HTMLResponse(text, status, headers)
