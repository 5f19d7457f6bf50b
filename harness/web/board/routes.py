"""Boards: `/c/<competition>/<task>/<public, private, all or folds>`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from harness.web.board.export import MEDIA_TYPES, ExportFormat, export_board
from harness.web.board.selection import MAX_SELECTED, explorer_address, run_command, selected_entries
from harness.web.data.board_cache import RankedBoard, Tab
from harness.web.error_pages import not_found
from harness.web.shared.board_columns import OTHER_PART
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.shared.board_query import MAX_METRIC, BoardQuery
from harness.web.shared.board_view import BoardView, board_values, build_board_view
from harness.web.site_page import SitePage
from leaderboard.order import Group

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)

EntryNumbers = Annotated[Sequence[Annotated[int, Query(ge=1, le=2**31 - 1)]], Query(max_length=MAX_SELECTED)]


@router.get("/{competition}/{task}")
def default_tab(board: BoardContextDep, request: Request) -> Response:
    """Redirect to the first tab with the same query string."""
    tabs = board.tabs(board.ranked())
    if not tabs:
        raise not_found("no part of this board is visible yet")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(board.address(tabs[0]) + query)


@router.get("/{competition}/{task}/samples")
def samples(board: BoardContextDep) -> HTMLResponse:
    """Return the boards of samples of the test images, which are not compared with those of all queries."""
    if not board.samples:
        raise not_found("no entries on a sample of the queries")
    boards = board.page.site.boards
    return board.page.render(
        "board/samples.html",
        f"{board.title}, samples",
        board.breadcrumb(),
        heading=board.title,
        tabs=board.tab_links(board.ranked(), "samples"),
        parts=[part for part in ("public", "private", "all") if part in board.visible_parts],
        samples={split: boards.sample(board.competition, board.task, split) for split in board.samples},
    )


@router.get("/{competition}/{task}/selected/explore")
def explore_selected(board: BoardContextDep, entry: EntryNumbers = ()) -> Response:
    """Redirect to the queries of the ticked entries."""
    return RedirectResponse(explorer_address(selected_entries(board, entry)), 303)


@router.get("/{competition}/{task}/selected/command")
def command_of_selected(board: BoardContextDep, entry: EntryNumbers = ()) -> Response:
    """Return the command that runs the ticked entries again, as plain text; local mode only."""
    if board.page.permissions.user_name:  # teams must not see local paths
        raise not_found()
    return PlainTextResponse(run_command(board, selected_entries(board, entry)) + "\n")


@router.get("/{competition}/{task}/{tab}")
def board_page(board: BoardContextDep, tab: str, request: Request) -> HTMLResponse:
    """Return a tab of the board."""
    view = _view(board, tab, request)
    return board.page.render("board/board.html", f"{board.title}, {tab}", board.breadcrumb(), **board_values(view))


@router.get("/{competition}/{task}/{tab}/table")
def board_results(board: BoardContextDep, tab: str, request: Request) -> HTMLResponse:
    """Return the table and the charts of a tab alone, for its script."""
    return board.page.render("board/_results.html", "", **board_values(_view(board, tab, request)))


@router.get("/{competition}/{task}/{tab}/export")
def export(
    board: BoardContextDep, tab: str, request: Request, format: ExportFormat = "csv", entry: EntryNumbers = ()
) -> Response:
    """Return the board as it is shown, or its ticked rows, as a file or as text to paste."""
    query, ranked = _query(board, request)
    text = export_board(board, ranked, _require_tab(board, ranked, tab), query, set(entry), format)
    media_type, suffix = MEDIA_TYPES[format]
    name = f"{board.task}-{tab}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if format in ("csv", "json") else {}
    return Response(
        text.encode("utf-8", "backslashreplace"), media_type=f"{media_type}; charset=utf-8", headers=headers
    )


def _query(board: BoardContext, request: Request) -> tuple[BoardQuery, RankedBoard]:
    query = BoardQuery.read(request.query_params, request.query_params.getlist("columns"))
    return query, board.page.site.boards.ranked(board.competition, board.task, query.by, query.metric)


def _view(board: BoardContext, tab: str, request: Request) -> BoardView:
    query, ranked = _query(board, request)
    return build_board_view(board, ranked, _require_tab(board, ranked, tab), query)


@router.get("/{competition}/{task}/{tab}/ties")
def ties(
    board: BoardContextDep, tab: str, by: Group = "solution", metric: str = ""
) -> dict[int, dict[str, float | bool | None]]:
    """Return the ties of a tab as JSON, computed if necessary."""
    ranked = board.page.site.boards.ranked(board.competition, board.task, by, metric[:MAX_METRIC])
    part = _require_tab(board, ranked, tab)
    if not board.page.permissions.can_see_ties(board.competition):
        raise not_found("ties are not available before the private scores are released")
    ties_by_entry = board.page.site.ties.find(ranked.metric, part, ranked.leaders(part))
    return {entry: vars(tie) for entry, tie in ties_by_entry.items()}


def _require_tab(board: BoardContext, ranked: RankedBoard, tab: str) -> Tab:
    """Return the tab; 404 if the board has no tab of that name or the user may not see it."""
    if tab not in board.tabs(ranked) or tab not in OTHER_PART:
        raise not_found("no such part of this board, or it is not visible yet")
    return tab  # type: ignore[return-value]
