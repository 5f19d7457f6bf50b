"""Section "Galleries": images of landmarks of all sizes, matching and other images, and images of the other sets."""

from __future__ import annotations

from dataclasses import dataclass

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.collection import PARTS
from tools.data_page.figures import PagePhoto, PhotoSource
from tools.data_page.galleries import GallerySelection, LandmarkGallery, MatchExample
from tools.data_page.sections.landmarks import LandmarkTitle, title_of

_HEADINGS = {"largest": "The largest landmarks", "middle": "Landmarks in the middle", "smallest": "The smallest"}
_SETS = {"index": "Images to search", "test": "Queries"}


@dataclass(frozen=True)
class GalleryView:
    """Some train images of a landmark, and how many it has."""

    title: LandmarkTitle
    count: int
    photos: list[PagePhoto]


@dataclass(frozen=True)
class MatchView:
    """Two train images of one landmark and one of another."""

    title: LandmarkTitle
    photos: list[PagePhoto]
    other_title: LandmarkTitle
    other_photo: PagePhoto


@dataclass(frozen=True)
class GallerySection:
    """Sample images by heading."""

    landmarks: dict[str, list[GalleryView]]
    matches: list[MatchView]
    sets: dict[str, list[PagePhoto]]


def show_galleries(analysis: CollectionAnalysis, selection: GallerySelection, photos: PhotoSource) -> GallerySection:
    """Return the galleries of the selected images."""
    return GallerySection(
        {
            _HEADINGS[size]: [_gallery(analysis, each, photos) for each in galleries]
            for size, galleries in selection.landmarks.items()
        },
        [_match(analysis, each, photos) for each in selection.matches],
        {
            _SETS[PARTS[part]]: [photos[row] for row in rows.tolist()]
            for part, rows in selection.parts.items()
            if len(rows)
        },
    )


def _gallery(analysis: CollectionAnalysis, gallery: LandmarkGallery, photos: PhotoSource) -> GalleryView:
    title = title_of(analysis, gallery.landmark)
    return GalleryView(title, gallery.count, [photos[row] for row in gallery.rows.tolist()])


def _match(analysis: CollectionAnalysis, match: MatchExample, photos: PhotoSource) -> MatchView:
    title, other = title_of(analysis, match.landmark), title_of(analysis, match.other)
    return MatchView(title, [photos[row] for row in match.rows], other, photos[match.other_row])
