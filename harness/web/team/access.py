"""Access control: every request needs a token or a session, and forms must come from this site (CSRF)."""

import hmac
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from harness.web.error_pages import http_error, not_found
from harness.web.team.authenticator import form_token
from harness.web.team.context import TeamContextDep
from leaderboard.team.accounts import Team
from leaderboard.team.sessions import AuthenticatedMember

COOKIE = "landmark"
SIGN_IN = "/sign-in"
PUBLIC_PATHS = (SIGN_IN, "/api/v1/openapi.json")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MAX_FORM_BYTES = 64_000  # of a form without a file


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


def require_same_origin(request: Request) -> None:
    """Raise HTTP 403 unless the Origin or Sec-Fetch-Site header says that the request comes from this site."""
    origin = request.headers.get("origin")
    if origin is None:
        same_origin = request.headers.get("sec-fetch-site") == "same-origin"
    else:
        same_origin = urlsplit(origin).netloc == request.headers.get("host")
    if not same_origin:
        raise http_error(403, "the request came from another site and was rejected")


def require_form_token(request: Request, token: str) -> None:
    """Raise HTTP 403 unless the token is the session's CSRF token."""
    if not hmac.compare_digest(request.state.form_token.encode(), token.encode("utf-8", "replace")):
        raise http_error(403, "the form belongs to another session; reload the page")


async def read_form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form without a file.

    Raises HTTP 413 beyond MAX_FORM_BYTES, 400 if it is malformed or the client has disconnected.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM_BYTES:
                raise http_error(413, "the form is too large")
    except ClientDisconnect:
        raise http_error(400, "the form was interrupted; send it again") from None
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        raise http_error(400, "the request is not a form") from None


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
FormDep = Annotated[dict[str, list[str]], Depends(read_form)]
SessionFormDep = Annotated[dict[str, list[str]], Depends(read_session_form)]
