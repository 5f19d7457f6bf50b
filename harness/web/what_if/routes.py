"""The what-if page of an entry, `/e/<number>/what-if`, for users who may see the ground truth."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from harness.comparing.answer_lookup import read_scored_answer
from harness.comparing.what_if import WhatIfResult, chosen_metric, what_if
from harness.comparing.what_if_text import answers_label, conclusions
from harness.data.competition import Competition
from harness.data.split import TEST
from harness.web.context import PageContext, PageContextDep
from harness.web.data.background_task import BackgroundTask
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.rendering import PageLayout, address, render_template
from harness.web.shared.entry_lookup import EntryDep, entry_breadcrumb
from harness.web.site_page import SitePage
from harness.web.what_if.chart import PARTS, what_if_chart
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)
PATIENCE_S = 0.25  # that a page waits for its scores
_RESULTS: LruCache[BackgroundTask[WhatIfResult]] = LruCache(32)  # by site and entry


@router.get("/e/{number}/what-if")
def what_if_page(entry: EntryDep, context: PageContextDep) -> HTMLResponse:
    """Return the what-if scores of an entry on the test images, or a sign of work while they are computed."""
    scores = _scores(entry, context)
    scores.retry()
    return context.render(
        "what_if/what_if.html",
        f"{entry.identity}, what if",
        entry_breadcrumb(entry, "what-if"),
        entry=entry,
        content=Markup(_content(entry, scores.result())) if scores.wait(PATIENCE_S) else None,  # noqa: S704 (rendered)
        content_address=address("e", entry.id, "what-if", "content"),
    )


@router.get("/e/{number}/what-if/content")
def what_if_content(entry: EntryDep, context: PageContextDep) -> Response:
    """Return the content of the page; status 202 while it is computed."""
    scores = _scores(entry, context)
    if not scores.is_finished:
        return PlainTextResponse("Scoring the changed answers", 202)
    return HTMLResponse(_content(entry, scores.result()))


def _content(entry: Entry, result: WhatIfResult) -> str:
    return render_template(
        "what_if/_content.html",
        PageLayout(""),
        entry=entry,
        result=result,
        parts=PARTS,
        chart=what_if_chart(result),
        answers_label=answers_label(result),
        conclusions=conclusions(result),
    )


def _scores(entry: Entry, context: PageContext) -> BackgroundTask[WhatIfResult]:
    """Return the computation of an entry's scores; 404 if it has none that the user may see."""
    analyses, competition = context.site.analyses, context.site.competitions.find(entry.competition)
    may_see = context.permissions.can_see_truth(entry.competition)
    if not may_see or entry.split != TEST or not analyses.can_analyse(entry) or competition is None:
        raise not_found(f"entry {entry.id} has no what-if scores that you may see")
    if competition.ranks_whole_index:
        raise not_found("there are no what-if scores of complete rankings")
    path = analyses.submission(entry)
    assert path is not None, "can_analyse needs it"
    return _RESULTS.get((context.site, entry.id), lambda: BackgroundTask(lambda: _compute(path, competition)))


def _compute(path: Path, competition: Competition) -> WhatIfResult:
    answer, truth = read_scored_answer(path, competition)
    return what_if(answer, truth, competition.index.ids, chosen_metric(None, truth.task))
