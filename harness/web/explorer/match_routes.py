"""What a query and one image have in common, drawn: `/e/<entry>/queries/<query>/matches/<image>`."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.data.images.decode import UndecodableError
from harness.web.context import TheDesk
from harness.web.entry.lookup import entry_trail
from harness.web.error_pages import not_found
from harness.web.explorer.entry_analysis import RankingStudy
from harness.web.explorer.matches import matched, matcher
from harness.web.explorer.matches_page import Pair, matches_page
from harness.web.explorer.routes import TheStudy

router = APIRouter()


@router.get("/e/{number}/queries/{query_id}/matches/{image_id}", include_in_schema=False)
def matches(query_id: str, image_id: str, study: TheStudy, desk: TheDesk) -> HTMLResponse:
    """Answer with both photographs and lines between their matched points; 404 where there is nothing to draw."""
    find, row = matcher(), study.truth.row(query_id)
    if find is None or row is None or not isinstance(study, RankingStudy):
        raise not_found("no matches are drawn of that")
    part, other = study.parts
    query, image = study.photos.file(part, query_id), study.photos.file(other, image_id)
    if query is None or image is None:
        raise not_found("there are no two photographs of these ids")
    thumbnails = desk.site.library.thumbnails
    digests = thumbnails.digest(query, "large"), thumbnails.digest(image, "large")
    try:
        found = matched(find, (query, image), digests)
    except UndecodableError:
        raise not_found("one of the photographs cannot be read") from None
    right = image_id in study.truth.relevant_images(row)
    pair = Pair(study.photos.photo(part, query_id), study.photos.photo(other, image_id), right, found)
    trail = entry_trail(study.entry, "queries", query_id, "matches", image_id)
    here = [*trail[:-2], trail[-1]]  # matches of nothing have no page
    return HTMLResponse(matches_page(desk.frame(f"Matches of {query_id} and {image_id}", here), pair))
