"""What an entry got right and wrong as pages: a list of queries, and one query with all its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.web.charts.axes import Axis
from harness.web.rendering import Frame, Link, page, with_query

Mark = Literal["right", "wrong", "ignored", "missed"]
Sort = Literal["worst", "best", "difference"]
SORTS: dict[str, str] = {"worst": "worst first", "best": "best first", "difference": "largest difference first"}
SIGNS = {"right": "✓", "wrong": "✗", "ignored": "–", "missed": "?"}
MEANINGS = {"right": "right", "wrong": "wrong", "ignored": "does not count", "missed": "right, but not listed"}
QUERIES = 12  # on a page


@dataclass(frozen=True)
class Photo:
    """A photograph: its id, and the addresses of it small and large."""

    id: str
    small: str
    large: str


@dataclass(frozen=True)
class Shown:
    """A photograph among answers: how it is to be judged, its rank if it has one, and where its matches are drawn."""

    photo: Photo
    mark: Mark
    rank: int | None = None
    matches: str = ""


@dataclass(frozen=True)
class Label:
    """A landmark that was named: what it is called, how surely it was named, and some train photographs of it."""

    landmark: int
    name: str
    mark: Mark
    confidence: float | None = None
    photos: Sequence[Photo] = ()


@dataclass(frozen=True)
class Answered:
    """What an entry answered to a query. `value` is what the query got, None where it does not count.

    `shown` are images of a ranking, best first, and `missed` those that are right and not among them; `label` is what
    a labelling says, None where it says nothing. `says` are facts in words.
    """

    entry: int
    identity: str
    value: float | None
    says: Sequence[str]
    shown: Sequence[Shown] = ()
    missed: Sequence[Shown] = ()
    label: Label | None = None


@dataclass(frozen=True)
class Query:
    """A query with the answers of one entry, or of two side by side, and what is true of it."""

    photo: Photo
    address: str
    usage: str
    answers: Sequence[Answered]
    truth: Sequence[Label] = ()


@dataclass(frozen=True)
class Curve:
    """Precision along the confidences: the line, and as dots the answers that cost most, with their queries."""

    x: Axis
    y: Axis
    path: str
    dots: Sequence[tuple[float, float, str, str]]  # x, y, address, words
    answers: int


@dataclass(frozen=True)
class Asked:
    """What the reader of a list of queries asked for."""

    sort: str = "worst"
    against: int | None = None
    part: str = "all"
    search: str = ""
    page: int = 1

    def query(self, **changed: object) -> str:
        """The address of this, or of what differs in what is named."""
        asked = {**vars(self), **changed}
        return with_query({name: value for name, value in asked.items() if value != getattr(_USUAL, name)})


_USUAL = Asked()


@dataclass(frozen=True)
class QueryList:
    """A page of queries. `others` are entries to hold this one against, `parts` those that can be chosen."""

    entry: int
    identity: str
    task: str
    metric: str
    asked: Asked
    queries: Sequence[Query]
    found: int
    others: Sequence[tuple[int, str]]
    parts: Sequence[str]
    curve: Curve | None = None


def queries_page(frame: Frame, listed: QueryList) -> str:
    """The page of a list of queries."""
    pages = max(1, -(-listed.found // QUERIES))
    return page("queries.html", frame, listed=listed, pages=pages, sorts=SORTS, signs=SIGNS, meanings=MEANINGS)


def query_page(frame: Frame, query: Query, metric: str, before: Link | None, after: Link | None) -> str:
    """The page of one query."""
    neighbours = {"before": before, "after": after}
    return page("query.html", frame, query=query, metric=metric, signs=SIGNS, meanings=MEANINGS, **neighbours)
