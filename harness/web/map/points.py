"""The points of a map with what they are coloured by: part, landmark, and the score of each query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.data.competition import Competition
from harness.data.tables.id_index import find_positions
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis
from harness.web.data.query_truth import QueryTruth
from harness.web.map.descriptors import PARTS
from harness.web.map.layout import MapLayout

N_COLOURS = 11  # landmarks with a colour of their own; code 0 is for the others
_NO_SCORE, _SCORE_STEPS = 255, 200
UNKNOWN = -1  # landmark


@dataclass(frozen=True)
class LegendEntry:
    """A landmark with a colour: its code from 1, its name, and the number of its images on the map."""

    code: int
    name: str
    count: int


@dataclass(frozen=True, eq=False)
class MapPoints:
    """The images of a map: layout, landmark of each `(n,)` int64, and score of each query `(n,)`, NaN elsewhere."""

    layout: MapLayout
    ids: dict[int, np.ndarray]  # by number of the part
    landmarks: np.ndarray
    scores: np.ndarray

    def image_id(self, point: int) -> str:
        """Return the id of the image of a point."""
        return str(self.ids[int(self.layout.parts[point])][self.layout.rows[point]])

    def part(self, point: int) -> str:
        """Return the part of the image of a point."""
        return PARTS[self.layout.parts[point]]

    @cached_property
    def frequent(self) -> list[tuple[int, int]]:
        """The landmarks with a colour, most images first, each with the number of its images."""
        known = self.landmarks[self.landmarks != UNKNOWN]
        values, counts = np.unique(known, return_counts=True)
        order = np.lexsort((values, -counts))[:N_COLOURS]
        return [(int(values[place]), int(counts[place])) for place in order]

    def legend(self, name_of: Callable[[int], str]) -> list[LegendEntry]:
        """Return the landmarks with a colour of their own."""
        return [LegendEntry(code, name_of(each), count) for code, (each, count) in enumerate(self.frequent, 1)]

    def to_bytes(self) -> bytes:
        """Return the points for the script: n as uint32, x and y as uint16, then part, landmark and score as bytes.

        Numbers are little-endian. A landmark is its code in the legend, 0 for others. A score is a 200th, 255 for none.
        """
        codes = np.zeros(len(self.landmarks), np.uint8)
        for code, (landmark, _) in enumerate(self.frequent, 1):
            codes[self.landmarks == landmark] = code
        scores = np.where(np.isnan(self.scores), _NO_SCORE, np.rint(np.nan_to_num(self.scores) * _SCORE_STEPS))
        places = self.layout.places.T.astype("<u2")
        arrays = places[0], places[1], self.layout.parts, codes, scores.astype(np.uint8)
        return len(codes).to_bytes(4, "little") + b"".join(array.tobytes() for array in arrays)

    def queries_inside(self, polygon: Sequence[tuple[float, float]]) -> list[str]:
        """Return the ids of the scored queries inside a polygon, whose corners are shares of the map, in order."""
        rows = np.flatnonzero(~np.isnan(self.scores))
        inside = rows[points_inside(self.layout.places[rows] / 65_535, polygon)]
        return [self.image_id(point) for point in inside.tolist()]


def points_inside(points: np.ndarray, polygon: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return a mask of the points `(n, 2)` inside a polygon, by the even-odd rule.

    >>> points_inside(np.array([[0.5, 0.5], [2, 0.5]]), [(0, 0), (1, 0), (1, 1), (0, 1)]).tolist()
    [True, False]
    """
    inside = np.zeros(len(points), bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def make_points(
    layout: MapLayout, competition: Competition, landmarks: QueryTruth | None, analysis: EntryAnalysis | None
) -> MapPoints:
    """Return the points; `landmarks` is the recognition truth, `analysis` has the scores, both may be missing."""
    images = {"test": competition.queries, "index": competition.index, "train": competition.train}
    ids = {number: images[part].ids for number, part in enumerate(PARTS)}
    labels = {
        "train": competition.labels,
        "test": _query_landmarks(competition, landmarks),
        "index": _index_landmarks(competition, landmarks, analysis),
    }
    values, of = np.full(len(layout.rows), np.nan), np.full(len(layout.rows), UNKNOWN, np.int64)
    for number, part in enumerate(PARTS):
        here = layout.parts == number
        of[here] = labels[part][layout.rows[here]] if len(labels[part]) else UNKNOWN
        if analysis is not None and part == analysis.parts[0]:
            values[here] = _scores(analysis, ids[number])[layout.rows[here]]
    return MapPoints(layout, ids, of, values)


def _scores(analysis: EntryAnalysis, ids: np.ndarray) -> np.ndarray:
    """Return the score of each image as a query: AP, or for recognition 1 if the answer is correct and 0 if not."""
    scores = analysis.gains
    if isinstance(analysis, LabellingAnalysis):
        scores = np.where(np.isnan(analysis.values["gap"]), np.nan, analysis.judgement.correct)
    rows = find_positions(ids, analysis.truth.query_ids)
    return np.asarray(np.where(rows >= 0, np.append(scores, np.nan)[rows], np.nan))


def _query_landmarks(competition: Competition, landmarks: QueryTruth | None) -> np.ndarray:
    """Return the first landmark that each test image shows."""
    found = np.full(len(competition.queries), UNKNOWN, np.int64)
    if landmarks is None:
        return found
    truth = landmarks.ground_truth
    has_one = np.flatnonzero(np.diff(truth.offsets) > 0)
    rows = find_positions(truth.query_ids[has_one], competition.queries.ids)
    found[rows[rows >= 0]] = truth.relevant[truth.offsets[has_one]][rows >= 0]
    return found


def _index_landmarks(
    competition: Competition, landmarks: QueryTruth | None, analysis: EntryAnalysis | None
) -> np.ndarray:
    """Return the landmark of each index image: that of a query for which it is relevant."""
    found = np.full(len(competition.index), UNKNOWN, np.int64)
    if landmarks is None or analysis is None or analysis.truth.task != "retrieval" or analysis.parts[1] != "index":
        return found
    truth = analysis.truth.ground_truth
    of_query = _query_landmarks(competition, landmarks)
    rows = find_positions(truth.query_ids, competition.queries.ids)
    of_pair = np.repeat(np.where(rows >= 0, np.append(of_query, UNKNOWN)[rows], UNKNOWN), np.diff(truth.offsets))
    images = find_positions(np.array(truth.images.texts(), object), competition.index.ids)
    numbers = np.where(truth.relevant >= 0, np.append(images, -1)[np.maximum(truth.relevant, -1)], -1)
    known = (numbers >= 0) & (of_pair != UNKNOWN)
    found[numbers[known]] = of_pair[known]
    return found
