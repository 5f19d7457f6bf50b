"""View data of the query explorer: a filtered list of queries, and the precision curve of a recognition entry."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis
from harness.web.data.photos import Photo
from harness.web.data.query_answer import LandmarkLabel, QueryAnswer
from harness.web.rendering import address, with_query

SORTS = {"worst": "worst first", "best": "best first", "difference": "largest difference first"}
SIGNS = {"right": "✓", "wrong": "✗", "ignored": "–", "missed": "?"}
MEANINGS = {
    "retrieval": {"right": "relevant", "wrong": "not relevant", "ignored": "duplicate, ignored", "missed": "missed"},
    "recognition": {"right": "correct", "wrong": "wrong"},
}  # of the marks, by task
PAGE_QUERIES = 12
AREA = PlotArea(460, 230, 50, 448, 12, 190)
N_DOTS, N_POINTS = 12, 240  # of the precision curve


@dataclass(frozen=True)
class QueryView:
    """A query with the answers of one entry or two; `truth` are its landmarks, for recognition."""

    photo: Photo
    address: str
    usage: str
    answers: Sequence[QueryAnswer]
    truth: Sequence[LandmarkLabel] = ()


@dataclass(frozen=True)
class QueryFilter:
    """Query-string state of the explorer: order, compared entry, part, query id and page."""

    sort: str = "worst"
    against: int | None = None
    part: str = "all"
    search: str = ""
    page: int = 1

    def query(self, **changes: object) -> str:
        """Build the query string of this state with some values changed; defaults are left out."""
        state = {**vars(self), **changes}
        return with_query({name: value for name, value in state.items() if value != getattr(_DEFAULT, name)})


_DEFAULT = QueryFilter()


@dataclass(frozen=True)
class CurveDot:
    """A wrong answer on the precision curve."""

    x: float
    y: float
    address: str
    description: str


@dataclass(frozen=True)
class PrecisionCurve:
    """Precision at each rank by confidence, as an SVG path, and the wrong answers that cost most GAP as dots."""

    x: Axis
    y: Axis
    path: str
    dots: Sequence[CurveDot]
    n_answers: int

    area = AREA


def view_query(
    analysis: EntryAnalysis, other: EntryAnalysis | None, row: int, query_filter: QueryFilter, limit: int | None = None
) -> QueryView:
    """Return a query with the answers of an entry, and of another one, each with at most `limit` images."""
    query_id = analysis.photo_id(row)
    return QueryView(
        photo=analysis.photos.photo(analysis.parts[0], query_id),
        address=query_address(analysis, row, query_filter),
        usage=str(analysis.truth.usage[row]),
        answers=[entry.answer(row, limit) for entry in (analysis, other) if entry is not None],
        truth=analysis.shows(row),
    )


def query_address(analysis: EntryAnalysis, row: int, query_filter: QueryFilter) -> str:
    """Return the address of a query's page, with the order of the list that it belongs to."""
    query = query_filter.query(search="", page=1).removesuffix("?")
    return address("e", analysis.entry.id, "queries", analysis.photo_id(row)) + query


def precision_curve(analysis: EntryAnalysis) -> PrecisionCurve | None:
    """Return the precision curve in at most `N_POINTS` points; None for rankings and with less than two answers."""
    if not isinstance(analysis, LabellingAnalysis):
        return None
    rows, precision = analysis.precision_at_rank
    if len(rows) < 2:
        return None
    x = Axis(1, len(rows), AREA.x_min, AREA.x_max, name="answers, most confident first")
    y = Axis(0, 1, AREA.y_max, AREA.y_min, name="precision at this rank")
    points = np.unique(np.linspace(0, len(rows) - 1, N_POINTS).astype(int)).tolist()
    path = "M" + "L".join(f"{x.at(point + 1):g} {y.at(float(precision[point])):g}" for point in points)
    ranks = {row: rank for rank, row in enumerate(rows.tolist(), 1)}
    most_costly = np.argsort(-analysis.costs, kind="stable")[:N_DOTS].tolist()
    dots = [
        CurveDot(
            x.at(ranks[row]),
            y.at(float(precision[ranks[row] - 1])),
            address("e", analysis.entry.id, "queries", analysis.photo_id(row)),
            f"query {analysis.photo_id(row)}, rank {ranks[row]}: costs {analysis.costs[row]:.5f} of GAP",
        )
        for row in most_costly
        if analysis.costs[row] > 0
    ]
    return PrecisionCurve(x, y, path, dots, len(rows))
