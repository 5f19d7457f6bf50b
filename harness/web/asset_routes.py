"""Styles and scripts from the installed package."""

from __future__ import annotations

from fastapi import APIRouter, Response

from harness.web.assets import assets_by_address
from harness.web.error_pages import not_found

FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter()


@router.get("/static/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    """Answer with a style or a script."""
    found = assets_by_address().get(name)
    if found is None:
        raise not_found()
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_GOOD})
