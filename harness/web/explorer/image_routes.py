"""Photographs by the ids of a competition's tables."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from harness.web.context import TheSite
from harness.web.explorer.thumbnails import SIZES

router = APIRouter()

KEEPING = "private, max-age=3600"
NO_PHOTOGRAPH = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><rect width="160" height="160" fill="#8884"/>'
    '<path d="M40 110l28-34 20 22 14-14 20 26z" fill="#8888"/>'
    '<path d="M30 30l100 100" stroke="#888" stroke-width="3"/></svg>'
)


@router.get("/images/{competition}/{part}/{size}/{image_id}", include_in_schema=False)
def image(competition: str, part: str, size: str, image_id: str, site: TheSite, request: Request) -> Response:
    """Answer with a photograph in a size; the drawing of none where there is none."""
    photos = site.library.photos(competition) if size in SIZES else None
    file = photos.file(part, image_id) if photos else None
    digest = site.library.thumbnails.digest(file, size) if file else None
    if file is None or digest is None:
        return _none()
    headers = {"ETag": f'"{digest}"', "Cache-Control": KEEPING}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    found = site.library.thumbnails.find(file, size)
    return Response(found.content, media_type="image/jpeg", headers=headers) if found else _none()


def _none() -> Response:
    return Response(NO_PHOTOGRAPH, 404, media_type="image/svg+xml")
