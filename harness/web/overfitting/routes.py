"""Overfitting pages below a board: `shake-up` and `probing`, for users who may see private scores."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from harness.comparing.shake_up import ShakeUpResult, simulate_shake_up
from harness.errors import DataError
from harness.plotting.probing import simulate_probing
from harness.plotting.selection import select_entries
from harness.web.lru import LruCache
from harness.web.overfitting.probing import ProbingView, probing_chart
from harness.web.overfitting.shake_up import ShakeUpView, shake_up_chart
from harness.web.shared.board_context import BoardContext, PrivateBoardDep
from harness.web.site_page import BoardLink, SitePage
from leaderboard.order import Group
from leaderboard.rendering.format_cells import metric_label

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(
    router,
    board_links=(
        BoardLink("Shake-up analysis", "shake-up", least_entries=2),
        BoardLink("Probing simulation", "probing"),
    ),
)

MAX_MINE = 200  # entries that may be passed as ?mine=
Value = TypeVar("Value")
_SIMULATIONS: LruCache[Any] = LruCache(16)  # by site, kind, board and state of the board


@router.get("/{competition}/{task}/shake-up")
def shake_up_page(
    board: PrivateBoardDep,
    by: Group = "solution",
    mine: Annotated[list[int] | None, Query(max_length=MAX_MINE)] = None,
) -> HTMLResponse:
    """Return the simulated shake-up; finals are selected among the entries that are `mine`."""
    result = _cached(board, by, lambda: _simulate_shake_up(board, by))
    view = ShakeUpView(
        title=board.title,
        metric=metric_label(result.metric.name),
        n_queries=result.n_queries,
        n_public=result.n_public,
        simulation=result.simulation,
        entries={row.identity: row.entry_id or 0 for row in result.rows},
        mine=[row.identity for row in result.rows if row.entry_id in (mine or [])],
        by=by,
        omitted=result.left_out,
    )
    title, breadcrumb = f"{board.title}, shake-up", board.breadcrumb("shake-up")
    chart = shake_up_chart(result.simulation)
    return board.page.render("overfitting/shake_up.html", title, breadcrumb, view=view, chart=chart)


@router.get("/{competition}/{task}/probing")
def probing_page(board: PrivateBoardDep) -> HTMLResponse:
    """Return the simulated attack that mixes the answers of the two best entries."""
    view = _cached(board, "probing", lambda: _simulate_probing(board))
    title, breadcrumb = f"{board.title}, probing", board.breadcrumb("probing")
    return board.page.render("overfitting/probing.html", title, breadcrumb, view=view, chart=probing_chart(view))


def _simulate_shake_up(board: BoardContext, by: Group) -> ShakeUpResult:
    site = board.page.site
    return simulate_shake_up(site.store, board.competition, board.task, by=by, hidden=site.boards.hidden())


def _simulate_probing(board: BoardContext) -> ProbingView:
    site = board.page.site
    competition = site.competitions.find(board.competition)
    if competition is None:
        name = board.competition_name
        raise DataError(f"the folder of {name} is missing or has changed; run a solution on it to register it again")
    selected = select_entries(competition, site.store, board.task, (), 2, site.boards.hidden())
    results, n_attackers = simulate_probing(selected)
    names = [entry.identity for entry in selected.entries]
    public = selected.public_queries()
    metric = metric_label(selected.metric.name)
    return ProbingView(board.title, metric, names, int(public.sum()), len(public), results, n_attackers)


def _cached(board: BoardContext, kind: str, simulate: Callable[[], Value]) -> Value:
    """Return the cached simulation of this board, simulated again if entries have been added since."""
    summaries = board.ranked().summaries
    key = board.page.site, kind, board.competition, board.task, len(summaries), summaries[-1].id if summaries else 0
    value: Value = _SIMULATIONS.get(key, simulate)
    return value
