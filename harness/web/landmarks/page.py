"""View data of the landmarks page: its state in the address, and a page of its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import Request

from harness.web.data.photos import CompetitionPhotos
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.landmarks.scores import LandmarkScores
from harness.web.rendering import with_query
from leaderboard import Entry

PAGE_ROWS, MAX_ENTRIES = 25, 4
PARTS = ("all", "public", "private")
SORTS = ("cost", "score", "precision", "queries", "name")
_DESCENDING = ("cost", "queries")


@dataclass(frozen=True)
class LandmarksQuery:
    """Query-string state: numbers of entries, part, search, column that is sorted by and for which entry, page."""

    entry: tuple[int, ...] = ()
    part: str = "all"
    search: str = ""
    sort: str = "cost"
    of: int = 0  # position of the entry whose column is sorted by
    reverse: bool = False
    page: int = 1

    @classmethod
    def read(cls, request: Request) -> "LandmarksQuery":
        """Return the state of a request; unknown and impossible values fall back to defaults."""
        values = request.query_params
        numbers = [_number(text) for text in values.getlist("entry")]
        sort, part = values.get("sort", "cost"), values.get("part", "all")
        return cls(
            tuple(dict.fromkeys(number for number in numbers if number))[:MAX_ENTRIES],
            part if part in PARTS else "all",
            values.get("search", "").strip()[:200],
            sort if sort in SORTS else "cost",
            0 if sort in ("queries", "name") else min(_number(values.get("of", "")), MAX_ENTRIES - 1),
            values.get("reverse") == "1",
            max(1, _number(values.get("page", "1"))),
        )

    def query(self, **changes: Any) -> str:
        """Build the query string of this state with some values changed; defaults are left out."""
        state = {**vars(self), **changes}
        default = vars(LandmarksQuery())
        return with_query(
            {name: int(value) if value is True else value for name, value in state.items() if value != default[name]}
        )

    def sorted_by(self, sort: str, of: int = 0) -> str:
        """Return the query string that sorts by a column, in the other direction if it is sorted by already."""
        is_same = (sort, of) == (self.sort, self.of)
        return self.query(sort=sort, of=of, reverse=is_same and not self.reverse, page=1)

    def direction(self, sort: str, of: int = 0) -> str:
        """Return "ascending" or "descending" if the table is sorted by this column, else an empty text."""
        if (sort, of) != (self.sort, self.of):
            return ""
        return "descending" if (sort in _DESCENDING) != self.reverse else "ascending"


@dataclass(frozen=True)
class LandmarkCell:
    """The score, the precision (recognition) and the cost of a landmark under an entry."""

    entry: int
    score: float | None
    precision: float | None
    cost: float
    share: float  # of the highest cost of the entry, in [0, 1]


@dataclass(frozen=True)
class LandmarkRow:
    """A row of the table: a landmark, its queries, and a cell for each entry."""

    landmark: int
    name: str
    queries: int
    cells: Sequence[LandmarkCell]


def select_landmarks(
    landmarks: QueryLandmarks, scores: Sequence[LandmarkScores], photos: CompetitionPhotos, query: LandmarksQuery
) -> np.ndarray:
    """Return the positions of the landmarks with queries that fit the search, sorted."""
    rows = np.flatnonzero(scores[0].queries > 0)
    if query.search:
        wanted = query.search.casefold()
        rows = rows[[wanted in _title(photos, number).casefold() for number in landmarks.ids[rows].tolist()]]
    chosen = scores[min(query.of, len(scores) - 1)]
    if query.sort == "name":
        keys = np.argsort(np.argsort([photos.name(number) for number in landmarks.ids[rows].tolist()], kind="stable"))
    else:
        columns = {"cost": -chosen.costs, "queries": -chosen.queries, "precision": chosen.precision}
        column = columns.get(query.sort)
        keys = (chosen.scores if column is None else column)[rows]
    keys = -keys if query.reverse else keys
    return np.asarray(rows[np.lexsort((-chosen.costs[rows], keys))])


def landmark_rows(
    landmarks: QueryLandmarks,
    scores: Sequence[LandmarkScores],
    entries: Sequence[Entry],
    photos: CompetitionPhotos,
    positions: Sequence[int],
) -> list[LandmarkRow]:
    """Return the rows of some landmarks."""
    highest = [max(float(each.costs.max(initial=0)), 1e-12) for each in scores]
    return [
        LandmarkRow(
            int(landmarks.ids[row]),
            photos.name(int(landmarks.ids[row])),
            int(scores[0].queries[row]),
            [
                LandmarkCell(
                    entry.id or 0,
                    _finite(each.scores[row]),
                    None if each.precision is None else _finite(each.precision[row]),
                    float(each.costs[row]),
                    float(each.costs[row]) / most,
                )
                for entry, each, most in zip(entries, scores, highest, strict=True)
            ],
        )
        for row in positions
    ]


def _title(photos: CompetitionPhotos, landmark: int) -> str:
    return f"{photos.name(landmark)} {landmark}"


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0
