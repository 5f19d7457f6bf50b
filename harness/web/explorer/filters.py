"""Filters of the explorer: its state in the address, and the queries that it selects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import Depends, Request

from harness.web.data.entry_analysis import EntryAnalysis
from harness.web.data.query_hits import FIRST_HIT, HITS, RECALL, hit_mask
from harness.web.data.slices import Groups
from harness.web.rendering import with_query

SORTS = {"worst": "worst first", "best": "best first", "difference": "largest difference first"}
MAX_TEXT, MAX_NUMBER = 200, 2**62
_RANGE = re.compile(r"([01](?:\.[0-9]{1,6})?)-([01](?:\.[0-9]{1,6})?)")


@dataclass(frozen=True)
class QueryFilter:
    """Query-string state of the explorer: order, compared entry, filters and page."""

    sort: str = "worst"
    against: int | None = None
    part: str = "all"
    search: str = ""
    landmark: int | None = None  # that the queries show; -1 for none
    answered: int | None = None  # landmark of a wrong answer
    hits: str = ""  # a key of HITS
    ap: str = ""  # range of the queries' scores, such as 0.2-0.4
    slice: str = ""  # group:name
    selection: str = ""  # digest of a stored selection
    page: int = 1

    def query(self, **changes: object) -> str:
        """Build the query string of this state with some values changed; defaults are left out."""
        return with_query(self.state(**changes))

    def state(self, **changes: object) -> dict[str, object]:
        """Return the values of this state that are no defaults, with some values changed."""
        state = {**vars(self), **changes}
        return {name: value for name, value in state.items() if value != getattr(_DEFAULT, name)}

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the range of scores; None without one."""
        found = _RANGE.fullmatch(self.ap)
        return (float(found[1]), float(found[2])) if found else None


_DEFAULT = QueryFilter()


def filter_of(request: Request) -> QueryFilter:
    """Return the filter of a query string; unknown, too long and impossible values fall back to defaults."""
    texts = {name: value for name, value in request.query_params.items() if len(value) <= MAX_TEXT}
    numbers = {name: _number(texts.get(name, "")) for name in ("against", "landmark", "answered", "page")}
    sort, part, hits, ap = (texts.get(name, "") for name in ("sort", "part", "hits", "ap"))
    return QueryFilter(
        sort=sort if sort in SORTS and (sort != "difference" or numbers["against"]) else "worst",
        against=numbers["against"],
        part=part if part in ("public", "private") else "all",
        search=texts.get("search", "").strip(),
        landmark=-1 if texts.get("landmark") == "-1" else numbers["landmark"],
        answered=numbers["answered"],
        hits=hits if hits in HITS else "",
        ap=ap if _RANGE.fullmatch(ap) else "",
        slice=texts.get("slice", ""),
        selection=texts.get("selection", ""),
        page=min(max(1, numbers["page"] or 1), 10**7),
    )


FilterDep = Annotated[QueryFilter, Depends(filter_of)]


def select_rows(
    analysis: EntryAnalysis,
    other: EntryAnalysis | None,
    query_filter: QueryFilter,
    groups: Groups,
    selected: Sequence[str] | None,
) -> np.ndarray:
    """Return the rows of the queries that pass a filter, in its order; `selected` are the ids of a stored selection."""
    order = analysis.order(query_filter.sort, other, query_filter.part)
    mask = np.ones(len(analysis.truth.query_ids), bool)
    mask &= _landmark_mask(analysis, query_filter) & _score_mask(analysis, query_filter)
    if query_filter.slice:
        mask &= slice_mask(groups, query_filter.slice, len(mask))
    if selected is not None:
        rows = [row for row in map(analysis.truth.row, selected) if row is not None]
        mask &= np.isin(np.arange(len(mask)), rows)
    if query_filter.search:
        mask &= search_mask(analysis, query_filter.search)
    return np.asarray(order[mask[order]])


def _landmark_mask(analysis: EntryAnalysis, query_filter: QueryFilter) -> np.ndarray:
    mask = np.ones(len(analysis.truth.query_ids), bool)
    if query_filter.landmark is not None:
        mask &= analysis.landmarks.mask(query_filter.landmark) if analysis.landmarks else False
    if query_filter.answered is not None:
        mask &= (analysis.wrong_landmarks == query_filter.answered).any(axis=1)
    return mask


def _score_mask(analysis: EntryAnalysis, query_filter: QueryFilter) -> np.ndarray:
    mask = np.ones(len(analysis.truth.query_ids), bool)
    if query_filter.hits and can_filter_hits(analysis):
        mask &= hit_mask(query_filter.hits, analysis.values[FIRST_HIT], analysis.values[RECALL])
    if query_filter.bounds:
        low, high = query_filter.bounds
        values = analysis.values[analysis.metric.name]
        mask &= (values >= low) & ((values < high) | ((high >= 1) & (values >= high)))
    return mask


def can_filter_hits(analysis: EntryAnalysis) -> bool:
    """Return whether the ranks of hits are stored with an entry."""
    return FIRST_HIT in analysis.values and RECALL in analysis.values


def slice_mask(groups: Groups, name: str, n_queries: int) -> np.ndarray:
    """Return the queries of a slice, called `group:name` `(n_queries,)`; none of an unknown one."""
    group, _, value = name.partition(":")
    found = [mask for each, mask in groups.get(group, []) if each == value]
    return found[0] if found else np.zeros(n_queries, bool)


def search_mask(analysis: EntryAnalysis, text: str) -> np.ndarray:
    """Return the queries with a text in their id, file or landmark's name, in any case `(n_queries,)`."""
    wanted, files, names = text.casefold(), analysis.photos.files, analysis.photos.names
    mask = np.array([wanted in query.casefold() for query in analysis.truth.query_ids], bool)
    if files:
        mask |= [wanted in files.get(query, "").casefold() for query in analysis.truth.query_ids]
    if analysis.landmarks:
        mask |= analysis.landmarks.mask(*(landmark for landmark, name in names.items() if wanted in name.casefold()))
    return mask


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and int(text) < MAX_NUMBER else None
