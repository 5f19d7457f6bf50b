"""The guard in front of every address: nobody is let in who is no member, and no other site may make one act."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request

from harness.web.error_pages import not_found
from harness.web.team.auth.authenticator import form_token
from harness.web.team.context import TheTeams
from harness.web.team.refusals import refused
from leaderboard.team.accounts import Team
from leaderboard.team.sessions import Member

COOKIE = "landmark"
SIGN_IN = "/sign-in"
OPEN = (SIGN_IN, "/api/v1/openapi.json")
READING = ("GET", "HEAD", "OPTIONS")
FORM = 64_000  # bytes of a form without a file


def guard(request: Request, teams: TheTeams) -> None:
    """Let a member in, told to what comes after as `request.state.member`; refuse anyone else.

    Programs show a token with each request; browsers a cookie, and then their requests must come from our own pages.
    """
    path = request.url.path
    if path.startswith("/api/") and path not in OPEN:
        request.state.member = teams.door.by_token(_bearer(request), address_of(request))
        return
    if request.method not in READING:
        require_own_page(request)
    if path in OPEN or path.startswith("/static/"):
        return
    secret = request.cookies.get(COOKIE, "")
    member = teams.door.by_session(secret) if secret else None
    if member is None:
        raise refused(303, "sign in first", Location=SIGN_IN)
    request.state.member, request.state.form_token = member, form_token(secret)


def member_of(request: Request) -> Member:
    """Return the member that the guard has let in."""
    member: Member = request.state.member
    return member


def team_of(request: Request) -> Team:
    """Return the team of the member; raises a refusal for an admin, who has none."""
    team = member_of(request).team
    if team is None:
        raise refused(403, "an admin hands nothing in; make a team and use its token")
    return team


def admin_of(request: Request) -> Member:
    """Return the member if it is an admin; for anyone else there is nothing at the address."""
    member = member_of(request)
    if member.team is not None:
        raise not_found()
    return member


def require_own_page(request: Request) -> None:
    """Raise a refusal unless a request comes from a page of this site, as its browser says."""
    origin = request.headers.get("origin")
    if origin is None:
        own = request.headers.get("sec-fetch-site") == "same-origin"
    else:
        own = urlsplit(origin).netloc == request.headers.get("host")
    if not own:
        raise refused(403, "this came from another site's page, and was not done")


def require_form_token(request: Request, found: str) -> None:
    """Raise a refusal unless a form was on a page of the session."""
    if not hmac.compare_digest(request.state.form_token.encode(), found.encode("utf-8", "replace")):
        raise refused(403, "this form is of another session; load the page again")


async def form_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form without a file; raises a refusal for more than a form holds."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM:
            raise refused(413, "this form holds too much")
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        raise refused(400, "this is no form") from None


async def session_form_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form of the session's own pages."""
    fields = await form_of(request)
    require_form_token(request, (fields.get("form_token") or [""])[0])
    return fields


def address_of(request: Request) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else ""


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


TheTeam = Annotated[Team, Depends(team_of)]
TheAdmin = Annotated[Member, Depends(admin_of)]
TheMember = Annotated[Member, Depends(member_of)]
Form = Annotated[dict[str, list[str]], Depends(form_of)]
SessionForm = Annotated[dict[str, list[str]], Depends(session_form_of)]
