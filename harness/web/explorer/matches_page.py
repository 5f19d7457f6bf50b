"""A page of two photographs side by side, with lines between the points that match."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.web.explorer.page import Photo
from harness.web.rendering import Frame, page

WIDTH, GAP = 1200.0, 24.0  # of the picture, and between the photographs
TALLEST = 800.0


@dataclass(frozen=True)
class Match:
    """A point of each photograph, as fractions of width and height, and whether one map takes all such to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    inlier: bool


@dataclass(frozen=True)
class Matched:
    """The matches of two photographs, and the width of each over its height."""

    matches: Sequence[Match]
    wide: float
    other_wide: float


@dataclass(frozen=True)
class Pair:
    """A query and an image, whether it is right for the query, and what matches."""

    query: Photo
    image: Photo
    right: bool
    found: Matched


@dataclass(frozen=True)
class Drawn:
    """The picture: the places of both photographs as x, y, width, height, and lines as paths."""

    width: float
    height: float
    places: tuple[tuple[float, ...], tuple[float, ...]]
    inliers: str
    outliers: str

    @property
    def box(self) -> str:
        """The viewBox."""
        return f"0 0 {self.width:g} {self.height:g}"


def drawn(found: Matched) -> Drawn:
    """The picture of matches: both photographs of one height, as wide as there is room.

    >>> picture = drawn(Matched([Match(0, 0, 1, 1, True), Match(0.5, 0.5, 0.5, 0.5, False)], 1.0, 1.0))
    >>> picture.box, picture.places
    ('0 0 1200 588', ((0.0, 0.0, 588.0, 588.0), (612.0, 0.0, 588.0, 588.0)))
    >>> picture.inliers, picture.outliers
    ('M0.0 0.0L1200.0 588.0', 'M294.0 294.0L906.0 294.0')
    """
    height = min(TALLEST, (WIDTH - GAP) / (found.wide + found.other_wide))
    one, other = (0.0, 0.0, found.wide * height, height), (found.wide * height + GAP, 0.0, found.other_wide * height)
    lines = {
        inlier: "".join(
            f"M{_at(one, match.x1, match.y1 * height)}L{_at(other, match.x2, match.y2 * height)}"
            for match in found.matches
            if match.inlier == inlier
        )
        for inlier in (True, False)
    }
    return Drawn(other[0] + other[2], height, (one, (*other, height)), lines[True], lines[False])


def _at(place: tuple[float, ...], x: float, y: float) -> str:
    return f"{place[0] + x * place[2]:.1f} {y:.1f}"


def matches_page(frame: Frame, pair: Pair) -> str:
    """The page."""
    inliers = sum(match.inlier for match in pair.found.matches)
    outliers = len(pair.found.matches) - inliers
    return page("matches.html", frame, pair=pair, picture=drawn(pair.found), inliers=inliers, outliers=outliers)
