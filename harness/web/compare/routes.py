"""The comparison of entries of a board: `/c/<competition>/<task>/compare?entry=1&entry=2`."""

from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from harness.errors import DataError
from harness.scoring.reported_metric import ranking_metric
from harness.web.compare.page import QueryDifferences, compared_facts, compared_rows, query_differences
from harness.web.context import Site
from harness.web.data.background_task import BackgroundTask
from harness.web.data.entry_comparisons import ReferenceComparison, compare_with_reference, correct_p_values
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.rendering import Link, render_template
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.shared.chosen_entries import chosen_entries
from harness.web.shared.entry_lookup import comparable_entries
from harness.web.site_page import SitePage
from leaderboard import Entry
from metrics import Metric

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)

MAX_ENTRIES = 20
PATIENCE_S = 0.25  # that a page waits for its tests
Comparisons = dict[int, ReferenceComparison]
_TESTS: LruCache[BackgroundTask[Comparisons]] = LruCache(32)  # by site, metric, part and entries
_PAIRS: LruCache[ReferenceComparison] = LruCache(1000)  # by site, metric, part, and the two entries
_DIFFERENCES: LruCache[QueryDifferences | None] = LruCache(32)  # by site, part, and the two entries
_COMPUTING = Lock()

EntryNumbers = Annotated[Sequence[Annotated[int, Query(ge=1, le=2**31 - 1)]], Query(max_length=MAX_ENTRIES)]
PartName = Annotated[str, Query(max_length=10)]
PositionNumber = Annotated[int, Query(ge=1, lt=MAX_ENTRIES)]


@router.get("/{competition}/{task}/compare")
def compare_page(
    board: BoardContextDep, request: Request, entry: EntryNumbers = (), part: PartName = "", other: PositionNumber = 1
) -> HTMLResponse:
    """Return the comparison of entries with the first one; `other` is the place of that in the chart of queries."""
    entries, part = chosen_entries(board, entry), _part(board, part)
    query = f"?{request.url.query}" if request.url.query else ""
    values = _differences(board, entries, part, other) | {"table": _table(board, entries, part, patience=PATIENCE_S)}
    return board.page.render(
        "compare/compare.html",
        f"{board.title}, comparison",
        board.breadcrumb("compare"),
        board=board,
        entries=entries,
        part=part,
        parts=[Link(name, _address(board, entries, name), name == part) for name in _parts(board)],
        choices=_choices(board, entries),
        facts=compared_facts(entries),
        content_address=board.address("compare", "content") + query,
        **values,
    )


@router.get("/{competition}/{task}/compare/content")
def compare_content(board: BoardContextDep, entry: EntryNumbers = (), part: PartName = "") -> Response:
    """Return the table of scores with the tests of their differences; status 202 while they are computed."""
    table = _table(board, chosen_entries(board, entry), _part(board, part), patience=0)
    if table is None:
        return PlainTextResponse("Testing the differences", 202)
    return HTMLResponse(render_template("compare/_table.html", board.page.layout(""), table=table))


def _parts(board: BoardContext) -> Sequence[str]:
    competition_parts = board.page.site.shares(board.competition, board.task)
    visible = [name for name in ("all", "private", "public") if name in board.visible_parts]
    return visible if len(competition_parts) > 1 or len(visible) == 1 else visible[:1]


def _part(board: BoardContext, part: str) -> str:
    """Return the part that is asked for, or the first one that the user may see."""
    parts = _parts(board)
    if not parts:
        raise not_found("no part of this board is visible yet")
    return part if part in parts else parts[0]


def _table(board: BoardContext, entries: Sequence[Entry], part: str, *, patience: float) -> dict[str, Any] | None:
    """Return the values of the table of scores; None while the differences are tested."""
    comparisons: Comparisons | None = {}
    problem = ""
    if len(entries) > 1 and board.page.permissions.can_see_ties(board.competition):
        tests = _tests(board, entries, part)
        if not tests.wait(patience):
            return None
        try:
            comparisons = tests.result()
        except DataError as error:
            problem = str(error)
    metric = ranking_metric(entries, board.task)
    addresses = {each.id: _address(board, [one for one in entries if one is not each], part) for each in entries}
    rows = compared_rows(entries, part, comparisons)
    return {"rows": rows, "metric": metric.name, "part": part, "problem": problem, "without": addresses}


def _tests(board: BoardContext, entries: Sequence[Entry], part: str) -> BackgroundTask[Comparisons]:
    """Return the tests of the entries' differences to the first one; started again if they have failed."""
    metric, numbers = ranking_metric(entries, board.task), [entry.id or 0 for entry in entries]
    key = board.page.site, metric.name, part, *numbers
    tests = _TESTS.get(key, lambda: BackgroundTask(lambda: _test_pairs(board.page.site, metric, part, numbers)))
    tests.retry()
    return tests


def _test_pairs(site: Site, metric: Metric, part: str, numbers: Sequence[int]) -> Comparisons:
    """Return the comparison of each entry with the first; each pair is computed once, and one set at a time."""
    reference, *others = numbers
    compute = lambda other: compare_with_reference(site.store, metric, part, reference, other)
    with _COMPUTING:
        pairs = {
            other: _PAIRS.get((site, metric.name, part, reference, other), partial(compute, other)) for other in others
        }
    return correct_p_values(pairs)


def _differences(board: BoardContext, entries: Sequence[Entry], part: str, other: int) -> dict[str, Any]:
    """Return the queries of the first entry and another one, if the user may see which answers are right."""
    if len(entries) < 2 or not board.page.permissions.can_see_truth(board.competition):
        return {"differences": None, "pairs": []}
    place = min(other, len(entries) - 1)
    pairs = [
        Link(f"entry {entry.id}", _address(board, entries, part, other=str(number)), number == place)
        for number, entry in enumerate(entries)
        if number
    ]
    can_explore = _has_files(board, entries[0]) and _has_files(board, entries[place])
    return {
        "differences": _queries(board.page.site, entries[0], entries[place], part) if can_explore else None,
        "pairs": pairs,
    }


def _has_files(board: BoardContext, entry: Entry) -> bool:
    """Return whether the links to an entry's queries lead somewhere; the ground truth takes too long to read here."""
    site = board.page.site
    return site.competitions.find(entry.competition) is not None and site.analyses.submission(entry) is not None


def _queries(site: Site, first: Entry, second: Entry, part: str) -> QueryDifferences | None:
    compute = partial(query_differences, site.store, first, second, part)
    return _DIFFERENCES.get((site, part, first.id, second.id), compute)


def _address(board: BoardContext, entries: Sequence[Entry], part: str, **query: str) -> str:
    return board.address("compare", entry=[str(entry.id) for entry in entries], part=part, **query)


def _choices(board: BoardContext, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that can be added."""
    if len(entries) >= MAX_ENTRIES:
        return []
    numbers = {entry.id for entry in entries}
    if entries:
        return [each for each in comparable_entries(entries[0], board.page) if each.id not in numbers]
    standings = board.page.site.boards.ranked(board.competition, board.task, "identity").standings
    best = [row.entry.id for row in standings if row.rank and row.entry.id is not None][:50]
    found = board.page.site.store.by_ids(best)
    return [found[number] for number in best if board.page.permissions.can_open(found[number])]
