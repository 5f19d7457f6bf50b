"""View data of the local matches of a query and an image: two photos side by side with lines between the points."""

from dataclasses import dataclass

from harness.web.data.local_matches import PhotoMatches

WIDTH, GAP = 1200.0, 24.0  # of the drawing, and between the photos, in SVG units
MAX_HEIGHT = 800.0


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
