"""The pages of those who look after the teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi import Path as PathPart
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.data.competition import Competition
from harness.solution.registry import known_solutions
from harness.web.context import Desk, TheDesk, TheSite
from harness.web.team.auth.access import SessionForm, TheAdmin
from harness.web.team.context import Teams, TheTeams
from harness.web.team.pages.submissions import own
from harness.web.team.pages.visible_scores import told
from harness.web.team.refusals import refused
from harness.web.team.upload.accept import contest, require_message
from leaderboard.team.rules import Rules

Prefix = Annotated[str, PathPart(pattern="^[0-9a-f]{12}$")]

router = APIRouter(prefix="/admin", include_in_schema=False)
NEWEST = 200  # submissions on the page


@dataclass(frozen=True)
class Contest:
    """A competition and its rules."""

    competition: Competition
    rules: Rules


@router.get("")
def overview(request: Request, desk: TheDesk, teams: TheTeams, _admin: TheAdmin) -> HTMLResponse:
    """Answer with teams, tokens, rules and submissions."""
    return _page(request, desk, teams)


@router.post("/teams")
def add_team(request: Request, desk: TheDesk, teams: TheTeams, _admin: TheAdmin, form: SessionForm) -> Response:
    """Make a team and its first token, which this answer alone shows."""
    now = datetime.now(UTC)
    team = teams.accounts.add_team(_field(form, "name"), now, list(known_solutions(desk.site.workspace.register)))
    return _page(request, desk, teams, (team.name, teams.accounts.add_token(team, now)))


@router.post("/tokens")
def add_token(request: Request, desk: TheDesk, teams: TheTeams, _admin: TheAdmin, form: SessionForm) -> Response:
    """Make another token of a team, or of an admin where none is named."""
    name = _field(form, "team")
    team = teams.accounts.team(name) if name else None
    return _page(request, desk, teams, (name or "admin", teams.accounts.add_token(team, datetime.now(UTC))))


@router.post("/tokens/{prefix}/revoke")
def revoke(prefix: Prefix, teams: TheTeams, admin: TheAdmin, _form: SessionForm) -> Response:
    """Revoke a token."""
    if prefix == admin.token:
        raise refused(409, "this is the token that you came in by; use another to revoke it")
    teams.accounts.revoke(prefix, datetime.now(UTC))
    return RedirectResponse("/admin#tokens", 303)


@router.post("/competitions/{competition}")
def change(competition: str, site: TheSite, teams: TheTeams, _admin: TheAdmin, form: SessionForm) -> Response:
    """Change the rules of a competition."""
    teams.rules.set(
        contest(site, competition).key,
        deadline=_moment(_field(form, "deadline")),
        daily_limit=_number(_field(form, "daily_limit")),
        ladder=_field(form, "ladder") == "on",
    )
    return RedirectResponse("/admin#competitions", 303)


@router.post("/submissions/{submission_id}/{act}")
def act_on(
    submission_id: str,
    act: Literal["retry", "hide", "show"],
    teams: TheTeams,
    admin: TheAdmin,
    form: SessionForm,
) -> Response:
    """Have a submission tried again, taken off the board, or put back."""
    found = own(teams, admin, submission_id)
    if act == "retry":
        teams.queue.retry(found.id)
    else:
        reason = require_message(_field(form, "reason")) or "disqualified"
        teams.submissions.hide(found.id, reason if act == "hide" else None)
    return RedirectResponse("/admin#submissions", 303)


def _page(request: Request, desk: Desk, teams: Teams, made: tuple[str, str] | None = None) -> HTMLResponse:
    """Return the page; `made` is a new token, and whose it is."""
    contests = [Contest(each, teams.rules.of(each.key)) for each in desk.site.competitions.named.values()]
    return desk.page(
        "admin.html",
        "Admin",
        made=made,
        teams=teams.accounts.teams(),
        tokens=teams.accounts.tokens(),
        contests=contests,
        rows=told(desk.site, desk.viewer, teams.submissions.of()[:NEWEST]),
        token=request.state.form_token,
    )


def _field(form: dict[str, list[str]], name: str) -> str:
    return (form.get(name) or [""])[0].strip()


def _moment(text: str) -> datetime | None:
    """Return the moment of UTC that a form names, None for an empty field."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise refused(422, "a deadline is a date and a time of UTC, such as 2026-12-31T23:59") from None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise refused(422, "a daily limit is a whole number")
    return int(text)
