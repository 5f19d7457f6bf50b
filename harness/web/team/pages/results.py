"""How a competition ended, as a tab of its board: `/c/<competition>/<task>/results`."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.web.overfitting.routes import OpenPlace
from harness.web.team.context import TheTeams
from harness.web.team.scoring.final_results import results
from leaderboard.team.rules import FINALS
from metrics import metrics_of

router = APIRouter(prefix="/c", include_in_schema=False)


@router.get("/{competition}/{task}/results")
def final_order(at: OpenPlace, teams: TheTeams) -> HTMLResponse:
    """Answer with each team by the best of its finals; 404 for those who may not see private scores yet."""
    desk, rules, title = at.desk, teams.rules.of(at.competition), f"{at.title}, {at.task}"
    rows = results(desk.site, teams, at.competition, at.task)
    return desk.page(
        "results.html",
        f"{title}, results",
        at.trail(),
        heading=title,
        metric=metrics_of(at.task)[0],
        tabs=at.links(at.tabs(desk.site.boards.ordered(at.competition, at.task)), "results"),
        rules=rules,
        over=rules.is_over(datetime.now(UTC)),
        finals=FINALS,
        rows=rows,
        opens={row.rank for row in rows if desk.viewer.opens(row.entry)},
    )
