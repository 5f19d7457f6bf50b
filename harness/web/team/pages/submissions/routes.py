"""The pages of a team: its submissions, the form to submit a file, and the choice of its finals."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from harness.web.context import PageContextDep, SiteDep
from harness.web.data.served_file import served_file
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.site_page import SitePage
from harness.web.team.accept_upload import accept_upload, find_competition, require_quota
from harness.web.team.access import MemberDep, SessionFormDep, TeamDep, require_form_token
from harness.web.team.competition_context import CompetitionDep, competition_state
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.pages.submissions.sections import submission_sections
from harness.web.team.visible_scores import visible_submissions
from leaderboard.team.descriptions import MAX_DESCRIPTION_LENGTH, MAX_LINKS, valid_description, valid_links
from leaderboard.team.rules import MAX_FINALS
from leaderboard.team.sessions import AuthenticatedMember
from leaderboard.team.submissions import Submission

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)
SUBMISSIONS_LINK = Link("Submissions", "/submissions")
FIELDS = ("form_token", "message", "links")


@router.get("/submissions")
def submissions_page(request: Request, context: PageContextDep, teams: TeamContextDep, team: TeamDep) -> HTMLResponse:
    """Return the page of a team's submissions to all competitions."""
    states = [competition_state(item, teams) for item in context.site.competitions.explicit.values()]
    sections = [section for state in states for section in submission_sections(context, teams, team, state)]
    return context.render(
        "team/pages/submissions/submissions.html", "Submissions", sections=sections, **_form_values(request, teams)
    )


@router.get("/c/{competition}/submissions")
def competition_submissions(request: Request, competition: CompetitionDep, team: TeamDep) -> HTMLResponse:
    """Return the page of a team's submissions to one competition."""
    sections = submission_sections(competition.page, competition.teams, team, competition.state)
    return competition.render(
        "submissions/competition_submissions.html",
        "Submissions",
        sections=sections,
        **_form_values(request, competition.teams),
    )


def _form_values(request: Request, teams: TeamContext) -> dict[str, Any]:
    return {
        "finals": MAX_FINALS,
        "limit": teams.limits.file_bytes,
        "token": request.state.form_token,
        "max_description": MAX_DESCRIPTION_LENGTH,
        "max_links": MAX_LINKS,
    }


@router.post("/submissions/to/{competition}")
async def submit(competition: str, request: Request, site: SiteDep, teams: TeamContextDep, team: TeamDep) -> Response:
    """Accept a file from the form."""
    contest = find_competition(site, competition)
    await run_in_threadpool(require_quota, teams, team, contest)
    received, name, fields = await teams.upload_receiver.receive_form(
        request, team.id, FIELDS, lambda values: require_form_token(request, values["form_token"])
    )
    try:
        message, links = valid_description(fields["message"]), valid_links(fields["links"].splitlines())
    except Exception:
        await run_in_threadpool(teams.uploads.delete, received.id)
        raise
    submission = await run_in_threadpool(accept_upload, teams, team, contest, received, name, message, links)
    return RedirectResponse(address("submissions", submission.id), 303)


@router.post("/submissions/finals/{competition}/{task}")
def choose_finals(
    competition: str, task: str, site: SiteDep, teams: TeamContextDep, team: TeamDep, form: SessionFormDep
) -> Response:
    """Store the team's choice of finals."""
    rules = teams.rules.get(find_competition(site, competition).key)
    teams.submissions.choose(team, form.get("final", []), rules, task, datetime.now(UTC))
    return RedirectResponse(address("c", rules.competition, "submissions"), 303)


@router.post("/submissions/{submission_id}/description")
def describe(submission_id: str, teams: TeamContextDep, team: TeamDep, form: SessionFormDep) -> Response:
    """Store the description and the links of a submission of the team."""
    submission = teams.submissions.find(submission_id)
    if submission is None or submission.team != team.name:
        raise not_found()
    message, links = (form.get("message") or [""])[0], (form.get("links") or [""])[0]
    teams.submissions.describe(submission.id, valid_description(message), valid_links(links.splitlines()))
    return RedirectResponse(address("submissions", submission.id), 303)


@router.get("/submissions/{submission_id}")
def submission_page(
    submission_id: str, request: Request, context: PageContextDep, teams: TeamContextDep, member: MemberDep
) -> HTMLResponse:
    """Return the page of one submission."""
    submission = find_own(teams, member, submission_id)
    row = visible_submissions(context.site, context.permissions, [submission])[0]
    title = f"{submission.team} #{submission.number}"
    back = SUBMISSIONS_LINK if member.team else Link("Admin", "/admin")
    trail = [back, Link(title, address("submissions", submission.id), current=True)]
    return context.render(
        "team/pages/submissions/submission.html", title, trail, row=row,
        can_edit=member.team is not None, **_form_values(request, teams),
    )  # fmt: skip


@router.get("/submissions/{submission_id}/file")
def submission_file(submission_id: str, teams: TeamContextDep, member: MemberDep) -> Response:
    """Return the uploaded file."""
    return file_response(teams, find_own(teams, member, submission_id))


def find_own(teams: TeamContext, member: AuthenticatedMember, submission_id: str) -> Submission:
    """Return a submission of the member's team, or any for an admin. Raises HTTP 404 for others."""
    submission = teams.submissions.find(submission_id)
    if submission is None or (member.team is not None and member.team.name != submission.team):
        raise not_found()
    return submission


def file_response(teams: TeamContext, submission: Submission) -> Response:
    """Return a response with the file of a submission. Raises HTTP 404 if it was deleted."""
    path = served_file(teams.uploads.path(submission.id), teams.uploads.folder)
    if path is None:
        raise not_found("the file was deleted")
    return FileResponse(path, media_type="application/octet-stream", filename=submission.file_name)
