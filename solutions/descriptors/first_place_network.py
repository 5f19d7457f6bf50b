"""REMAP, R-MAC, MAC and SPoC of one network, all from one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.multiscale import Views
from solutions.descriptors.pooling.remap import Remap, remap

MIDDLE = {"lite0": "block11_expand_relu", "lite1": "block15_expand_relu", "lite2": "block15_expand_relu"}
LEARNT_FROM = 1000  # images of the index, where no labels tell which regions matter


@dataclass(frozen=True)
class PoolingsOfOne:
    """A network with what REMAP learnt; its layers are the last and, of the embedded networks, one in the middle."""

    views: Views
    remap: Remap

    @classmethod
    def learnt(cls, backbone: str, side: int, data: TrainingData) -> PoolingsOfOne:
        """Return the poolings, with REMAP learnt from labelled images, or from the index where none pair up."""
        middle = (MIDDLE[backbone],) if backbone in MIDDLE else ()
        views = Views(backbone, side, ("mac", "spoc", "rmac", "mac_tiles"), further=middle)
        counts = np.unique(data.labels, return_counts=True)[1]
        if len(counts) > 1 and counts.max() > 1:
            return cls(views, remap(data.train, data.labels, _layers(data.train, views)))
        step = -(-len(data.index) // LEARNT_FROM) or 1
        some = data.index[::step]
        return cls(views, remap(some, None, _layers(some, views)))

    def __call__(self, images: ImageSet, pooling: str) -> np.ndarray:
        """Return the descriptors `(n, d)` by `remap`, `rmac`, `mac` or `spoc`."""
        if pooling == "remap":
            return self.remap(_layers(images, self.views))
        return images.describe(self.views, pooling)


def _layers(images: ImageSet, views: Views) -> list[np.ndarray]:
    """Return the tiles `(n, 14, c)` of each layer."""
    names = ["mac_tiles"] + [f"mac_tiles_maps{number}" for number in range(1, len(views.further) + 1)]
    return [images.describe(views, name) for name in names]
