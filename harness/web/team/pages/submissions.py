"""The pages of a team: what it has handed in, how to hand in more, and which are its finals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from harness.data.competition import Competition
from harness.web.context import Desk, TheDesk, TheSite
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.team.auth.access import SessionForm, TheMember, TheTeam, require_form_token
from harness.web.team.context import Teams, TheTeams
from harness.web.team.pages.visible_scores import Told, told
from harness.web.team.upload.accept import contest, hand_in, plain_name, require_message, require_room, tasks_of
from leaderboard.team.accounts import Team
from leaderboard.team.rules import FINALS, Rules
from leaderboard.team.sessions import Member
from leaderboard.team.submissions import Submission
from metrics import Task

router = APIRouter(prefix="/submissions", include_in_schema=False)
HOME = Link("Submissions", "/submissions")


@dataclass(frozen=True)
class Section:
    """A task of a competition on a team's page: its rules, how many more it may hand in today, what it has."""

    competition: Competition
    task: Task
    rules: Rules
    over: bool
    left: int
    rows: list[Told]


@router.get("")
def overview(request: Request, desk: TheDesk, teams: TheTeams, team: TheTeam) -> HTMLResponse:
    """Answer with all that a team has handed in."""
    sections = [
        section
        for competition in desk.site.competitions.named.values()
        for section in _sections(desk, teams, team, competition)
    ]
    limit = teams.limits.upload
    return desk.page(
        "submissions.html", "Submissions", sections=sections, finals=FINALS, limit=limit, token=request.state.form_token
    )


def _sections(desk: Desk, teams: Teams, team: Team, competition: Competition) -> list[Section]:
    now, rules = datetime.now(UTC), teams.rules.of(competition.key)
    rows = told(desk.site, desk.viewer, teams.submissions.of(team, competition.key))
    return [
        Section(
            competition,
            task,
            rules,
            rules.is_over(now),
            0 if rules.is_over(now) else teams.submissions.today(team, competition.key, task, now).left(rules),
            [row for row in rows if row.submission.task == task],
        )
        for task in tasks_of(competition)
    ]


@router.post("/to/{competition}")
async def receive(competition: str, request: Request, site: TheSite, teams: TheTeams, team: TheTeam) -> Response:
    """Take a file from a form."""
    entered = contest(site, competition)
    await run_in_threadpool(require_room, teams, team, entered)
    received, name, fields = await teams.receiver.form(
        request, team.id, ("form_token", "message"), lambda told: require_form_token(request, told["form_token"])
    )
    try:
        message = require_message(fields["message"])
    except Exception:
        await run_in_threadpool(teams.uploads.drop, received.id)
        raise
    made = await run_in_threadpool(hand_in, teams, team, entered, received, plain_name(name), message)
    return RedirectResponse(address("submissions", made.id), 303)


@router.post("/finals/{competition}/{task}")
def choose(competition: str, task: str, site: TheSite, teams: TheTeams, team: TheTeam, form: SessionForm) -> Response:
    """Choose a team's finals."""
    rules = teams.rules.of(contest(site, competition).key)
    teams.submissions.choose(team, form.get("final", []), rules, task, datetime.now(UTC))
    return RedirectResponse(HOME.address, 303)


@router.get("/{submission_id}")
def submission(submission_id: str, desk: TheDesk, teams: TheTeams, member: TheMember) -> HTMLResponse:
    """Answer with what became of a file."""
    found = own(teams, member, submission_id)
    row = told(desk.site, desk.viewer, [found])[0]
    title = f"{found.team} #{found.number}"
    back = HOME if member.team else Link("Admin", "/admin")
    trail = [back, Link(title, address("submissions", found.id), current=True)]
    return desk.page("submission.html", title, trail, row=row)


@router.get("/{submission_id}/file")
def file(submission_id: str, teams: TheTeams, member: TheMember) -> Response:
    """Answer with the file as it came."""
    return file_of(teams, own(teams, member, submission_id))


def own(teams: Teams, member: Member, submission_id: str) -> Submission:
    """Return a submission of the member's team, or any for an admin; for others there is nothing at the address."""
    found = teams.submissions.find(submission_id)
    if found is None or (member.team is not None and member.team.name != found.team):
        raise not_found()
    return found


def file_of(teams: Teams, found: Submission) -> Response:
    """Return the answer that holds the file of a submission."""
    path = teams.uploads.path(found.id)
    if not path.is_file():
        raise not_found("the file is not here any more")
    return FileResponse(path, media_type="application/octet-stream", filename=found.file_name)
