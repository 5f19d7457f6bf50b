"""Overfitting pages below a board: `shake-up` and `probing`, for users who may see private scores."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from harness.comparing.shake_up import ShakeUpResult, simulate_shake_up
from harness.errors import DataError
from harness.plotting.probing import simulate_probing
from harness.plotting.selection import select_entries
from harness.web.data.background_task import BackgroundTask
from harness.web.lru import LruCache
from harness.web.overfitting.probing import ProbingView, probing_chart
from harness.web.overfitting.shake_up import ShakeUpView, shake_up_chart
from harness.web.rendering import PageLayout, render_template
from harness.web.shared.board_context import BoardContext, PrivateBoardDep
from harness.web.site_page import BoardLink, SitePage
from leaderboard.order import Group
from leaderboard.rendering.format_cells import metric_label

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(
    router,
    board_links=(BoardLink("Shake-up analysis", "shake-up", least_entries=2),),
)

MAX_MINE = 200  # entries that may be passed as ?mine=
Value = TypeVar("Value")
PATIENCE_S = 0.3  # that a page waits for its simulation
_SIMULATIONS: LruCache[BackgroundTask[Any]] = LruCache(16)  # by site, kind, board and state of the board


Mine = Annotated[list[int] | None, Query(max_length=MAX_MINE)]


@router.get("/{competition}/{task}/shake-up")
def shake_up_page(board: PrivateBoardDep, request: Request, by: Group = "solution", mine: Mine = None) -> HTMLResponse:
    """Return the simulated shake-up; finals are selected among the entries that are `mine`."""
    return _page(
        board, request, "shake-up", _shake_up(board, by), lambda result: _shake_up_html(board, result, by, mine)
    )


@router.get("/{competition}/{task}/shake-up/content")
def shake_up_content(board: PrivateBoardDep, by: Group = "solution", mine: Mine = None) -> Response:
    """Return the content of the shake-up page, or status 202 while it is being simulated."""
    return _content(_shake_up(board, by), lambda result: _shake_up_html(board, result, by, mine))


@router.get("/{competition}/{task}/probing")
def probing_page(board: PrivateBoardDep, request: Request) -> HTMLResponse:
    """Return the simulated attack that mixes the answers of the two best entries."""
    return _page(board, request, "probing", _probing(board), _probing_html)


@router.get("/{competition}/{task}/probing/content")
def probing_content(board: PrivateBoardDep) -> Response:
    """Return the content of the probing page, or status 202 while it is being simulated."""
    return _content(_probing(board), _probing_html)


def _page(
    board: BoardContext, request: Request, name: str, task: BackgroundTask[Value], render: Callable[[Value], str]
) -> HTMLResponse:
    """Return a page with its content, or with a sign of work if that is not computed soon."""
    task.retry()
    query = f"?{request.url.query}" if request.url.query else ""
    return board.page.render(
        f"overfitting/{name.replace('-', '_')}.html",
        f"{board.title}, {name}",
        board.breadcrumb(name),
        board_title=board.title,
        content=Markup(render(task.result())) if task.wait(PATIENCE_S) else None,  # noqa: S704 (rendered)
        content_address=board.address(name, "content") + query,
    )


def _content(task: BackgroundTask[Value], render: Callable[[Value], str]) -> Response:
    return HTMLResponse(render(task.result())) if task.is_finished else PlainTextResponse("", 202)


def _shake_up(board: BoardContext, by: Group) -> BackgroundTask[ShakeUpResult]:
    return _task(board, by, lambda: _simulate_shake_up(board, by))


def _probing(board: BoardContext) -> BackgroundTask[ProbingView]:
    return _task(board, "probing", lambda: _simulate_probing(board))


def _shake_up_html(board: BoardContext, result: ShakeUpResult, by: Group, mine: list[int] | None) -> str:
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
        probing=board.address("probing"),
    )
    values = {"view": view, "chart": shake_up_chart(result.simulation)}
    return render_template("overfitting/_shake_up.html", PageLayout(board.title), **values)


def _probing_html(view: ProbingView) -> str:
    return render_template("overfitting/_probing.html", PageLayout(view.title), view=view, chart=probing_chart(view))


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


def _task(board: BoardContext, kind: str, simulate: Callable[[], Value]) -> BackgroundTask[Value]:
    """Return the simulation of this board, started again if entries have been added since."""
    summaries = board.ranked().summaries
    key = board.page.site, kind, board.competition, board.task, len(summaries), summaries[-1].id if summaries else 0
    task: BackgroundTask[Value] = _SIMULATIONS.get(key, lambda: BackgroundTask(simulate))
    return task
