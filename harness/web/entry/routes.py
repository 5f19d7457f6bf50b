"""The page of an entry, `/e/<number>`, the analysis of its queries below it, and its submission file."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

from harness.data.ground_truth_files import find_ground_truth
from harness.data.query_sample import is_fold
from harness.data.split import TEST
from harness.errors import DataError
from harness.running.run_options import limit_options
from harness.scoring.reported_metric import needs_complete_rankings, ranking_metric
from harness.web.context import PageContext, PageContextDep
from harness.web.data.background_task import BackgroundTask
from harness.web.entry.analysis import EntryQueries, analyse_queries
from harness.web.entry.headline import headline, scored_parts, status_of
from harness.web.entry.run_command import run_command
from harness.web.entry.run_log import read_log, solution_traceback
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.rendering import Link, address, render_template
from harness.web.shared.entry_facts import environment_values, parameter_values
from harness.web.shared.entry_lookup import EntryDep, comparable_entries, entry_breadcrumb
from harness.web.shared.entry_tables import entry_values
from harness.web.site_page import SitePage
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

MAX_LOG_LINES = 200  # shown, from the end
PATIENCE_S = 0.1  # that a page waits for the analysis of the queries
_ANALYSES: LruCache[BackgroundTask[EntryQueries | None]] = LruCache(64)  # by site and entry


@router.get("/e/{number}")
def entry_page(
    entry: EntryDep, context: PageContextDep, against: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Return the page of an entry; the comparison with another one has moved to the board's comparison."""
    if against.isdecimal() and against.isascii():
        return RedirectResponse(_below_board(entry, "compare", [entry.id, int(against)]), 303)
    parts = scored_parts(entry, context.permissions.parts(entry.competition))
    is_local = not context.permissions.user_name
    analysis = _analysis_values(context, entry, PATIENCE_S)
    log = read_log(context.site.analyses.run_file(entry, entry.log)) if is_local else []
    return context.render(
        "entry/entry.html",
        entry.identity,
        entry_breadcrumb(entry),
        parts=parts,
        figures=headline(context, entry, parts),
        state=status_of(entry),
        links=_links(context, entry, can_explore=analysis["is_computing"] or analysis["queries"] is not None),
        others=comparable_entries(entry, context) if entry.status == "scored" else [],
        compare_address=_below_board(entry, "compare"),
        command=run_command(context, entry),
        raises_limit=bool(limit_options(entry.reason or "")),
        parameters=parameter_values(entry),
        versions=environment_values(entry),
        log=log[-MAX_LOG_LINES:],
        is_log_cut=len(log) > MAX_LOG_LINES,
        traceback=solution_traceback(log) if entry.status == "failed" else [],
        note=context.site.notes.find_one(entry.id or 0) if is_local else None,
        can_write=context.site.notes.can_write,
        **analysis,
        **entry_values(entry, parts),
    )


@router.get("/e/{number}/analysis")
def entry_analysis(entry: EntryDep, context: PageContextDep) -> Response:
    """Return the charts of an entry's queries; status 202 while they are computed."""
    if not _can_analyse(context, entry):
        raise not_found()
    values = _analysis_values(context, entry, 0)
    if values["is_computing"]:
        return PlainTextResponse("Reading the answers", 202)
    return HTMLResponse(render_template("entry/_analysis.html", context.layout(""), entry=entry, **values))


@router.get("/e/{number}/submission.csv")
def submission(entry: EntryDep, context: PageContextDep) -> Response:
    """Return the submission file."""
    path = context.site.analyses.submission(entry)
    if path is None:
        raise not_found("this entry has no submission file, or it has been deleted")
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=f"entry-{entry.id}-submission.csv")


def _analysis_values(context: PageContext, entry: Entry, patience: float) -> dict[str, Any]:
    """Return the analysis of the queries, None without one, and whether it is still being computed."""
    values = {"queries": None, "is_computing": False, "problem": "", "landmarks_address": ""}
    if not _can_analyse(context, entry):
        return values
    analyses = context.site.analyses
    task = _ANALYSES.get((context.site, entry.id), lambda: BackgroundTask(lambda: analyse_queries(analyses, entry)))
    if not task.wait(patience):
        return values | {"is_computing": True}
    try:
        queries = task.result()
    except DataError as error:  # files are missing, or were created by an older version
        task.retry()
        return values | {"problem": str(error) if not context.permissions.user_name else "not available"}
    is_on_test = entry.split == TEST
    return values | {
        "queries": queries,
        "landmarks_address": _below_board(entry, "landmarks", [entry.id]) if is_on_test else "",
    }


def _can_analyse(context: PageContext, entry: Entry) -> bool:
    """Return whether the user may see the truth, and the files exist; they are not read."""
    if not context.permissions.can_see_truth(entry.competition) or entry.status != "scored":
        return False
    competition = context.site.competitions.find(entry.competition)
    if competition is None or context.site.analyses.submission(entry) is None:
        return False
    if is_fold(entry.split):
        return context.site.workspace.folds_file(entry.competition).exists()
    return entry.task in find_ground_truth(competition.folder)


def _ranks_whole_index(entry: Entry) -> bool:
    return entry.task == "retrieval" and needs_complete_rankings(ranking_metric([entry], "retrieval"))


def _below_board(entry: Entry, page: str, entries: Sequence[object] = ()) -> str:
    return address("c", entry.competition, entry.task, page, entry=entries)


def _links(context: PageContext, entry: Entry, *, can_explore: bool) -> list[Link]:
    """Return links to further pages of an entry, the most important first."""
    links = []
    if can_explore:
        links.append(Link("Explore queries", address("e", entry.id, "queries")))
        if entry.split == TEST and not _ranks_whole_index(entry):
            links.append(Link("What if", address("e", entry.id, "what-if")))
    if entry.status == "scored" and not context.permissions.user_name:
        links.append(Link("Map of images", address("e", entry.id, "map")))
    if context.site.analyses.submission(entry):
        links.append(Link("Download submission", address("e", entry.id, "submission.csv")))
    return links
