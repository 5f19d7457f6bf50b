"""View data of the query explorer: queries with their answers and what would have been right, and a precision curve."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis, RankingAnalysis
from harness.web.data.photos import Photo
from harness.web.data.query_answer import JudgedPhoto, LandmarkLabel, QueryAnswer
from harness.web.explorer.filters import QueryFilter
from harness.web.rendering import address

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
N_EXPECTED = 4  # relevant images beside the answers in a list
AREA = PlotArea(460, 230, 50, 448, 12, 190)
N_DOTS, N_POINTS = 12, 240  # of the precision curve


@dataclass(frozen=True)
class ExpectedPhoto:
    """A relevant image as the first entry has it, and the rank in each entry's list, None if it is not there."""

    judged: JudgedPhoto
    ranks: Sequence[int | None]


@dataclass(frozen=True)
class QueryView:
    """A query with the answers of one entry or two, and what would have been right.

    `names` are its landmarks; `expected` are relevant images of retrieval, `truth` the landmarks of recognition.
    """

    photo: Photo
    address: str
    usage: str
    answers: Sequence[QueryAnswer]
    names: Sequence[tuple[int, str]]
    n_relevant: int
    expected: Sequence[ExpectedPhoto] = ()
    truth: Sequence[LandmarkLabel] = ()

    @property
    def marks(self) -> set[str]:
        """Return the marks that the view shows."""
        photos = [photo.mark for answer in self.answers for photo in (*answer.photos, answer.first_hit) if photo]
        labels = [label.mark for label in (*self.truth, *(answer.label for answer in self.answers)) if label]
        return {*photos, *labels, *(expected.judged.mark for expected in self.expected)}


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
    analysis: EntryAnalysis,
    other: EntryAnalysis | None,
    row: int,
    query_filter: QueryFilter,
    limit: int | None = None,
    n_expected: int = N_EXPECTED,
) -> QueryView:
    """Return a query with the answers of an entry, and of another one, each with at most `limit` images."""
    query_id = analysis.photo_id(row)
    entries = [entry for entry in (analysis, other) if entry is not None]
    return QueryView(
        photo=analysis.photos.photo(analysis.parts[0], query_id),
        address=query_address(analysis, row, query_filter),
        usage=str(analysis.truth.usage[row]),
        answers=[entry.answer(row, limit) for entry in entries],
        names=analysis.names(row),
        n_relevant=int(analysis.truth.n_relevant[row]),
        expected=_expected_photos(entries, row, n_expected),
        truth=analysis.shows(row) if analysis.truth.task == "recognition" else (),
    )


def _expected_photos(entries: Sequence[EntryAnalysis], row: int, limit: int) -> list[ExpectedPhoto]:
    """Return relevant images with their ranks in the lists of the entries."""
    rankings = [entry for entry in entries if isinstance(entry, RankingAnalysis)]
    if not rankings:
        return []
    ranks = [entry.ranks(row) for entry in rankings]
    expected = rankings[0].expected(row, limit)
    return [ExpectedPhoto(judged, [first.get(judged.photo.id) for first in ranks]) for judged in expected]


def present_marks(queries: Sequence[QueryView]) -> list[str]:
    """Return the marks that a page shows, in the order of the key."""
    present = set().union(*(query.marks for query in queries))
    return [mark for mark in SIGNS if mark in present]


def query_address(analysis: EntryAnalysis, row: int, query_filter: QueryFilter) -> str:
    """Return the address of a query's page, with the filter of the list that it belongs to."""
    query = query_filter.query(page=1).removesuffix("?")
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
