"""The query explorer: `/e/<entry>/queries`, each query and its local matches below it, and the photos."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from harness.data.images.decode import UndecodableError
from harness.web.context import PageContext, PageContextDep, SiteDep
from harness.web.data.entry_analysis import MAX_LISTED, MAX_MISSED, EntryAnalysis, RankingAnalysis
from harness.web.data.local_matches import find_matches, load_matcher, match_address
from harness.web.data.selections import SelectionStore
from harness.web.data.thumbnails import SIZES
from harness.web.error_pages import not_found
from harness.web.explorer.filter_view import filter_chips, filter_options
from harness.web.explorer.filters import SORTS, FilterDep, QueryFilter, select_rows
from harness.web.explorer.matches import draw_beside, draw_stacked
from harness.web.explorer.page import (
    MEANINGS,
    PAGE_QUERIES,
    SIGNS,
    precision_curve,
    present_marks,
    query_address,
    view_query,
)
from harness.web.rendering import Link, address
from harness.web.shared.entry_lookup import EntryDep, board_of, comparable_entries, entry_breadcrumb
from harness.web.site_page import SitePage

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

LIST_IMAGES = 8  # of each answer in a list
CACHING = "private, max-age=3600"
NO_PHOTO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><rect width="160" height="160" fill="#8884"/>'
    '<path d="M40 110l28-34 20 22 14-14 20 26z" fill="#8888"/>'
    '<path d="M30 30l100 100" stroke="#888" stroke-width="3"/></svg>'
)


def analysis_of(entry: EntryDep, context: PageContextDep) -> EntryAnalysis:
    """Return the analysis of an entry; 404 if there is none or the user may not see the ground truth."""
    if not context.permissions.can_see_truth(entry.competition):
        raise not_found("the ground truth is not visible yet")
    if not context.site.analyses.can_analyse(entry):
        raise not_found(f"entry {entry.id} has no results by query: it has no score, or its files are missing")
    return context.site.analyses.analysis(entry)


AnalysisDep = Annotated[EntryAnalysis, Depends(analysis_of)]


@router.get("/e/{number}/queries")
def query_list(analysis: AnalysisDep, query_filter: FilterDep, context: PageContextDep) -> HTMLResponse:
    """Return a page of queries."""
    entry, other, task = analysis.entry, _other(analysis, query_filter.against, context), analysis.truth.task
    rows = _select(analysis, other, query_filter, context)
    pages = max(1, -(-len(rows) // PAGE_QUERIES))
    query_filter = replace(query_filter, page=min(query_filter.page, pages))
    page = rows[(query_filter.page - 1) * PAGE_QUERIES : query_filter.page * PAGE_QUERIES]
    queries = [view_query(analysis, other, row, query_filter, LIST_IMAGES) for row in page.tolist()]
    return context.render(
        "explorer/queries.html",
        f"Queries of {entry.identity}",
        entry_breadcrumb(entry, "queries"),
        entry=entry,
        metric=analysis.metric.name,
        filter=query_filter,
        queries=queries,
        n_queries=len(rows),
        others=comparable_entries(entry, context),
        options=filter_options(analysis, context.site.analyses.groups(analysis)),
        chips=filter_chips(analysis, query_filter, None if not query_filter.selection else len(rows)),
        board=address("c", entry.competition, entry.task),
        curve=precision_curve(analysis) if not query_filter.state(sort="worst", against=None) else None,
        pages=pages,
        sorts=SORTS,
        signs=SIGNS,
        meanings=MEANINGS[task],
        marks=present_marks(queries),
    )


@router.get("/e/{number}/queries/{query_id}")
def query_page(query_id: str, analysis: AnalysisDep, query_filter: FilterDep, context: PageContextDep) -> HTMLResponse:
    """Return one query and all answers to it."""
    row, task = analysis.truth.row(query_id), analysis.truth.task
    if row is None:
        raise not_found("no such query among those that are scored")
    other = _other(analysis, query_filter.against, context)
    order = _select(analysis, other, query_filter, context)
    position = np.flatnonzero(order == row)
    neighbours = [
        _neighbour(analysis, query_filter, order, int(position[0]) + step, text) if len(position) else None
        for step, text in ((-1, "Previous"), (1, "Next"))
    ]
    query = view_query(analysis, other, row, query_filter, n_expected=MAX_MISSED)
    return context.render(
        "explorer/query.html",
        f"Query {query_id}",
        entry_breadcrumb(analysis.entry, "queries", query_id),
        entry=analysis.entry,
        query=query,
        filter=query_filter,
        place=(int(position[0]) + 1, len(order)) if len(position) else None,
        metric=analysis.metric.name,
        signs=SIGNS,
        meanings=MEANINGS[task],
        marks=present_marks([query]),
        previous=neighbours[0],
        next=neighbours[1],
    )


@router.get("/e/{number}/queries/{query_id}/matches/{image_id}")
def matches_page(
    query_id: str, image_id: str, analysis: AnalysisDep, context: PageContextDep, outliers: str = ""
) -> HTMLResponse:
    """Return both photos and lines between their matched points; 404 without a plug-in or a photo."""
    matcher, row = load_matcher(), analysis.truth.row(query_id)
    if matcher is None or row is None or not isinstance(analysis, RankingAnalysis):
        raise not_found("no local matches of this query")
    part, other_part = analysis.parts
    files = analysis.photos.file(part, query_id), analysis.photos.file(other_part, image_id)
    if files[0] is None or files[1] is None:
        raise not_found("one of the two photos is missing")
    digests = [context.site.analyses.thumbnails.digest(file, "large") for file in (files[0], files[1])]
    try:
        matches = find_matches(matcher, (files[0], files[1]), (digests[0], digests[1]))
    except UndecodableError:
        raise not_found("one of the two photos cannot be decoded") from None
    links = entry_breadcrumb(analysis.entry, "queries", query_id, "matches", image_id)
    listed = analysis.submission.tokens(row)
    rank = listed.index(image_id) + 1 if image_id in listed else None
    return context.render(
        "explorer/matches.html",
        f"Matches of {query_id} and {image_id}",
        [*links[:-2], links[-1]],  # the level "matches" has no page
        query=analysis.photos.photo(part, query_id),
        image=analysis.photos.photo(other_part, image_id),
        names=analysis.names(row),
        rank=rank,
        previous=_match_link(analysis, query_id, listed, rank - 2) if rank else None,
        next=_match_link(analysis, query_id, listed, rank) if rank else None,
        query_address=address("e", analysis.entry.id, "queries", query_id),
        is_relevant=image_id in analysis.truth.relevant_images(row),
        drawings=[draw_beside(matches), draw_stacked(matches)],
        n_inliers=sum(match.inlier for match in matches.matches),
        n_matches=len(matches.matches),
        hides_outliers=outliers == "hide",
    )


@router.get("/images/{competition}/{part}/{size}/{image_id}")
def image(competition: str, part: str, size: str, image_id: str, site: SiteDep, request: Request) -> Response:
    """Return a photo in a size, or with a placeholder drawing and status 404."""
    photos = site.analyses.photos(competition) if size in SIZES else None
    file = photos.file(part, image_id) if photos else None
    digest = site.analyses.thumbnails.digest(file, size) if file else None
    if file is None or digest is None:
        return _placeholder()
    headers = {"ETag": f'"{digest}"', "Cache-Control": CACHING}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    thumbnail = site.analyses.thumbnails.find(file, size)
    return Response(thumbnail, media_type="image/jpeg", headers=headers) if thumbnail else _placeholder()


def _placeholder() -> Response:
    return Response(NO_PHOTO, 404, media_type="image/svg+xml")


def _select(
    analysis: EntryAnalysis, other: EntryAnalysis | None, query_filter: QueryFilter, context: PageContext
) -> np.ndarray:
    """Return the rows of the queries that pass the filter; 404 for an unknown selection."""
    groups = context.site.analyses.groups(analysis) if query_filter.slice else {}
    selected = None
    if query_filter.selection:
        selected = SelectionStore.of(context.site.workspace).load(query_filter.selection)
        if selected is None:
            raise not_found("this selection of queries is not stored any more")
    return select_rows(analysis, other, query_filter, groups, selected)


def _match_link(analysis: EntryAnalysis, query_id: str, listed: list[str], position: int) -> Link | None:
    """Return a link to the matches with the image at a position of the answer; None beyond its ends."""
    if not 0 <= position < min(len(listed), MAX_LISTED):
        return None
    return Link(f"rank {position + 1}", match_address(analysis.entry, query_id, listed[position]))


def _neighbour(
    analysis: EntryAnalysis, query_filter: QueryFilter, order: np.ndarray, position: int, text: str
) -> Link | None:
    """Return a link to the query at a position of the order; None beyond its ends."""
    if not 0 <= position < len(order):
        return None
    return Link(text, query_address(analysis, int(order[position]), query_filter))


def _other(analysis: EntryAnalysis, against: int | None, context: PageContext) -> EntryAnalysis | None:
    """Return the analysis of the entry to compare with; 404 if it has other queries or is not open to the user."""
    if against is None:
        return None
    entry = context.site.store.by_ids([against]).get(against)
    is_open = entry and board_of(entry) == board_of(analysis.entry) and context.permissions.can_open(entry)
    if not entry or not is_open or not context.site.analyses.can_analyse(entry):
        raise not_found(f"entry {against} cannot be compared with entry {analysis.entry.id}")
    return context.site.analyses.analysis(entry)
