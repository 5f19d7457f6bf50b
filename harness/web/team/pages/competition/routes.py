"""The competitions of the team server: their list, and the tabs Overview, Data and Rules of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.web.context import PageContextDep, Site
from harness.web.site_page import SitePage
from harness.web.team.access import MemberDep
from harness.web.team.competition_context import (
    CompetitionContext,
    CompetitionDep,
    CompetitionState,
    competition_state,
)
from harness.web.team.context import TeamContextDep
from harness.web.team.markdown import render_markdown
from harness.web.team.page_texts import page_text
from leaderboard.team.accounts import Team
from leaderboard.team.texts import TextPage
from metrics import Task

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)


@dataclass(frozen=True)
class TaskSummary:
    """A task of a competition: its metric, its number of ranked teams, and the rank of the user's team, if any."""

    task: Task
    metric: str
    ranked: int
    own_rank: int | None


@router.get("/")
def home(context: PageContextDep, teams: TeamContextDep, member: MemberDep) -> HTMLResponse:
    """Return the list of the competitions."""
    states = [competition_state(item, teams) for item in context.site.competitions.explicit.values()]
    visible = {state.key: context.permissions.parts(state.key) for state in states}
    cards = [(state, _tasks(context.site, state, member.team, visible[state.key])) for state in states]
    return context.render("team/pages/competition/home.html", "Competitions", cards=cards, is_admin=member.team is None)


@router.get("/c/{competition}")
def overview(competition: CompetitionDep) -> HTMLResponse:
    """Return the overview of a competition."""
    return _text_page(competition, "overview")


@router.get("/c/{competition}/data")
def data(competition: CompetitionDep) -> HTMLResponse:
    """Return what a competition says about its data."""
    return _text_page(competition, "data")


@router.get("/c/{competition}/rules")
def rules(competition: CompetitionDep) -> HTMLResponse:
    """Return the rules of a competition."""
    return _text_page(competition, "rules")


def _text_page(competition: CompetitionContext, page: TextPage) -> HTMLResponse:
    text = render_markdown(page_text(competition, page))
    return competition.render("competition/text.html", page.title(), text=text, page_name=page)


def _tasks(site: Site, state: CompetitionState, team: Team | None, parts: Sequence[str]) -> list[TaskSummary]:
    return [_task(site, state, task, team, parts) for task in state.tasks]


def _task(site: Site, state: CompetitionState, task: Task, team: Team | None, parts: Sequence[str]) -> TaskSummary:
    """Return the summary of a task; without the rank of the team if the part that ranks is not visible."""
    ranked = site.boards.ranked(state.key, task)
    standings = [row for row in ranked.standings if row.rank]
    own = next((row.rank for row in standings if team and row.entry.solution == team.name), None)
    return TaskSummary(task, ranked.metric.name, len(standings), own if ranked.part in parts else None)
