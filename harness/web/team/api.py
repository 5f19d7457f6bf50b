"""The JSON API under /api/v1, which `landmark push` uses; openapi.json documents it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool

from harness.data.competition import Competition
from harness.web.context import PermissionsDep, Site, SiteDep
from harness.web.error_pages import http_error, not_found
from harness.web.permissions import PARTS, Permissions
from harness.web.team import api_schemas as documents
from harness.web.team.accept_upload import accept_upload, find_competition, require_quota, tasks_of
from harness.web.team.access import MemberDep, TeamDep
from harness.web.team.api_errors import MALFORMED, errors
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.pages.submissions.routes import file_response, find_own
from harness.web.team.scoring.final_results import final_results
from harness.web.team.visible_scores import visible_scores, visible_submissions
from leaderboard.team.accounts import Team
from leaderboard.team.descriptions import MAX_LINKS, valid_description, valid_links
from leaderboard.team.submissions import Submission
from metrics import Task

DESCRIPTION = (
    "Errors are JSON with one line in `error`, also those of other addresses (404) and other methods (405). What is no "
    "HTTP request, or comes over too many connections, is answered in plain text with 400 or 503."
)
BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix="/api/v1", responses=errors(401, 404, 409, 422, 429, 500, 503) | MALFORMED)
Name = Annotated[str, Query(description="The key or the name of a competition.", max_length=300)]
Text = Annotated[str, Query(max_length=1_000)]
Description = Annotated[str, Query(description="The team's description of the submission.", max_length=1_000)]
Links = Annotated[list[str], Query(default_factory=list, description="Web addresses.", max_length=MAX_LINKS)]


def description_of(links: Links, message: Description = "") -> tuple[str, tuple[str, ...]]:
    """Return the description and the links of a request. Raises DescriptionError if they are not accepted."""
    return valid_description(message), valid_links(links)


DescriptionDep = Annotated[tuple[str, tuple[str, ...]], Depends(description_of)]


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> dict[str, Any]:
    """Return the OpenAPI description."""
    schema = get_openapi(title="landmark", version="1", description=DESCRIPTION, routes=router.routes)
    schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {**schema, "security": [{"token": []}]}


@router.get("/me")
def me(member: MemberDep) -> documents.MemberDocument:
    """Return the team of the token."""
    return documents.MemberDocument(team=member.team.name if member.team else None)


@router.get("/competitions")
def competitions(site: SiteDep, teams: TeamContextDep, member: MemberDep) -> list[documents.CompetitionDocument]:
    """List the competitions that accept submissions."""
    return [_competition(item, teams, member.team) for item in site.competitions.explicit.values()]


@router.get("/boards/{task}")
def board(task: Task, competition: Name, site: SiteDep, permissions: PermissionsDep) -> list[documents.RowDocument]:
    """Return the leaderboard; before the deadline with ranks and scores of the public part only."""
    key = find_competition(site, competition).key
    ranked, parts = site.boards.ranked(key, task), permissions.parts(key)
    entries = site.store.by_ids([row.entry.id for row in ranked.standings])
    return [
        documents.RowDocument(
            rank=row.rank if ranked.part in parts else None,
            private_rank=row.private_rank if "private" in parts else None,
            solution=row.entry.solution,
            metric=ranked.metric.name,
            **{f"score_{part}": row.entry.score(part) if part in parts else None for part in PARTS},
            entries=row.entries,
            last=row.last,
            entry=row.entry.id if permissions.can_open(entries[row.entry.id]) else None,
        )
        for row in ranked.standings
    ]


@router.get("/results/{task}")
def results(
    task: Task, competition: Name, site: SiteDep, teams: TeamContextDep, permissions: PermissionsDep
) -> list[documents.ResultDocument]:
    """Return the final results: each team's best final on the private part. HTTP 409 before the deadline."""
    key = find_competition(site, competition).key
    if "private" not in permissions.parts(key):
        raise http_error(409, "the competition is not over yet")
    results = final_results(site, teams, key, task)
    return [documents.ResultDocument(rank=row.rank, team=row.entry.solution, score=row.score) for row in results]


