"""Descriptors of many crops of each photograph: the same boxes in all, drawn once for good.

Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018, of up to 100 augmented local
crops; the sizes and places are ours. Where to cut is ours, too: out of the feature maps of the whole photograph, which
costs one pass for all crops, or out of its pixels as they did, which costs one for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness import Extractor, HarnessError
from solutions.descriptors.extractors.square import framed
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.networks import IMAGENET
from solutions.descriptors.pooling.pooling import POWER, gem, unit

Cut = Literal["maps", "pixels"]

MOST = 100
_SIDES = 0.35, 0.9  # of a crop, as shares of the photograph's
_SEED = 2018
_EPSILON = 1e-6  # of what gem raises


@dataclass(frozen=True)
class LocalCrops(Extractor):
    """Extracts `(n, count, c)` float16: GeM of each crop, of length one.

    The network sees all of the photograph squashed to a square of `side` pixels, or each crop squashed so.
    """

    backbone: str = "lite0"
    side: int = 320  # pixels
    count: int = MOST  # crops, at most 100
    cut: Cut = "maps"
    weights: str | None = IMAGENET  # or a file, or None for drawn ones
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise HarnessError(f"{self.count} crops; from 1 to {MOST} can be had")

    @property
    def network(self) -> Backbone:
        """Return the network."""
        return Backbone(self.backbone, self.weights)

    @property
    def reduce_to(self) -> int:
        """Return the side that a reduced decode keeps."""
        return self.side if self.cut == "maps" else round(self.side / _SIDES[0])

    @property
    def batch(self) -> int:  # type: ignore[override]
        """Return how many images are described at a time."""
        return self.network.batch if self.cut == "maps" else 1

    @property
    def made_with(self) -> Mapping[str, str]:
        """Return the digest of the weights and the versions of Keras and its backend."""
        return self.network.made_with

    def describe(self, images: Sequence[np.ndarray]) -> np.ndarray:  # type: ignore[override]
        """Return the descriptors of the crops."""
        if self.cut == "pixels":
            return np.stack([self._seen_apart(image) for image in images])
        maps = self.network.forward(np.stack([framed(image, self.side, "squash") for image in images]))["maps"]
        rows = gem_of_boxes(maps, *cells(self.count, *maps.shape[1:3]))
        return np.stack([unit(each) for each in rows]).astype(np.float16)

    def _seen_apart(self, image: np.ndarray) -> np.ndarray:
        start, stop = cells(self.count, *image.shape[:2])
        crops = [image[top:bottom, left:right] for (top, left), (bottom, right) in zip(start, stop, strict=True)]
        maps = self.network.forward(np.stack([framed(crop, self.side, "squash") for crop in crops]))["maps"]
        return unit(gem(maps)).astype(np.float16)


def cells(count: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row and column of each crop `(count, 2)`, and those behind its last; one cell at least.

    They are drawn as shares of the sides, so crops are the same in all photographs; the first few are so for any count.

    >>> [each[:2].tolist() for each in cells(100, 10, 20)]
    [[[1, 0], [0, 1]], [[9, 18], [9, 15]]]
    """
    drawn = np.random.default_rng(_SEED).random((MOST, 4))[:count]
    shares = _SIDES[0] + drawn[:, 2:] * (_SIDES[1] - _SIDES[0])
    lengths = np.array([height, width])
    first = drawn[:, :2] * (1 - shares)
    start = np.minimum(np.round(first * lengths), lengths - 1).astype(int)
    return start, np.maximum(np.round((first + shares) * lengths).astype(int), start + 1)


def gem_of_boxes(maps: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return GeM of boxes `(n, boxes, c)` of feature maps `(n, h, w, c)`, from sums over all that is above and left.

    `start` and `stop` `(boxes, 2)` are the first row and column of each and those behind its last.
    """
    raised = np.maximum(maps, _EPSILON).astype(np.float64) ** POWER
    sums = np.pad(raised, ((0, 0), (1, 0), (1, 0), (0, 0))).cumsum(axis=1).cumsum(axis=2)
    (top, left), (bottom, right) = start.T, stop.T
    total = sums[:, bottom, right] - sums[:, top, right] - sums[:, bottom, left] + sums[:, top, left]
    area = ((bottom - top) * (right - left))[:, None]
    return np.asarray((np.maximum(total, 0) / area) ** (1 / POWER))
