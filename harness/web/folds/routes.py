"""The board of a cross-validation: `/c/<competition>/<task>/folds`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from harness.data.query_sample import is_fold
from harness.tuning.stored_study import StoredStudy
from harness.web.data.board_cache import fold_set_of
from harness.web.data.board_studies import studies_of_board
from harness.web.error_pages import not_found
from harness.web.folds.table import SORTS, FoldQuery, fold_table, ranked_rows
from harness.web.rendering import Link, address
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.site_page import SitePage
from leaderboard import Entry
from leaderboard.fold_test import NAME as TEST_NAME
from leaderboard.folds import fold_number

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)


@router.get("/{competition}/{task}/folds")
def folds(
    board: BoardContextDep,
    deal: Annotated[str, Query(max_length=60)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
    sort: str = "rank",
    by: str = "identity",
    dots: str = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """Return the board of a cross-validation, by default of the latest."""
    if not board.fold_sets or (deal and deal not in board.fold_sets):
        raise not_found("no entries on these folds")
    current = deal or board.fold_sets[0]
    query = FoldQuery(
        deal,
        search.strip(),
        sort if sort in SORTS else "rank",
        "solution" if by == "solution" else "identity",
        dots if dots in ("score", "difference") else "",
        page,
    )
    entries = _entries(board, current)
    rows = ranked_rows(entries, board.task)
    is_local = not board.page.permissions.user_name
    workspace = board.page.site.workspace
    studies = studies_of_board(workspace, board.competition, board.task, entries) if is_local else []
    return board.page.render(
        "folds/folds.html",
        f"{board.title}, folds",
        board.breadcrumb(),
        heading=board.title,
        tabs=board.tab_links(board.ranked(), "folds"),
        fold_sets=[Link(name, query.query(deal=name, page=1), name == current) for name in board.fold_sets],
        rows=rows,
        table=fold_table(rows, entries, studies, query),
        query=query,
        sorts=SORTS,
        studies=[_study_link(board, study) for study in studies],
        study_address=partial(board.address, "studies"),
        links=_links_by_identity([entry for entry in entries if board.page.permissions.can_open(entry)]),
        test_name=TEST_NAME,
    )


def _entries(board: BoardContext, fold_set: str) -> list[Entry]:
    """Return the entries of a cross-validation, earliest first."""
    splits = [each.split for each in board.boards if is_fold(each.split) and fold_set_of(each.split) == fold_set]
    store = board.page.site.store
    entries = [entry for split in splits for entry in store.entries(board.competition, board.task, split)]
    return sorted(entries, key=lambda entry: entry.id or 0)


def _links_by_identity(entries: Sequence[Entry]) -> dict[str, list[Link]]:
    """Return links to the latest entry of each fold and seed, by identity."""
    links: dict[str, list[Link]] = {}
    latest = {(entry.identity, fold_number(entry.split), entry.seed): entry.id for entry in entries}
    for (identity, fold, _), number in sorted(latest.items()):
        links.setdefault(identity, []).append(Link(str(fold), address("e", number)))
    return links


def _study_link(board: BoardContext, study: StoredStudy) -> Link:
    best = f", best {study.best.score:.4f}" if study.best else ""
    return Link(f"{study.solution} ({len(study.trials)} trials{best})", board.address("studies", study.name))
