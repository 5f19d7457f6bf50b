"""Matched points of two photographs, found by whichever installed package offers that.

An entry point of the group `landmark.matches` names a function of two grey images `(height, width)` uint8, upright and
with both sides of at least `SIDE` pixels where the photograph has them. It returns a document with `matches`: points as
fractions of width and height, x1 and y1 in the first image, x2 and y2 in the second, and `inlier`. The first by name
that can be imported counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import numpy as np

from harness.data.images.decode import decode
from harness.web.explorer.matches_page import Match, Matched
from harness.web.lru import Latest
from harness.web.rendering import address
from leaderboard import Entry

Matcher = Callable[[np.ndarray, np.ndarray], Mapping[str, Any]]

LOG = logging.getLogger("landmark")
SIDE = 512  # pixels that a reduced decode keeps
_GROUP = "landmark.matches"
_KEPT: Latest[Matched] = Latest(64)
_SLOTS = BoundedSemaphore(2)  # compared at once: a photograph may have 180 million pixels


@cache
def matcher() -> Matcher | None:
    """Return what finds matches, imported now; None where nobody offers it."""
    for point in sorted(entry_points(group=_GROUP), key=lambda point: point.name):
        try:
            loaded: Matcher = point.load()
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, pages do without)
            LOG.warning("%s (%s) cannot be imported: %s", point.name, point.value, error)
        else:
            return loaded
    return None


def drawn_matches(entry: Entry, query_id: str, image_id: str) -> str:
    """Return the address of the matches of a query and an image, empty where nobody finds them."""
    return address("e", entry.id, "queries", query_id, "matches", image_id) if matcher() else ""


def matched(find: Matcher, files: tuple[Path, Path], digests: tuple[str | None, str | None]) -> Matched:
    """Return the matches of two photographs, found now unless photographs of these digests were among the latest.

    Raises UndecodableError.
    """
    return _KEPT.get((find, digests), lambda: _found(find, files))


def _found(find: Matcher, files: tuple[Path, Path]) -> Matched:
    with _SLOTS:
        one, other = (decode(file, mode="L", reduce_to=SIDE, upright=True) for file in files)
        told = find(one, other)["matches"]
    matches = [Match(each["x1"], each["y1"], each["x2"], each["y2"], each["inlier"]) for each in told]
    return Matched(matches, *(pixels.shape[1] / pixels.shape[0] for pixels in (one, other)))
