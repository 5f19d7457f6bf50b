"""The answer of an entry to one query, as pages and reports show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.web.data.photos import Photo

Mark = Literal["right", "wrong", "ignored", "missed"]


@dataclass(frozen=True)
class JudgedPhoto:
    """A photo of an answer: its mark, its rank (None if missed) and the address of its local matches."""

    photo: Photo
    mark: Mark
    rank: int | None = None
    matches: str = ""


@dataclass(frozen=True)
class LandmarkLabel:
    """A landmark with its name and some train photos; for a prediction also its confidence."""

    landmark: int
    name: str
    mark: Mark
    confidence: float | None = None
    photos: Sequence[Photo] = ()


@dataclass(frozen=True)
class QueryAnswer:
    """The answer of an entry to a query. `value` is the query's score, None if the query is not scored.

    A ranking has `photos`, best first, `missed` relevant ones, the ranks of its `hits` among the first 100, and
    `first_hit` if that is below the listed photos. A recognition has `label`, None without an answer.
    `facts` are short phrases about the answer.
    """

    entry: int
    identity: str
    value: float | None
    facts: Sequence[str]
    photos: Sequence[JudgedPhoto] = ()
    missed: Sequence[JudgedPhoto] = ()
    label: LandmarkLabel | None = None
    hits: Sequence[int] = ()
    first_hit: JudgedPhoto | None = None
