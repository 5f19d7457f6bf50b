"""The home page with its cards, the covers of competitions, and `/c/<competition>`, which leads to the first tab."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.context import PageContextDep
from harness.web.error_pages import not_found
from harness.web.home.cards import competition_cards
from harness.web.home.cover import draw_cover
from harness.web.lru import LruCache
from harness.web.shared.competition_tabs import competition_tabs
from harness.web.site_page import SitePage

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

_COVERS: LruCache[bytes | None] = LruCache(32)  # by site and competition


@router.get("/")
def home(context: PageContextDep) -> HTMLResponse:
    """Return the competitions with their best entries and latest runs."""
    return context.render("home/home.html", "Competitions", cards=competition_cards(context))


@router.get("/c/{competition}")
def first_tab(competition: str, context: PageContextDep) -> Response:
    """Redirect to the first tab of a competition."""
    tabs = competition_tabs(context, competition)
    if not tabs:
        raise not_found("no such competition; see the list of competitions")
    return RedirectResponse(tabs[0].address)


@router.get("/c/{competition}/cover")
def cover(competition: str, context: PageContextDep) -> Response:
    """Return a strip of photos of a competition; 404 if it has none or the user is a team."""
    opened = context.site.competitions.find(competition)
    if opened is None or context.permissions.user_name:
        raise not_found()
    picture = _COVERS.get((context.site, competition), lambda: draw_cover(opened, context.site.analyses))
    if picture is None:
        raise not_found("the competition has no photos that can be shown")
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
