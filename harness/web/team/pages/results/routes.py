"""The final results of a competition, as a tab of its leaderboard: `/c/<competition>/<task>/results`."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.web.shared.board_context import PrivateBoardDep
from harness.web.site_page import BoardLink, SitePage
from harness.web.team.competition_context import CompetitionDep
from harness.web.team.initials import team_initials
from harness.web.team.leaderboard_links import part_links, task_links
from harness.web.team.scoring.final_results import final_results
from leaderboard.team.rules import MAX_FINALS

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router, board_links=[BoardLink("Results", "results", is_tab=True)])


@router.get("/{competition}/{task}/results")
def results_page(board: PrivateBoardDep, competition: CompetitionDep) -> HTMLResponse:
    """Return the page that ranks each team by its best final; 404 while the user may not see private scores."""
    context, ranked = board.page, board.ranked()
    rows = final_results(context.site, competition.teams, board.competition, board.task)
    return competition.render(
        "results/results.html",
        "Leaderboard",
        tasks=task_links(competition, board.task),
        task=board.task,
        metric=ranked.metric,
        parts=part_links(board, ranked, "results"),
        finals=MAX_FINALS,
        rows=rows,
        opens={row.rank for row in rows if context.permissions.can_open(row.entry)},
        own=competition.team.name if competition.team else None,
        initials=team_initials,
    )
