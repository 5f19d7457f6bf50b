"""Sign-in with a token, and sign-out."""

from datetime import UTC, datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.forms import FormDep
from harness.web.rendering import PageLayout, render_template
from harness.web.site_page import SitePage
from harness.web.team.access import COOKIE, SIGN_IN, SessionFormDep, client_address
from harness.web.team.context import TeamContextDep
from leaderboard.team.sessions import SESSION_LIFETIME

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)


@router.get(SIGN_IN)
def sign_in_page() -> HTMLResponse:
    """Return the sign-in form."""
    return _form()


@router.post(SIGN_IN)
def sign_in(request: Request, teams: TeamContextDep, form: FormDep) -> Response:
    """Start a session and set its cookie; for a wrong token return the form with the reason."""
    try:
        member = teams.authenticator.by_token((form.get("token") or [""])[0].strip(), client_address(request))
    except HTTPException as error:
        return _form(error)
    secret = teams.authenticator.sessions.open_session(member, datetime.now(UTC))
    response = RedirectResponse("/" if member.team else "/admin", 303)
    secure, lifetime = request.url.scheme == "https", int(SESSION_LIFETIME.total_seconds())
    response.set_cookie(COOKIE, secret, lifetime, path="/", secure=secure, httponly=True, samesite="strict")
    return response


@router.post("/sign-out")
def sign_out(request: Request, teams: TeamContextDep, _form: SessionFormDep) -> Response:
    """End the session."""
    teams.authenticator.sessions.close_session(request.cookies.get(COOKIE, ""))
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


def _form(error: HTTPException | None = None) -> HTMLResponse:
    """Return the form, with the message, the status and the headers of an error."""
    message = "" if error is None else f"{str(error.detail).capitalize()}."
    text = render_template("team/pages/sign_in/sign_in.html", PageLayout("Sign in"), error=message)
    return HTMLResponse(text, 200 if error is None else error.status_code, dict(error.headers or {}) if error else None)
