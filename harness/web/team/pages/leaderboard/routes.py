"""The leaderboard of teams: `/c/<competition>/<task>/<public, private or all>`, in the place of the general board."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.data.board_cache import RankedBoard, Tab
from harness.web.error_pages import not_found
from harness.web.shared.board_context import BoardContext
from harness.web.site_page import SitePage
from harness.web.team.competition_context import CompetitionContext, CompetitionDep
from harness.web.team.leaderboard_links import board_of, part_links, task_links
from harness.web.team.pages.leaderboard.lines import PAGE_ROWS, TeamBoard, build_team_board
from metrics import Task

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)
PARTS: tuple[Tab, ...] = ("public", "private", "all")


def task_of(task: str, competition: CompetitionDep) -> Task:
    """Return the task in the address. Raises HTTP 404 unless it is one of the competition."""
    for name in competition.state.tasks:
        if name == task:
            return name
    raise not_found("the competition has no such task")


TaskDep = Annotated[Task, Depends(task_of)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/{competition}/{task}")
def default_part(competition: CompetitionDep, task: TaskDep) -> Response:
    """Redirect to the first part that the member may see; an empty leaderboard has no parts."""
    board = board_of(competition, task)
    if not board.ranked().standings:
        return competition.render(
            "leaderboard/empty.html", "Leaderboard", tasks=task_links(competition, task), parts=[], task=task
        )
    tabs = board.tabs(board.ranked())
    if not tabs:
        raise not_found("no part of this board is visible yet")
    return RedirectResponse(board.address(tabs[0]))


@router.get("/{competition}/{task}/{tab}")
def leaderboard(competition: CompetitionDep, task: TaskDep, tab: str, page: Page = 1, search: str = "") -> HTMLResponse:
    """Return a part of the leaderboard."""
    board = board_of(competition, task)
    ranked = board.ranked()
    part = next((part for part in PARTS if part == tab), None)
    if part is None or part not in board.tabs(ranked):
        raise not_found("no such part of this board, or it is not visible yet")
    view = build_team_board(board, ranked, part, competition, search[:200], page)
    return _render(competition, board, ranked, view)


def _render(competition: CompetitionContext, board: BoardContext, ranked: RankedBoard, view: TeamBoard) -> HTMLResponse:
    return competition.render(
        "leaderboard/leaderboard.html",
        "Leaderboard",
        tasks=task_links(competition, board.task),
        parts=part_links(board, ranked, view.tab),
        links=board.further_links(),
        board=view,
        pages=max(1, -(-view.n_found // PAGE_ROWS)),
        task=board.task,
    )
