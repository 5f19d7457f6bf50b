"""The first page: which competitions there are."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.serving.site import TheDesk

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(desk: TheDesk) -> HTMLResponse:
    """Answer with the competitions."""
    return desk.page("message.html", "Competitions", heading="Competitions", message="none yet")
