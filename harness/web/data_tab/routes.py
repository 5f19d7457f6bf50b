"""The data page of a competition, `/c/<competition>/data`, for local users. A plug-in analyses the images."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from harness.data.competition import Competition
from harness.web.competitions import describe_images
from harness.web.context import PageContext, PageContextDep
from harness.web.data.background_task import BackgroundTask
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.rendering import Link, PageLayout, address, render_template
from harness.web.shared.competition_tabs import competition_tabs
from harness.web.shared.data_analyser import load_analyser
from harness.web.site_page import SitePage

router = APIRouter(prefix="/c/{competition}/data", include_in_schema=False)
PAGE = SitePage(router)

Analysis = BackgroundTask[Mapping[str, str]]
PATIENCE_S = 0.25  # that a page waits for its content
MANY_IMAGES = 20_000  # more are read only when the user asks for it
_ANALYSES: LruCache[Analysis] = LruCache(8)  # by site and competition


def _competition_of(competition: str, context: PageContextDep) -> Competition:
    """Return the competition of a data page; 404 if there is none, no plug-in, or the user is not a local one."""
    opened = context.site.competitions.find(competition)
    if opened is None or context.permissions.user_name or load_analyser() is None:
        raise not_found("no data page of such a competition")
    return opened


CompetitionDep = Annotated[Competition, Depends(_competition_of)]


@router.get("")
def data_page(competition: CompetitionDep, context: PageContextDep, *, read: bool = False) -> HTMLResponse:
    """Return the first view of the data page. With `read` the images are read, however many there are."""
    return _page(competition, context, "", read=read)


@router.get("/{view}")
def data_view(competition: CompetitionDep, view: str, context: PageContextDep, *, read: bool = False) -> HTMLResponse:
    """Return a view of the data page."""
    return _page(competition, context, view, read=read)


@router.get("/{view}/content")
def content(competition: CompetitionDep, view: str, context: PageContextDep) -> Response:
    """Return the content of a view, or a line of progress with status 202 while it is being computed."""
    analysis = _ANALYSES.peek((context.site, competition.key))
    if analysis is None:
        raise not_found("the images of this competition are not being read")
    if not analysis.is_finished:
        return PlainTextResponse(analysis.progress, 202)
    return HTMLResponse(_content(competition, analysis.result(), "" if view == "first" else view))


def _page(competition: Competition, context: PageContext, view: str, *, read: bool) -> HTMLResponse:
    analysis = _analysis(competition, context, start=read or _count_images(competition) <= MANY_IMAGES)
    if analysis:
        analysis.retry()
    is_ready = analysis is not None and analysis.wait(PATIENCE_S)
    return context.render(
        "data_tab/data.html",
        f"{competition.name}, data",
        [Link("Competitions", "/"), Link(competition.name, address("c", competition.key)), _link(competition)],
        name=competition.name,
        description=describe_images(competition),
        tabs=competition_tabs(context, competition.key, "data"),
        content=Markup(_content(competition, analysis.result(), view)) if analysis and is_ready else None,  # noqa: S704 (rendered)
        content_address=address("c", competition.key, "data", view or "first", "content"),
        progress=analysis.progress if analysis else "",
    )


def _link(competition: Competition) -> Link:
    return Link("data", address("c", competition.key, "data"), current=True)


def _analysis(competition: Competition, context: PageContext, *, start: bool) -> Analysis | None:
    """Return the analysis of a competition, which may still go on; None if it was not started and is not to be."""
    analyser, picture, key = load_analyser(), partial(_picture, competition.key), (context.site, competition.key)
    assert analyser is not None
    if not start:
        return _ANALYSES.peek(key)
    return _ANALYSES.get(key, lambda: Analysis(lambda: analyser(competition, picture), measure_progress=True))


def _count_images(competition: Competition) -> int:
    return len(competition.train) + len(competition.index) + len(competition.queries)


def _picture(key: str, part: str, image_id: str) -> str:
    return address("images", key, part, "small", image_id)


def _content(competition: Competition, views: Mapping[str, str], view: str) -> str:
    """Return the HTML of a view with the links to all views; 404 if there is none of that name."""
    titles = {title.lower(): title for title in views}
    current = view or next(iter(titles), "")
    if current not in titles:
        raise not_found("no such view of the data")
    links = [
        Link(title, address("c", competition.key, "data", *([name] if place else [])), name == current)
        for place, (name, title) in enumerate(titles.items())
    ]
    body = Markup(views[titles[current]])  # noqa: S704 (of the plug-in, which escapes its values)
    return render_template("data_tab/_view.html", PageLayout(""), links=links, body=body)
