"""The admin page: teams, tokens, rules and submissions."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi import Path as PathPart
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.solution.registry import available_solutions
from harness.web.context import PageContext, PageContextDep, SiteDep
from harness.web.error_pages import http_error, not_found
from harness.web.rendering import Link
from harness.web.site_page import SitePage
from harness.web.team.accept_upload import find_competition, valid_reason
from harness.web.team.access import AdminDep, SessionFormDep, admin_of
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.initials import team_initials
from harness.web.team.pages.submissions.routes import find_own
from harness.web.team.visible_scores import visible_submissions
from leaderboard.team.texts import TEXT_PAGES

Prefix = Annotated[str, PathPart(pattern="^[0-9a-f]{12}$")]

router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[Depends(admin_of)])
PAGE = SitePage(router)
MAX_ROWS = 200  # of submissions


@router.get("")
def show_admin_page(request: Request, context: PageContextDep, teams: TeamContextDep) -> HTMLResponse:
    """Return the admin page."""
    return _render(request, context, teams)


@router.post("/teams")
def add_team(request: Request, context: PageContextDep, teams: TeamContextDep, form: SessionFormDep) -> Response:
    """Create a team and its first token, which only this response shows."""
    now, reserved = datetime.now(UTC), list(available_solutions(context.site.workspace.register))
    team = teams.accounts.add_team(_field(form, "name"), now, reserved)
    return _render(request, context, teams, (team.name, teams.accounts.add_token(team, now)))


@router.post("/tokens")
def add_token(request: Request, context: PageContextDep, teams: TeamContextDep, form: SessionFormDep) -> Response:
    """Create another token of a team, or an admin token if no team is named."""
    name = _field(form, "team")
    team = teams.accounts.team(name) if name else None
    return _render(request, context, teams, (name or "admin", teams.accounts.add_token(team, datetime.now(UTC))))


@router.get("/tokens/{prefix}/revoke")
def confirm_revocation(prefix: Prefix, request: Request, context: PageContextDep, teams: TeamContextDep) -> Response:
    """Return the page that asks whether a token shall be revoked."""
    row = next((row for row in teams.accounts.tokens() if row.prefix == prefix and not row.revoked), None)
    if row is None:
        raise not_found("no such token, or it was revoked already")
    trail = [Link("Admin", "/admin"), Link("Revoke a token", context.path, current=True)]
    return context.render(
        "team/pages/admin/revoke.html", "Revoke a token", trail, row=row, token=request.state.form_token
    )


@router.post("/tokens/{prefix}/revoke")
def revoke(prefix: Prefix, teams: TeamContextDep, admin: AdminDep, _form: SessionFormDep) -> Response:
    """Revoke a token."""
    if prefix == admin.token:
        raise http_error(409, "you are signed in with this token; sign in with another to revoke it")
    teams.accounts.revoke(prefix, datetime.now(UTC))
    return RedirectResponse("/admin#tokens", 303)


@router.post("/competitions/{competition}")
def set_rules(competition: str, site: SiteDep, teams: TeamContextDep, form: SessionFormDep) -> Response:
    """Change the rules of a competition."""
    teams.rules.set(
        find_competition(site, competition).key,
        deadline=_parse_deadline(_field(form, "deadline")),
        daily_limit=_parse_limit(_field(form, "daily_limit")),
        ladder=_field(form, "ladder") == "on",
    )
    return RedirectResponse("/admin#competitions", 303)


@router.post("/submissions/{submission_id}/{action}")
def moderate(
    submission_id: str,
    action: Literal["retry", "hide", "show"],
    teams: TeamContextDep,
    admin: AdminDep,
    form: SessionFormDep,
) -> Response:
    """Retry the scoring of a submission, hide it from the leaderboard, or show it again."""
    submission = find_own(teams, admin, submission_id)
    if action == "retry":
        teams.queue.retry(submission.id)
    else:
        reason = valid_reason(_field(form, "reason")) or "disqualified"
        teams.submissions.hide(submission.id, reason if action == "hide" else None)
    return RedirectResponse("/admin#submissions", 303)


def _render(
    request: Request, context: PageContext, teams: TeamContext, new_token: tuple[str, str] | None = None
) -> HTMLResponse:
    """Return the admin page; `new_token` is the owner of a new token and the token."""
    competitions = [(item, teams.rules.get(item.key)) for item in context.site.competitions.explicit.values()]
    return context.render(
        "team/pages/admin/admin.html",
        "Admin",
        new_token=new_token,
        teams=teams.accounts.teams(),
        tokens=teams.accounts.tokens(),
        competitions=competitions,
        text_pages=TEXT_PAGES,
        initials=team_initials,
        rows=visible_submissions(context.site, context.permissions, teams.submissions.find_all()[:MAX_ROWS]),
        token=request.state.form_token,
    )


def _field(form: dict[str, list[str]], name: str) -> str:
    return (form.get(name) or [""])[0].strip()


def _parse_deadline(text: str) -> datetime | None:
    """Parse the deadline of a form, None for an empty field; an offset such as +02:00 is converted to UTC.

    Raises HTTP 422 for any other text, also for a date without a time, which could mean the first or the last moment.
    """
    if not text:
        return None
    try:
        deadline = datetime.fromisoformat(text if ":" in text else "no time")
        return deadline.replace(tzinfo=UTC) if deadline.tzinfo is None else deadline.astimezone(UTC)
    except (ValueError, OverflowError):
        example = "2026-12-31T23:59, or with another offset 2026-12-31T23:59+02:00"
        raise http_error(422, f"a deadline must be a date and time in UTC such as {example}") from None


def _parse_limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise http_error(422, "a daily limit must be a whole number")
    return int(text)
