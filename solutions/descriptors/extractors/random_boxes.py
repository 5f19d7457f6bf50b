"""Descriptors of random crops of each photograph; the crops are the same boxes in all photographs.

Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018, with up to 100 augmented
local crops; sizes and positions are ours. Boxes are cut from pixels, as theirs, which costs a pass for each crop. Or
they are cut from the feature maps of the whole photograph, which costs one pass for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness import Extractor, HarnessError
from solutions.descriptors.extractors.square import to_square
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.network_spec import IMAGENET
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.poolings import POWER, SMALLEST, gem

Cut = Literal["maps", "pixels"]

MAX_BOXES = 100
_SIDES = 0.35, 0.9  # smallest and largest side of a crop, as shares of the photograph's
_SEED = 2018
_BATCH = 8  # photographs described at once


@dataclass(frozen=True)
class RandomBoxesExtractor(Extractor):
    """Extracts GeM of each crop `(n, count, c)` float16, L2-normalised.

    The network is given the photograph, or each crop, squashed to a square of `side` pixels.
    """

    backbone: str = "lite0"
    side: int = 320  # pixels
    count: int = MAX_BOXES  # crops, at most 100
    cut: Cut = "maps"
    weights: str | None = IMAGENET  # or a file, or None for random ones
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_BOXES:
            raise HarnessError(f"{self.count} crops; choose from 1 to {MAX_BOXES}")

    @property
    def network(self) -> Backbone:
        return Backbone(self.backbone, self.weights, precision=self.precision)

    @property
    def reduce_to(self) -> int:
        return self.side if self.cut == "maps" else round(self.side / _SIDES[0])

    @property
    def batch(self) -> int:
        return max(_BATCH, self.network.batch) if self.cut == "maps" else 1

    @property
    def made_with(self) -> Mapping[str, str]:
        return self.network.made_with

    def describe(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Return the descriptors of the crops."""
        if self.cut == "pixels":
            return np.stack([self._describe_crops(image) for image in images])
        maps = self.network.forward(np.stack([to_square(image, self.side, "squash") for image in images]))["maps"]
        rows = gem_of_boxes(maps, *random_boxes(self.count, *maps.shape[1:3]))
        return np.stack([l2_normalise(each) for each in rows]).astype(np.float16)

    def _describe_crops(self, image: np.ndarray) -> np.ndarray:
        start, stop = random_boxes(self.count, *image.shape[:2])
        crops = [image[top:bottom, left:right] for (top, left), (bottom, right) in zip(start, stop, strict=True)]
        maps = self.network.forward(np.stack([to_square(crop, self.side, "squash") for crop in crops]))["maps"]
        return l2_normalise(gem(maps)).astype(np.float16)


def random_boxes(count: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row and column of each crop `(count, 2)`, and the row and column after its last.

    Boxes are drawn as shares of the sides, so they are the same in all photographs. The first boxes are the same for
    any count. A crop has at least one cell.

    >>> [each[:2].tolist() for each in random_boxes(100, 10, 20)]
    [[[1, 0], [0, 1]], [[9, 18], [9, 15]]]
    """
    uniform = np.random.default_rng(_SEED).random((MAX_BOXES, 4))[:count]
    shares = _SIDES[0] + uniform[:, 2:] * (_SIDES[1] - _SIDES[0])
    lengths = np.array([height, width])
    first = uniform[:, :2] * (1 - shares)
    start = np.minimum(np.round(first * lengths), lengths - 1).astype(int)
    return start, np.maximum(np.round((first + shares) * lengths).astype(int), start + 1)


def gem_of_boxes(maps: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return GeM of boxes `(n, boxes, c)` of feature maps `(n, h, w, c)`, by an integral image.

    `start` and `stop` `(boxes, 2)` are the first row and column of each box and those after its last.
    """
    raised = np.maximum(maps, SMALLEST).astype(np.float64) ** POWER
    sums = np.pad(raised, ((0, 0), (1, 0), (1, 0), (0, 0))).cumsum(axis=1).cumsum(axis=2)
    (top, left), (bottom, right) = start.T, stop.T
    total = sums[:, bottom, right] - sums[:, top, right] - sums[:, bottom, left] + sums[:, top, left]
    area = ((bottom - top) * (right - left))[:, None]
    return np.asarray((np.maximum(total, 0) / area) ** (1 / POWER))
