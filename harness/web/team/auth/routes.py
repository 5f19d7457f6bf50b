"""Signing in by a token, and out."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.rendering import Frame, page
from harness.web.team.auth.access import COOKIE, SIGN_IN, Form, SessionForm, address_of
from harness.web.team.context import TheTeams
from leaderboard.team.sessions import STAY

router = APIRouter(include_in_schema=False)


@router.get(SIGN_IN)
def sign_in_page() -> HTMLResponse:
    """Answer with the form that takes a token."""
    return HTMLResponse(page("sign_in.html", Frame("Sign in")))


@router.post(SIGN_IN)
def sign_in(request: Request, teams: TheTeams, form: Form) -> Response:
    """Begin a session."""
    member = teams.door.by_token((form.get("token") or [""])[0].strip(), address_of(request))
    secret = teams.door.members.open_session(member, datetime.now(UTC))
    answer = RedirectResponse("/submissions" if member.team else "/admin", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, secret, max_age=int(STAY.total_seconds()), httponly=True, samesite="strict", secure=secure, path="/"
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, teams: TheTeams, _form: SessionForm) -> Response:
    """End the session."""
    teams.door.members.close_session(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(SIGN_IN, 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer
