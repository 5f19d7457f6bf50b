"""What the team server refuses, with the status that says it to programs."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response

from harness.web import error_pages as mistakes
from leaderboard.errors import LimitError, StoreError, TeamError

AWAY = "the database cannot be used just now; nothing was lost, try again in a minute"


def refused(status: int, why: str, **headers: str) -> HTTPException:
    """Return what to raise where something is not allowed; `why` is shown."""
    return HTTPException(status, why, {name.replace("_", "-"): value for name, value in headers.items()} or None)


def tell_refusals(app: FastAPI) -> None:
    """Let an application say what teams may not do, and nothing of where its database lies."""
    app.add_exception_handler(TeamError, _not_allowed)
    app.add_exception_handler(StoreError, _away)


def _not_allowed(request: Request, error: Exception) -> Response:
    return mistakes.answer(request, 429 if isinstance(error, LimitError) else 409, str(error))


def _away(request: Request, error: Exception) -> Response:
    mistakes.LOG.error("%s %s: %s", request.method, request.url.path, error)
    return mistakes.answer(request, 503, AWAY, {"Retry-After": "60"})
