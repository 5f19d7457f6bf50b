"""View data of the query explorer: filtered queries, a precision curve, and the matches between two photos."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis
from harness.web.data.local_matches import PhotoMatches
from harness.web.data.photos import Photo
from harness.web.data.query_answer import LandmarkLabel, QueryAnswer
from harness.web.rendering import address, with_query

SORTS = {"worst": "worst first", "best": "best first", "difference": "largest difference first"}
SIGNS = {"right": "✓", "wrong": "✗", "ignored": "–", "missed": "?"}
MEANINGS = {
    "retrieval": {
        "right": "relevant",
        "wrong": "not relevant",
        "ignored": "ignored (junk or duplicate)",
        "missed": "missed",
    },
    "recognition": {"right": "correct", "wrong": "wrong"},
}  # of the marks, by task
PAGE_QUERIES = 12
AREA = PlotArea(460, 230, 50, 448, 12, 190)
N_DOTS, N_POINTS = 12, 240  # of the precision curve
WIDTH, GAP = 1200.0, 24.0  # of the drawing of matches, and between its photos, in SVG units
MAX_HEIGHT = 800.0


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


@dataclass(frozen=True)
class MatchDrawing:
    """SVG drawing of matches: both photos as x, y, width and height, and the lines as paths."""

    width: float
    height: float
    photos: tuple[tuple[float, ...], tuple[float, ...]]
    inliers: str
    outliers: str
    n_inliers: int
    n_outliers: int

    @property
    def view_box(self) -> str:
        """The viewBox attribute."""
        return f"0 0 {self.width:g} {self.height:g}"


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


def draw_matches(matches: PhotoMatches) -> MatchDrawing:
    """Draw matches between two photos of the same height.

    >>> from harness.web.data.local_matches import PointMatch
    >>> points = [PointMatch(0, 0, 1, 1, True), PointMatch(0.5, 0.5, 0.5, 0.5, False)]
    >>> drawing = draw_matches(PhotoMatches(points, 1.0, 1.0))
    >>> drawing.view_box, drawing.photos
    ('0 0 1200 588', ((0.0, 0.0, 588.0, 588.0), (612.0, 0.0, 588.0, 588.0)))
    >>> drawing.inliers, drawing.outliers
    ('M0.0 0.0L1200.0 588.0', 'M294.0 294.0L906.0 294.0')
    """
    height = min(MAX_HEIGHT, (WIDTH - GAP) / (matches.aspect + matches.other_aspect))
    left = 0.0, 0.0, matches.aspect * height, height
    right = left[2] + GAP, 0.0, matches.other_aspect * height, height
    lines = {
        inlier: "".join(
            f"M{_point(left, match.x1, match.y1)}L{_point(right, match.x2, match.y2)}"
            for match in matches.matches
            if match.inlier == inlier
        )
        for inlier in (True, False)
    }
    n_inliers = sum(match.inlier for match in matches.matches)
    counts = n_inliers, len(matches.matches) - n_inliers
    return MatchDrawing(right[0] + right[2], height, (left, right), lines[True], lines[False], *counts)


def _point(photo: tuple[float, ...], x: float, y: float) -> str:
    return f"{photo[0] + x * photo[2]:.1f} {y * photo[3]:.1f}"
