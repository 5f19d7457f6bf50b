"""The API for programs, under /api/v1: `landmark push` uses it, and openapi.json tells all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool

from harness.data.competition import Competition
from harness.web.context import TheSite, TheViewer
from harness.web.team import api_schemas as documents
from harness.web.team.auth.access import TheMember, TheTeam
from harness.web.team.context import Teams, TheTeams
from harness.web.team.pages.submissions import file_of, own
from harness.web.team.pages.visible_scores import seen_scores, told
from harness.web.team.refusals import refused
from harness.web.team.scoring.final_results import results as ended_with
from harness.web.team.upload.accept import contest, hand_in, plain_name, require_message, require_room, tasks_of
from leaderboard.team.accounts import Team
from metrics import Task

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "this token lets nobody in"},
    404: {"description": "nothing there, or nothing that the member may see"},
    409: {"description": "the rules do not allow it"},
    429: {"description": "too often"},
    503: {"description": "the database cannot be used just now"},
}
BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/api/v1", responses=REFUSALS)
Name = Annotated[str, Query(description="The key or the name of a competition.", max_length=300)]
Text = Annotated[str, Query(max_length=1_000)]


@router.get("/openapi.json", include_in_schema=False)
def description() -> dict[str, Any]:
    """Answer with the description of the API."""
    found = get_openapi(title="landmark", version="1", routes=router.routes)
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {**found, "security": [{"token": []}]}


@router.get("/me")
def me(member: TheMember) -> documents.MemberDocument:
    """Tell whose token this is."""
    return documents.MemberDocument(team=member.team.name if member.team else None)


@router.get("/competitions")
def competitions(site: TheSite, teams: TheTeams, member: TheMember) -> list[documents.CompetitionDocument]:
    """List the competitions that files can be handed in to."""
    return [_competition(each, teams, member.team) for each in site.competitions.named.values()]


@router.get("/boards/{task}")
def board(task: Task, competition: Name, site: TheSite, viewer: TheViewer) -> list[documents.RowDocument]:
    """Tell who stands where, as far as it may be seen: by public scores before the deadline."""
    key = contest(site, competition).key
    ordered, parts = site.boards.ordered(key, task), viewer.parts(key)
    whole = site.store.numbered([each.entry.id for each in ordered.standings])
    return [
        documents.RowDocument(
            rank=each.rank if ordered.part in parts else None,
            private_rank=each.private_rank if "private" in parts else None,
            solution=each.entry.solution,
            metric=ordered.metric.name,
            **{
                f"score_{part}": each.entry.score(part) if part in parts else None
                for part in ("public", "private", "all")
            },
            entries=each.entries,
            last=each.last,
            entry=each.entry.id if viewer.opens(whole[each.entry.id]) else None,
        )
        for each in ordered.standings
    ]


@router.get("/results/{task}")
def results(
    task: Task, competition: Name, site: TheSite, teams: TheTeams, viewer: TheViewer
) -> list[documents.ResultDocument]:
    """Tell how a competition ended: each team by the best of its finals on the private part. Nothing before the end."""
    key = contest(site, competition).key
    if "private" not in viewer.parts(key):
        raise refused(409, "the competition is not over yet")
    ended = ended_with(site, teams, key, task)
    return [documents.ResultDocument(rank=each.rank, team=each.entry.solution, score=each.score) for each in ended]


@router.get("/entries")
def entries(competition: Name, site: TheSite, viewer: TheViewer) -> list[documents.EntryDocument]:
    """List the entries that may be opened, the earliest first."""
    found = site.store.entries(competition=contest(site, competition).key)
    names = [name for name in documents.EntryDocument.model_fields if name != "scores"]
    return [
        documents.EntryDocument(**{name: getattr(each, name) for name in names}, scores=seen_scores(each, viewer))
        for each in found
        if viewer.opens(each)
    ]


@router.get("/submissions")
def submissions(
    site: TheSite, teams: TheTeams, viewer: TheViewer, member: TheMember, competition: Name = ""
) -> list[documents.SubmissionDocument]:
    """List what the team has handed in (an admin: all teams), the newest first."""
    key = contest(site, competition).key if competition else None
    return [
        documents.SubmissionDocument.of(each) for each in told(site, viewer, teams.submissions.of(member.team, key))
    ]


@router.post("/submissions", status_code=201, openapi_extra={"requestBody": {"required": True, "content": BINARY}})
async def receive(
    competition: Name,
    request: Request,
    site: TheSite,
    teams: TheTeams,
    viewer: TheViewer,
    team: TheTeam,
    file_name: Text = "",
    message: Text = "",
) -> documents.SubmissionDocument:
    """Hand in a file, which is the body as it is: a table, or one packed by gzip or zip. It is scored soon after.

    The very same file, handed in again, is no new submission.
    """
    entered, said = await run_in_threadpool(contest, site, competition), require_message(message)
    await run_in_threadpool(require_room, teams, team, entered)
    received = await teams.receiver.body(request, team.id)
    made = await run_in_threadpool(hand_in, teams, team, entered, received, plain_name(file_name), said)
    return documents.SubmissionDocument.of((await run_in_threadpool(told, site, viewer, [made]))[0])


@router.get("/submissions/{submission_id}")
def submission(
    submission_id: str, site: TheSite, teams: TheTeams, viewer: TheViewer, member: TheMember
) -> documents.SubmissionDocument:
    """Tell what became of a file."""
    return documents.SubmissionDocument.of(told(site, viewer, [own(teams, member, submission_id)])[0])


@router.get("/submissions/{submission_id}/file", response_class=Response, responses={200: {"content": BINARY}})
def file(submission_id: str, teams: TheTeams, member: TheMember) -> Response:
    """Give the file back as it came."""
    return file_of(teams, own(teams, member, submission_id))


@router.put("/finals", status_code=204)
def finals(
    competition: Name,
    task: Task,
    site: TheSite,
    teams: TheTeams,
    team: TheTeam,
    submission: Annotated[list[str], Query(default_factory=list, max_length=100)],
) -> None:
    """Choose the finals of a task anew: those submissions that the private part decides on."""
    rules = teams.rules.of(contest(site, competition).key)
    teams.submissions.choose(team, submission, rules, task, datetime.now(UTC))


def _competition(competition: Competition, teams: Teams, team: Team | None) -> documents.CompetitionDocument:
    now, rules = datetime.now(UTC), teams.rules.of(competition.key)
    tasks = tasks_of(competition)
    days = {task: teams.submissions.today(team, competition.key, task, now) for task in tasks} if team else {}
    over = rules.is_over(now)
    return documents.CompetitionDocument(
        key=competition.key,
        name=competition.name,
        tasks=list(tasks),
        deadline=rules.deadline,
        over=over,
        daily_limit=rules.daily_limit,
        left_today={task: 0 if over else day.left(rules) for task, day in days.items()},
        largest_file=teams.limits.upload,
    )
