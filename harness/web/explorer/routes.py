"""The query explorer: `/e/<entry>/queries`, each query and its local matches below it, and the photos."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from harness.data.images.decode import UndecodableError
from harness.data.source_files import ids_of_files
from harness.web.context import PageContext, PageContextDep, SiteDep
from harness.web.data.entry_analysis import EntryAnalysis, RankingAnalysis
from harness.web.data.local_matches import find_matches, load_matcher
from harness.web.data.thumbnails import SIZES
from harness.web.error_pages import not_found
from harness.web.explorer.page import (
    MEANINGS,
    PAGE_QUERIES,
    SIGNS,
    SORTS,
    QueryFilter,
    draw_matches,
    precision_curve,
    query_address,
    view_query,
)
from harness.web.rendering import Link
from harness.web.shared.entry_lookup import EntryDep, board_of, comparable_entries, entry_breadcrumb
from harness.web.site_page import SitePage

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

LIST_IMAGES = 8  # of each answer in a list
MAX_FOUND = 1000  # files that a search by name looks up
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


def filter_of(
    sort: str = "worst",
    against: Annotated[str, Query(max_length=20)] = "",
    part: str = "all",
    search: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10**7)] = 1,
) -> QueryFilter:
    """Return the filter of a query string; unknown orders and parts fall back to defaults."""
    number = int(against) if against.isdecimal() else None
    return QueryFilter(
        sort if sort in SORTS and (sort != "difference" or number) else "worst",
        number,
        part if part in ("public", "private") else "all",
        search.strip(),
        page,
    )


FilterDep = Annotated[QueryFilter, Depends(filter_of)]


@router.get("/e/{number}/queries")
def query_list(analysis: AnalysisDep, query_filter: FilterDep, context: PageContextDep) -> HTMLResponse:
    """Return a page of queries."""
    entry, other, task = analysis.entry, _other(analysis, query_filter.against, context), analysis.truth.task
    rows = _select_rows(analysis, other, query_filter)
    page = rows[(query_filter.page - 1) * PAGE_QUERIES : query_filter.page * PAGE_QUERIES]
    return context.render(
        "explorer/queries.html",
        f"Queries of {entry.identity}",
        entry_breadcrumb(entry, "queries"),
        entry=entry,
        metric=analysis.metric.name,
        filter=query_filter,
        queries=[view_query(analysis, other, row, query_filter, LIST_IMAGES) for row in page.tolist()],
        others=comparable_entries(entry, context),
        parts=analysis.truth.parts,
        has_files=bool(analysis.photos.files),
        curve=precision_curve(analysis) if query_filter.page == 1 and not query_filter.search else None,
        pages=max(1, -(-len(rows) // PAGE_QUERIES)),
        sorts=SORTS,
        signs=SIGNS,
        meanings=MEANINGS[task],
    )


@router.get("/e/{number}/queries/{query_id}")
def query_page(query_id: str, analysis: AnalysisDep, query_filter: FilterDep, context: PageContextDep) -> HTMLResponse:
    """Return one query and all answers to it."""
    row, task = analysis.truth.row(query_id), analysis.truth.task
    if row is None:
        raise not_found("no such query among those that are scored")
    other = _other(analysis, query_filter.against, context)
    order = analysis.order(query_filter.sort, other, query_filter.part)
    position = np.flatnonzero(order == row)
    neighbours = [
        _neighbour(analysis, query_filter, order, int(position[0]) + step, text) if len(position) else None
        for step, text in ((-1, "Previous"), (1, "Next"))
    ]
    return context.render(
        "explorer/query.html",
        f"Query {query_id}",
        entry_breadcrumb(analysis.entry, "queries", query_id),
        query=view_query(analysis, other, row, query_filter),
        metric=analysis.metric.name,
        signs=SIGNS,
        meanings=MEANINGS[task],
        previous=neighbours[0],
        next=neighbours[1],
    )


@router.get("/e/{number}/queries/{query_id}/matches/{image_id}")
def matches_page(query_id: str, image_id: str, analysis: AnalysisDep, context: PageContextDep) -> HTMLResponse:
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
    return context.render(
        "explorer/matches.html",
        f"Matches of {query_id} and {image_id}",
        [*links[:-2], links[-1]],  # the level "matches" has no page
        query=analysis.photos.photo(part, query_id),
        image=analysis.photos.photo(other_part, image_id),
        is_relevant=image_id in analysis.truth.relevant_images(row),
        drawing=draw_matches(matches),
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


def _select_rows(analysis: EntryAnalysis, other: EntryAnalysis | None, query_filter: QueryFilter) -> np.ndarray:
    if query_filter.search:
        ids = [query_filter.search, *ids_of_files(query_filter.search, analysis.photos.files)[:MAX_FOUND]]
        rows = [row for row in map(analysis.truth.row, ids) if row is not None]
        return np.array([*dict.fromkeys(rows)], int)
    return analysis.order(query_filter.sort, other, query_filter.part)


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
