"""The page on which a team or an admin sets where messages about scored submissions go."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.context import PageContext, PageContextDep
from harness.web.error_pages import http_error
from harness.web.site_page import SitePage
from harness.web.team.access import MemberDep, SessionFormDep
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.messages.destination import parse_webhook
from harness.web.team.messages.mail import valid_mail_address
from leaderboard.team.contacts import ContactKind
from leaderboard.team.sessions import AuthenticatedMember

router = APIRouter(prefix="/messages", include_in_schema=False)
PAGE = SitePage(router)
MAX_CHANGES = 10  # changes of addresses and tries of codes, of a team within a day


@router.get("")
def messages_page(request: Request, context: PageContextDep, teams: TeamContextDep, member: MemberDep) -> HTMLResponse:
    """Return the page with the addresses of the member's team, or of the admins."""
    return _render(request, context, teams, member)


@router.post("/{kind}")
def set_address(
    kind: ContactKind,
    request: Request,
    context: PageContextDep,
    teams: TeamContextDep,
    member: MemberDep,
    form: SessionFormDep,
) -> Response:
    """Store an address; the secret that signs the messages to a webhook is shown by this response only."""
    team, address = _team_id(member), _field(form, "address")
    if not address:
        teams.contacts.remove(team, kind)
        return RedirectResponse("/messages", 303)
    if kind == "mail" and teams.messages.mail is None:
        raise http_error(409, "this server sends no mail")
    address = valid_mail_address(address) if kind == "mail" else address
    if kind == "webhook":
        parse_webhook(address, teams.messages.networks)
    _count_change(teams, team)
    contact = teams.contacts.set(team, kind, address, datetime.now(UTC))
    return _render(request, context, teams, member, secret=contact.secret if kind == "webhook" else "")


@router.post("/mail/confirm")
def confirm(teams: TeamContextDep, member: MemberDep, form: SessionFormDep) -> Response:
    """Confirm a mail address by the code that was sent to it."""
    _count_change(teams, _team_id(member))
    if not teams.contacts.confirm(_team_id(member), _field(form, "code")):
        raise http_error(409, "this is not the code that was sent; try again")
    return RedirectResponse("/messages", 303)


def _render(
    request: Request, context: PageContext, teams: TeamContext, member: AuthenticatedMember, secret: str = ""
) -> HTMLResponse:
    contacts = teams.contacts.of_team(_team_id(member))
    kinds: tuple[Literal["webhook", "mail"], ...] = ("webhook", "mail")
    return context.render(
        "team/pages/messages/messages.html",
        "Messages",
        contacts=contacts,
        states={kind: teams.deliveries.latest(contacts[kind]) for kind in kinds if kind in contacts},
        sends_mail=teams.messages.mail is not None,
        is_admin=member.team is None,
        secret=secret,
        token=request.state.form_token,
    )


def _team_id(member: AuthenticatedMember) -> int | None:
    return None if member.team is None else member.team.id


def _count_change(teams: TeamContext, team: int | None) -> None:
    """Raise HTTP 429 if the team has made MAX_CHANGES changes."""
    count = teams.address_changes.get(team or 0, 0)
    if count >= MAX_CHANGES:
        raise http_error(429, f"{MAX_CHANGES} changes a day are possible; try again tomorrow", Retry_After="3600")
    teams.address_changes[team or 0] = count + 1


def _field(form: dict[str, list[str]], name: str) -> str:
    return (form.get(name) or [""])[0].strip()
