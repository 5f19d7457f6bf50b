"""The pages of a team: its submissions, the form to submit a file, and the choice of its finals."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from harness.data.competition import Competition
from harness.web.context import PageContext, PageContextDep, SiteDep
from harness.web.data.served_file import served_file
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.site_page import SitePage
from harness.web.team.accept_upload import accept_upload, find_competition, require_quota, tasks_of, valid_message
from harness.web.team.access import MemberDep, SessionFormDep, TeamDep, require_form_token
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.visible_scores import VisibleSubmission, visible_submissions
from leaderboard.team.accounts import Team
from leaderboard.team.rules import MAX_FINALS, CompetitionRules
from leaderboard.team.sessions import AuthenticatedMember
from leaderboard.team.submissions import Submission
from metrics import Task

router = APIRouter(prefix="/submissions", include_in_schema=False)
PAGE = SitePage(router)
SUBMISSIONS_LINK = Link("Submissions", "/submissions")


@dataclass(frozen=True)
class SubmissionSection:
    """A task of a competition on a team's page: its rules, the submissions left today, and the team's submissions."""

    competition: Competition
    task: Task
    rules: CompetitionRules
    closed: bool
    remaining: int
    rows: list[VisibleSubmission]


@router.get("")
def submissions_page(request: Request, context: PageContextDep, teams: TeamContextDep, team: TeamDep) -> HTMLResponse:
    """Return the page of a team's submissions."""
    sections = [
        section
        for competition in context.site.competitions.explicit.values()
        for section in _sections(context, teams, team, competition)
    ]
    limit = teams.limits.file_bytes
    return context.render(
        "team/pages/submissions/submissions.html",
        "Submissions",
        sections=sections,
        finals=MAX_FINALS,
        limit=limit,
        token=request.state.form_token,
    )


def _sections(
    context: PageContext, teams: TeamContext, team: Team, competition: Competition
) -> list[SubmissionSection]:
    now, rules = datetime.now(UTC), teams.rules.get(competition.key)
    closed, count_today = rules.is_closed(now), teams.submissions.daily_usage
    rows = visible_submissions(context.site, context.permissions, teams.submissions.find_all(team, competition.key))
    return [
        SubmissionSection(
            competition,
            task,
            rules,
            closed,
            0 if closed else count_today(team, competition.key, task, now).remaining(rules),
            [row for row in rows if row.submission.task == task],
        )
        for task in tasks_of(competition)
    ]


@router.post("/to/{competition}")
async def submit(competition: str, request: Request, site: SiteDep, teams: TeamContextDep, team: TeamDep) -> Response:
    """Accept a file from the form."""
    contest = find_competition(site, competition)
    await run_in_threadpool(require_quota, teams, team, contest)
    received, name, fields = await teams.upload_receiver.receive_form(
        request, team.id, ("form_token", "message"), lambda values: require_form_token(request, values["form_token"])
    )
    try:
        message = valid_message(fields["message"])
    except Exception:
        await run_in_threadpool(teams.uploads.delete, received.id)
        raise
    submission = await run_in_threadpool(accept_upload, teams, team, contest, received, name, message)
    return RedirectResponse(address("submissions", submission.id), 303)


@router.post("/finals/{competition}/{task}")
def choose_finals(
    competition: str, task: str, site: SiteDep, teams: TeamContextDep, team: TeamDep, form: SessionFormDep
) -> Response:
    """Store the team's choice of finals."""
    rules = teams.rules.get(find_competition(site, competition).key)
    teams.submissions.choose(team, form.get("final", []), rules, task, datetime.now(UTC))
    return RedirectResponse(SUBMISSIONS_LINK.address, 303)


@router.get("/{submission_id}")
def submission_page(
    submission_id: str, context: PageContextDep, teams: TeamContextDep, member: MemberDep
) -> HTMLResponse:
    """Return the page of one submission."""
    submission = find_own(teams, member, submission_id)
    row = visible_submissions(context.site, context.permissions, [submission])[0]
    title = f"{submission.team} #{submission.number}"
    back = SUBMISSIONS_LINK if member.team else Link("Admin", "/admin")
    trail = [back, Link(title, address("submissions", submission.id), current=True)]
    return context.render("team/pages/submissions/submission.html", title, trail, row=row)


@router.get("/{submission_id}/file")
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
