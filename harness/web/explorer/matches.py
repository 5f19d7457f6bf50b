"""Drawings of the local matches of two photos, side by side or one above the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.web.data.local_matches import PhotoMatches, PointMatch

WIDTH, STACKED_WIDTH, GAP = 1200.0, 390.0, 24.0  # of a drawing, and between its photos, in SVG units
MAX_HEIGHT = 800.0

Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class DrawnPair:
    """A pair of matched points in the coordinates of the drawing."""

    number: int
    x1: float
    y1: float
    x2: float
    y2: float
    inlier: bool


@dataclass(frozen=True)
class MatchDrawing:
    """SVG drawing of matches: the boxes of both photos, and the pairs, inliers last, as they lie on top."""

    name: str
    width: float
    height: float
    photos: tuple[Box, Box]
    pairs: Sequence[DrawnPair]

    @property
    def view_box(self) -> str:
        """The viewBox attribute."""
        return f"0 0 {self.width:g} {self.height:g}"


def draw_beside(matches: PhotoMatches) -> MatchDrawing:
    """Draw two photos of the same height side by side.

    >>> drawing = draw_beside(PhotoMatches([PointMatch(0, 0, 1, 1, True)], 1.0, 1.0))
    >>> drawing.view_box, drawing.photos
    ('0 0 1200 588', ((0.0, 0.0, 588.0, 588.0), (612.0, 0.0, 588.0, 588.0)))
    >>> drawing.pairs
    [DrawnPair(number=1, x1=0.0, y1=0.0, x2=1200.0, y2=588.0, inlier=True)]
    """
    height = min(MAX_HEIGHT, (WIDTH - GAP) / (matches.aspect + matches.other_aspect))
    left = 0.0, 0.0, matches.aspect * height, height
    right = left[2] + GAP, 0.0, matches.other_aspect * height, height
    pairs = [_pair(number, match, left, right) for number, match in enumerate(_sorted(matches), 1)]
    return MatchDrawing("beside", right[0] + right[2], height, (left, right), pairs)


def draw_stacked(matches: PhotoMatches) -> MatchDrawing:
    """Draw two photos of the same width one above the other."""
    top = 0.0, 0.0, STACKED_WIDTH, STACKED_WIDTH / matches.aspect
    bottom = 0.0, top[3] + GAP, STACKED_WIDTH, STACKED_WIDTH / matches.other_aspect
    pairs = [_pair(number, match, top, bottom) for number, match in enumerate(_sorted(matches), 1)]
    return MatchDrawing("stacked", STACKED_WIDTH, bottom[1] + bottom[3], (top, bottom), pairs)


def _sorted(matches: PhotoMatches) -> list[PointMatch]:
    return sorted(matches.matches, key=lambda match: match.inlier)


def _pair(number: int, match: PointMatch, first: Box, second: Box) -> DrawnPair:
    return DrawnPair(number, *_point(first, match.x1, match.y1), *_point(second, match.x2, match.y2), match.inlier)


def _point(box: Box, x: float, y: float) -> tuple[float, float]:
    return round(box[0] + x * box[2], 1), round(box[1] + y * box[3], 1)
