"""Boards: `/c/<competition>/<task>/<public, private, all or folds>`."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.data.board_cache import RankedBoard, Tab
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.shared.board_query import MAX_METRIC, BoardQuery
from harness.web.shared.board_view import OTHER_PART, board_values, build_board_view
from harness.web.site_page import SitePage
from leaderboard import Entry
from leaderboard.order import Group

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)


@router.get("/{competition}/{task}")
def default_tab(board: BoardContextDep) -> Response:
    """Redirect to the first tab."""
    tabs = board.tabs(board.ranked())
    if not tabs:
        raise not_found("no part of this board is visible yet")
    return RedirectResponse(board.address(tabs[0]))


@router.get("/{competition}/{task}/folds")
def folds(board: BoardContextDep, deal: str = "") -> HTMLResponse:
    """Return the board of a cross-validation, by default of the latest."""
    if not board.fold_sets or (deal and deal not in board.fold_sets):
        raise not_found("no entries on these folds")
    current = deal or board.fold_sets[0]
    rows, entries = board.page.site.boards.folds(board.competition, board.task, current)
    return board.page.render(
        "board/folds.html",
        f"{board.title}, folds",
        board.breadcrumb(),
        heading=board.title,
        tabs=board.tab_links(board.ranked(), "folds"),
        fold_sets=[Link(name, board.address("folds", deal=name), name == current) for name in board.fold_sets],
        rows=rows,
        links=_links_by_identity([entry for entry in entries if board.page.permissions.can_open(entry)]),
    )


def _links_by_identity(entries: Sequence[Entry]) -> dict[str, list[Link]]:
    """Return links to the entries on each fold, by identity."""
    links: dict[str, list[Link]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.identity, entry.split, entry.id or 0)):
        fold = entry.split.partition(" ")[2].partition("/")[0]
        links.setdefault(entry.identity, []).append(Link(fold, address("e", entry.id)))
    return links


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


@router.get("/{competition}/{task}/{tab}")
def board_page(board: BoardContextDep, tab: str, request: Request) -> HTMLResponse:
    """Return a tab of the board."""
    query = BoardQuery.read(request.query_params, request.query_params.getlist("columns"))
    ranked = board.page.site.boards.ranked(board.competition, board.task, query.by, query.metric)
    view = build_board_view(board, ranked, _require_tab(board, ranked, tab), query)
    return board.page.render("board/board.html", f"{board.title}, {tab}", board.breadcrumb(), **board_values(view))


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