@router.get("/entries")
def entries(competition: Name, site: SiteDep, permissions: PermissionsDep) -> list[documents.EntryDocument]:
    """List the entries that the member may open, oldest first."""
    opened = filter(permissions.can_open, site.store.entries(competition=find_competition(site, competition).key))
    values = [vars(entry) | {"scores": visible_scores(entry, permissions)} for entry in opened]
    return [documents.EntryDocument.model_validate(value) for value in values]


@router.get("/submissions")
def submissions(
    site: SiteDep, teams: TeamContextDep, permissions: PermissionsDep, member: MemberDep, competition: Name = ""
) -> list[documents.SubmissionDocument]:
    """List the team's submissions, or those of all teams for an admin, newest first."""
    key = find_competition(site, competition).key if competition else None
    visible = visible_submissions(site, permissions, teams.submissions.find_all(member.team, key))
    return [documents.SubmissionDocument.of(submission) for submission in visible]


@router.post(
    "/submissions",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": BINARY}},
    responses=errors(403, 413, 507),
)
async def receive(
    competition: Name,
    request: Request,
    site: SiteDep,
    teams: TeamContextDep,
    permissions: PermissionsDep,
    team: TeamDep,
    description: DescriptionDep,
    file_name: Text = "",
) -> documents.SubmissionDocument:
    """Submit the request body: a CSV table, optionally compressed with gzip or zip. It is queued for scoring.

    Submitting an identical file again returns the earlier submission.
    """
    contest = await run_in_threadpool(find_competition, site, competition)
    await run_in_threadpool(require_quota, teams, team, contest)
    received = await teams.upload_receiver.receive_body(request, team.id)
    submission = await run_in_threadpool(accept_upload, teams, team, contest, received, file_name, *description)
    return await run_in_threadpool(_submission, site, permissions, submission)


@router.get("/submissions/{submission_id}")
def submission(
    submission_id: str, site: SiteDep, teams: TeamContextDep, permissions: PermissionsDep, member: MemberDep
) -> documents.SubmissionDocument:
    """Return a submission with its status and scores."""
    return _submission(site, permissions, find_own(teams, member, submission_id))


@router.patch("/submissions/{submission_id}", responses=errors(403))
def describe(
    submission_id: str,
    site: SiteDep,
    teams: TeamContextDep,
    permissions: PermissionsDep,
    team: TeamDep,
    description: DescriptionDep,
) -> documents.SubmissionDocument:
    """Replace the description and the links of a submission of the team."""
    submission = teams.submissions.find(submission_id)
    if submission is None or submission.team != team.name:
        raise not_found()
    teams.submissions.describe(submission.id, *description)
    return _submission(site, permissions, teams.submissions.find(submission.id) or submission)


@router.get("/submissions/{submission_id}/file", response_class=Response, responses={200: {"content": BINARY}})
def file(submission_id: str, teams: TeamContextDep, member: MemberDep) -> Response:
    """Return the uploaded file."""
    return file_response(teams, find_own(teams, member, submission_id))


@router.put("/finals", status_code=204, responses=errors(403))
def finals(
    competition: Name,
    task: Task,
    site: SiteDep,
    teams: TeamContextDep,
    team: TeamDep,
    submission: Annotated[list[str], Query(default_factory=list, max_length=100)],
) -> None:
    """Replace the team's finals of a task: the submissions that count for the private part."""
    rules = teams.rules.get(find_competition(site, competition).key)
    teams.submissions.choose(team, submission, rules, task, datetime.now(UTC))


def _submission(site: Site, permissions: Permissions, submission: Submission) -> documents.SubmissionDocument:
    return documents.SubmissionDocument.of(visible_submissions(site, permissions, [submission])[0])


def _competition(competition: Competition, teams: TeamContext, team: Team | None) -> documents.CompetitionDocument:
    now, rules = datetime.now(UTC), teams.rules.get(competition.key)
    tasks = tasks_of(competition)
    usage = {task: teams.submissions.daily_usage(team, competition.key, task, now) for task in tasks} if team else {}
    over = rules.is_closed(now)
    return documents.CompetitionDocument(
        key=competition.key,
        name=competition.name,
        tasks=list(tasks),
        deadline=rules.deadline,
        over=over,
        daily_limit=rules.daily_limit,
        left_today={task: 0 if over else day.remaining(rules) for task, day in usage.items()},
        largest_file=teams.limits.file_bytes,
    )
