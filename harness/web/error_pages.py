"""What goes wrong, as a page of one line, or as JSON for programs."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from harness.errors import HarnessError
from harness.web.rendering import Frame, page
from harness.web.security_headers import HEADERS
from leaderboard.errors import LeaderboardError

LOG = logging.getLogger("landmark")
NOTHING_HERE = "there is nothing at this address"


def not_found(why: str = NOTHING_HERE) -> HTTPException:
    """Return what to raise where there is nothing; `why` is shown."""
    return HTTPException(404, why)


def tell_mistakes(app: FastAPI) -> None:
    """Let an application answer every mistake in one line."""
    app.add_exception_handler(AnyHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HarnessError, _told)
    app.add_exception_handler(LeaderboardError, _told)
    app.add_exception_handler(Exception, _unforeseen)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    detail = NOTHING_HERE if error.detail == HTTPStatus(404).phrase else str(error.detail)
    return answer(request, error.status_code, detail, dict(error.headers or {}))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"][1:]))
    return answer(request, 422, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _told(request: Request, error: Exception) -> Response:
    return answer(request, 503 if isinstance(error, LeaderboardError) else 409, str(error))


def _unforeseen(request: Request, error: Exception) -> Response:
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return answer(request, 500, "something went wrong here; the server's log says what", HEADERS)


def answer(request: Request, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return a page that says in one line what is wrong, or JSON for programs."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status, headers)
    heading = HTTPStatus(status).phrase
    text = page("message.html", Frame(heading), heading=heading, message=message)
    return HTMLResponse(text, status, headers)
