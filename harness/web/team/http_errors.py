"""HTTP errors of the team server, and the handlers of team and database errors."""

from fastapi import FastAPI, HTTPException, Request, Response

from harness.web import error_pages
from leaderboard.errors import LimitError, StoreError, TeamError

DATABASE_UNAVAILABLE = "the database is unavailable; no data was lost, try again in a minute"


def http_error(status: int, message: str, **headers: str) -> HTTPException:
    """Return an HTTP error to raise; the user sees `message`."""
    return HTTPException(status, message, {name.replace("_", "-"): value for name, value in headers.items()} or None)


def install_team_error_handlers(app: FastAPI) -> None:
    """Register handlers that report rule violations, and database failures without the database's location."""
    app.add_exception_handler(TeamError, _not_allowed)
    app.add_exception_handler(StoreError, _database_unavailable)


def _not_allowed(request: Request, error: Exception) -> Response:
    return error_pages.error_response(request, 429 if isinstance(error, LimitError) else 409, str(error))


def _database_unavailable(request: Request, error: Exception) -> Response:
    error_pages.LOG.error("%s %s: %s", request.method, request.url.path, error)
    return error_pages.error_response(request, 503, DATABASE_UNAVAILABLE, {"Retry-After": "60"})
