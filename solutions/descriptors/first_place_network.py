"""A network of the first place of 2018: REMAP, R-MAC, MAC and SPoC from one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.remap import Remap, learn_remap

MIDDLE_LAYERS = {"lite0": "block11_expand_relu", "lite1": "block15_expand_relu", "lite2": "block15_expand_relu"}
MAX_IMAGES = 1000  # of the index, to learn REMAP from without labels


@dataclass(frozen=True)
class FirstPlaceNetwork:
    """A network and its REMAP, of the last layer and, for EfficientNet-Lite, one in the middle."""

    views: MultiscaleExtractor
    remap: Remap

    @classmethod
    def fit(cls, backbone: str, side: int, data: TrainingData) -> FirstPlaceNetwork:
        """Return the network with REMAP learned from train images, or from the index if no two train images match."""
        middle = (MIDDLE_LAYERS[backbone],) if backbone in MIDDLE_LAYERS else ()
        views = MultiscaleExtractor(backbone, side, ("mac", "spoc", "rmac", "mac_tiles"), further=middle)
        counts = np.unique(data.labels, return_counts=True)[1]
        if len(counts) > 1 and counts.max() > 1:
            return cls(views, learn_remap(data.train, data.labels, _describe_tiles(data.train, views)))
        step = -(-len(data.index) // MAX_IMAGES) or 1
        sample = data.index[::step]
        return cls(views, learn_remap(sample, None, _describe_tiles(sample, views)))

    def __call__(self, images: ImageSet, pooling: str) -> np.ndarray:
        """Return the descriptors `(n, d)` of the pooling `remap`, `rmac`, `mac` or `spoc`."""
        if pooling == "remap":
            return self.remap(_describe_tiles(images, self.views))
        return images.describe(self.views, pooling)


def _describe_tiles(images: ImageSet, views: MultiscaleExtractor) -> list[np.ndarray]:
    """Return the tiles `(n, 14, c)` of each layer."""
    names = ["mac_tiles"] + [f"mac_tiles_maps{number}" for number in range(1, len(views.further) + 1)]
    return [images.describe(views, name) for name in names]
