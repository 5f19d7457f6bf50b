"""What several networks make of photographs, pooled in several ways, as one descriptor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness import ImageSet
from solutions.descriptors.concatenation import concatenated
from solutions.descriptors.extractors.multiscale import Views

SMALL, MIDDLE, LARGE = "lite0", "lite1", "lite2"
# The best of some 80 combinations by how near train images of one landmark lie to each other.
EIGHT = tuple(Views(name, side, ("gem_2", "rgem")) for name in (SMALL, LARGE) for side in (384, 512))


def described(images: ImageSet, views: Sequence[Views] = EIGHT) -> np.ndarray:
    """Return all poolings of all views side by side `(n, d)` float32, of length one; NaN where no image was read."""
    return concatenated([images.describe(each, name) for each in views for name in each.poolings])
