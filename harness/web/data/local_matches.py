"""Local feature matches between two photos, computed by a plug-in.

An entry point of the group `landmark.matches` names a function of two grey images `(height, width)` uint8, upright and
with both sides of at least `MIN_SIDE` pixels if the photo has them. It returns a document with `matches`: points as
fractions of width and height, x1 and y1 in the first image, x2 and y2 in the second, and `inlier`. The first by name
that can be imported is used.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import numpy as np

from harness.data.images.decode import decode
from harness.web.lru import LruCache
from harness.web.page_plugins import load_first
from harness.web.rendering import address
from leaderboard import Entry

Matcher = Callable[[np.ndarray, np.ndarray], Mapping[str, Any]]

MIN_SIDE = 512  # pixels that a reduced decode keeps
_GROUP = "landmark.matches"


@dataclass(frozen=True)
class PointMatch:
    """A point in each photo, as fractions of width and height; an inlier fits the common affine transform."""

    x1: float
    y1: float
    x2: float
    y2: float
    inlier: bool


@dataclass(frozen=True)
class PhotoMatches:
    """The matches of two photos, and the aspect ratio (width / height) of each."""

    matches: Sequence[PointMatch]
    aspect: float
    other_aspect: float


_CACHE: LruCache[PhotoMatches] = LruCache(64)
_SLOTS = BoundedSemaphore(2)  # comparisons at once: a photo may have 180 million pixels


@cache
def load_matcher() -> Matcher | None:
    """Import the plug-in and return its function; None if none is installed."""
    matcher: Matcher | None = load_first(_GROUP)
    return matcher


def match_address(entry: Entry, query_id: str, image_id: str) -> str:
    """Return the address of the matches of a query and an image; empty without a plug-in."""
    return address("e", entry.id, "queries", query_id, "matches", image_id) if load_matcher() else ""


def find_matches(matcher: Matcher, files: tuple[Path, Path], digests: tuple[str | None, str | None]) -> PhotoMatches:
    """Return the matches of two photos, cached by their digests; raise UndecodableError if one cannot be decoded."""
    return _CACHE.get((matcher, digests), lambda: _compute_matches(matcher, files))


def _compute_matches(matcher: Matcher, files: tuple[Path, Path]) -> PhotoMatches:
    with _SLOTS:
        images = [decode(file, mode="L", reduce_to=MIN_SIDE, upright=True) for file in files]
        document = matcher(*images)["matches"]
    matches = [PointMatch(match["x1"], match["y1"], match["x2"], match["y2"], match["inlier"]) for match in document]
    return PhotoMatches(matches, *(pixels.shape[1] / pixels.shape[0] for pixels in images))
