"""The what-if page of an entry, `/e/<number>/what-if`, for users who may see the ground truth."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.comparing.answer_lookup import read_scored_answer
from harness.comparing.what_if import WhatIfResult, chosen_metric, what_if
from harness.comparing.what_if_text import answers_label, conclusions
from harness.data.split import TEST
from harness.web.context import PageContext, PageContextDep
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.shared.entry_lookup import EntryDep, entry_breadcrumb
from harness.web.site_page import SitePage
from harness.web.what_if.chart import PARTS, what_if_chart
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)
_RESULTS: LruCache[WhatIfResult] = LruCache(32)  # by site and entry


@router.get("/e/{number}/what-if")
def what_if_page(entry: EntryDep, context: PageContextDep) -> HTMLResponse:
    """Return the what-if scores of an entry on the test images."""
    analyses = context.site.analyses
    may_see = context.permissions.can_see_truth(entry.competition)
    if not may_see or entry.split != TEST or not analyses.can_analyse(entry):
        raise not_found(f"entry {entry.id} has no what-if scores that you may see")
    result = _RESULTS.get((context.site, entry.id), lambda: _what_if(entry, context))
    return context.render(
        "what_if/what_if.html",
        f"{entry.identity}, what if",
        entry_breadcrumb(entry, "what-if"),
        entry=entry,
        result=result,
        parts=PARTS,
        chart=what_if_chart(result),
        answers_label=answers_label(result),
        conclusions=conclusions(result),
    )


def _what_if(entry: Entry, context: PageContext) -> WhatIfResult:
    competition = context.site.competitions.find(entry.competition)
    path = context.site.analyses.submission(entry)
    if competition is None or path is None:
        raise not_found(f"the submission of entry {entry.id} is missing")
    if competition.ranks_whole_index:
        raise not_found("there are no what-if scores of complete rankings")
    answer, truth = read_scored_answer(path, competition)
    return what_if(answer, truth, competition.index.ids, chosen_metric(None, truth.task))
