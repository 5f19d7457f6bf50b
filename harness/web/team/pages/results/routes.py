"""The final results of a competition, as a tab of its leaderboard: `/c/<competition>/<task>/results`."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.web.shared.board_context import PrivateBoardDep
from harness.web.site_page import BoardLink, SitePage
from harness.web.team.context import TeamContextDep
from harness.web.team.scoring.final_results import final_results
from leaderboard.team.rules import MAX_FINALS

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router, board_links=[BoardLink("Results", "results", is_tab=True)])


@router.get("/{competition}/{task}/results")
def results_page(board: PrivateBoardDep, teams: TeamContextDep) -> HTMLResponse:
    """Return the page that ranks each team by its best final; 404 while the user may not see private scores."""
    context, rules = board.page, teams.rules.get(board.competition)
    rows = final_results(context.site, teams, board.competition, board.task)
    return context.render(
        "team/pages/results/results.html",
        f"{board.title}, results",
        board.breadcrumb(),
        heading=board.title,
        metric=board.ranked().metric,
        tabs=board.tab_links(board.ranked(), "results"),
        rules=rules,
        closed=rules.is_closed(datetime.now(UTC)),
        finals=MAX_FINALS,
        rows=rows,
        opens={row.rank for row in rows if context.permissions.can_open(row.entry)},
    )
