"""Access control: every request needs a token or a session, and forms must come from this site (CSRF)."""

import hmac
from typing import Annotated

from fastapi import Depends, Request

from harness.web.error_pages import http_error, not_found
from harness.web.forms import read_form
from harness.web.same_origin import require_same_origin
from harness.web.team.authenticator import form_token
from harness.web.team.context import TeamContextDep
from leaderboard.team.accounts import Team
from leaderboard.team.sessions import AuthenticatedMember

COOKIE = "landmark"
SIGN_IN = "/sign-in"
PUBLIC_PATHS = (SIGN_IN, "/api/v1/openapi.json")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def require_member(request: Request, teams: TeamContextDep) -> None:
    """Authenticate the request and store the member in `request.state.member`; otherwise raise an HTTP error.

    API requests carry a token. Browser requests carry a session cookie, and change something only from this site.
    """
    path = request.url.path
    if path.startswith("/api/") and path not in PUBLIC_PATHS:
        request.state.member = teams.authenticator.by_token(_bearer_token(request), client_address(request))
        return
    if request.method not in SAFE_METHODS:
        require_same_origin(request)
    if path in PUBLIC_PATHS or path.startswith("/static/"):
        return
    secret = request.cookies.get(COOKIE, "")
    member = teams.authenticator.by_session(secret) if secret else None
    if member is None:
        raise http_error(303, "sign in first", Location=SIGN_IN)
    request.state.member, request.state.form_token = member, form_token(secret)


def member_of(request: Request) -> AuthenticatedMember:
    """Return the authenticated member."""
    member: AuthenticatedMember = request.state.member
    return member


def team_of(request: Request) -> Team:
    """Return the team of the member. Raises HTTP 403 for an admin, who has no team."""
    team = member_of(request).team
    if team is None:
        raise http_error(403, "admins cannot submit; create a team and use its token")
    return team


def admin_of(request: Request) -> AuthenticatedMember:
    """Return the member if it is an admin, otherwise raise HTTP 404."""
    member = member_of(request)
    if member.team is not None:
        raise not_found()
    return member


def require_form_token(request: Request, token: str) -> None:
    """Raise HTTP 403 unless the token is the session's CSRF token."""
    if not hmac.compare_digest(request.state.form_token.encode(), token.encode("utf-8", "replace")):
        raise http_error(403, "the form belongs to another session; reload the page")


async def read_session_form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form after checking its CSRF token."""
    fields = await read_form(request)
    require_form_token(request, (fields.get("form_token") or [""])[0])
    return fields


def client_address(request: Request) -> str:
    """Return the IP address of the client."""
    return request.client.host if request.client else ""


def _bearer_token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


TeamDep = Annotated[Team, Depends(team_of)]
AdminDep = Annotated[AuthenticatedMember, Depends(admin_of)]
MemberDep = Annotated[AuthenticatedMember, Depends(member_of)]
SessionFormDep = Annotated[dict[str, list[str]], Depends(read_session_form)]
