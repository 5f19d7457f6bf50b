"""The query explorer: `/e/<entry>/queries`, and below it each query by its id."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from harness.web.charts.axes import Axis
from harness.web.context import Desk, TheDesk
from harness.web.entry.lookup import TheEntry, board_of, entry_trail, others_of
from harness.web.error_pages import not_found
from harness.web.explorer import page as pages
from harness.web.explorer.entry_analysis import LabellingStudy, Study
from harness.web.explorer.page import QUERIES, Asked, Curve, QueryList
from harness.web.rendering import Link, address
from metrics import metrics_of

router = APIRouter()

FEW = 8  # answers of each query in a list
DOTS, POINTS = 12, 240  # of the curve


def study_of(entry: TheEntry, desk: TheDesk) -> Study:
    """Return the study of an entry; 404 where the viewer may not know what is right, or there is none."""
    if not desk.viewer.sees_truth(entry.competition):
        raise not_found("what is right cannot be seen yet")
    if not desk.site.library.can_be_studied(entry):
        raise not_found(f"entry {entry.id} cannot be looked into: it has no score, or its files are not there")
    return desk.site.library.study(entry)


TheStudy = Annotated[Study, Depends(study_of)]


def asked_of(
    sort: str = "worst",
    against: Annotated[str, Query(max_length=20)] = "",
    part: str = "all",
    search: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10**7)] = 1,
) -> Asked:
    """Return what an address asks for; unknown orders and parts are the usual ones."""
    number = int(against) if against.isdecimal() else None
    return Asked(
        sort if sort in pages.SORTS and (sort != "difference" or number) else "worst",
        number,
        part if part in ("public", "private") else "all",
        search.strip(),
        page,
    )


TheAsked = Annotated[Asked, Depends(asked_of)]


@router.get("/e/{number}/queries", include_in_schema=False)
def queries(study: TheStudy, asked: TheAsked, desk: TheDesk) -> HTMLResponse:
    """Answer with a page of queries."""
    entry, other = study.entry, _other(study, asked.against, desk)
    rows = _rows(study, other, asked)
    page = rows[(asked.page - 1) * QUERIES : asked.page * QUERIES]
    metric = metrics_of(study.truth.task)[0].name
    listed = QueryList(
        entry=entry.id or 0,
        identity=entry.identity,
        task=entry.task,
        metric=metric,
        asked=asked,
        queries=[_query(study, other, row, asked, FEW) for row in page.tolist()],
        found=len(rows),
        others=[(each.id or 0, each.identity) for each in others_of(entry, desk)],
        parts=study.truth.parts,
        curve=_curve(study) if isinstance(study, LabellingStudy) and asked.page == 1 and not asked.search else None,
    )
    return HTMLResponse(
        pages.queries_page(desk.frame(f"Queries of {entry.identity}", entry_trail(entry, "queries")), listed)
    )


@router.get("/e/{number}/queries/{query_id}", include_in_schema=False)
def query(query_id: str, study: TheStudy, asked: TheAsked, desk: TheDesk) -> HTMLResponse:
    """Answer with one query and all answers to it."""
    row = study.truth.row(query_id)
    if row is None:
        raise not_found("there is no such query that counts")
    other = _other(study, asked.against, desk)
    order = study.order(asked.sort, other, asked.part)
    place = np.flatnonzero(order == row)
    neighbours = [
        _link(study, asked, order, int(place[0]) + step, text) if len(place) else None
        for step, text in ((-1, "Previous"), (1, "Next"))
    ]
    frame = desk.frame(f"Query {query_id}", entry_trail(study.entry, "queries", query_id))
    metric = metrics_of(study.truth.task)[0].name
    return HTMLResponse(pages.query_page(frame, _query(study, other, row, asked, None), metric, *neighbours))


def _rows(study: Study, other: Study | None, asked: Asked) -> np.ndarray:
    if asked.search:
        row = study.truth.row(asked.search)
        return np.array([] if row is None else [row], int)
    return study.order(asked.sort, other, asked.part)


def _query(study: Study, other: Study | None, row: int, asked: Asked, few: int | None) -> pages.Query:
    query_id = study.photo_id(row)
    return pages.Query(
        photo=study.photos.photo(study.parts[0], query_id),
        address=address("e", study.entry.id, "queries", query_id) + asked.query(search="", page=1).removesuffix("?"),
        usage=str(study.truth.usage[row]),
        answers=[each.answered(row, few) for each in (study, other) if each is not None],
        truth=study.shows(row),
    )


def _link(study: Study, asked: Asked, order: np.ndarray, place: int, text: str) -> Link | None:
    if not 0 <= place < len(order):
        return None
    here = address("e", study.entry.id, "queries", study.photo_id(int(order[place])))
    return Link(text, here + asked.query(search="", page=1).removesuffix("?"))


def _other(study: Study, against: int | None, desk: Desk) -> Study | None:
    """Return the study of the entry to hold one against; 404 where it is none of the same queries."""
    if against is None:
        return None
    found = desk.site.store.numbered([against]).get(against)
    same = found and board_of(found) == board_of(study.entry)
    if not found or not same or not desk.viewer.opens(found) or not desk.site.library.can_be_studied(found):
        raise not_found(f"entry {against} cannot be held against entry {study.entry.id}")
    return desk.site.library.study(found)


def _curve(study: LabellingStudy) -> Curve | None:
    """Return precision along the confidences, in a few hundred points."""
    rows, along = study.along
    if len(rows) < 2:
        return None
    x, y = Axis(1, len(rows), 50, 448), Axis(0, 1, 190, 12)
    places = np.unique(np.linspace(0, len(rows) - 1, POINTS).astype(int)).tolist()
    path = "M" + "L".join(f"{x.at(place + 1):g} {y.at(float(along[place])):g}" for place in places)
    ranks = {row: rank for rank, row in enumerate(rows.tolist(), 1)}
    costly = [row for row in np.argsort(-study.costs, kind="stable")[:DOTS].tolist() if study.costs[row] > 0]
    dots = [
        (
            x.at(ranks[row]),
            y.at(float(along[ranks[row] - 1])),
            address("e", study.entry.id, "queries", study.photo_id(row)),
            f"query {study.photo_id(row)}, rank {ranks[row]}: costs {study.costs[row]:.5f} of GAP",
        )
        for row in costly
    ]
    return Curve(x, y, path, dots, len(rows))
