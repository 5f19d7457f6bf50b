"""Descriptors of whole photographs in their own proportions, at several scales and mirrored: all from one pass each.

Source of the scales: Radenović, Tolias, Chum, Fine-tuning CNN image retrieval with no human annotation, 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from harness import Extractor, HarnessError
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.keras_backend import accelerated
from solutions.descriptors.networks.networks import IMAGENET
from solutions.descriptors.pooling.names import REGIONS, TILES, pooler
from solutions.descriptors.pooling.pooling import unit

THREE_SCALES = (1.0, 2**-0.5, 2**0.5)
STRIDE = 32  # pixels that sides are whole multiples of, so that few shapes are met
_EPSILON = np.float32(1e-6)
_TOGETHER = {False: (32, 1), True: (512, 32)}  # images described at a time, and of one shape sent through at once


@dataclass(frozen=True)
class Views(Extractor):
    """Extracts an array `(n, c)` float32 of length one for each pooling, named as it is; see `poolers`.

    Tiles are `(n, 14, c)`, and of regions there are more in longer photographs: `describe_ragged` gives these. What is
    pooled of the further layers is named `gem_maps1`, `gem_maps2`, … Over scales and mirror images the mean is taken
    of descriptors of length one; regions of all of them are kept.
    """

    backbone: str = "lite0"
    side: int = 384  # pixels of the longer side at scale 1
    poolings: tuple[str, ...] = ("mac", "spoc", "gem", "rmac")
    scales: tuple[float, ...] = (1.0,)
    flip: bool = False  # the mirror image as well
    quarter_turns: int = 0  # the photograph is turned to the left so many times
    power: float = 1.0  # of the mean over scales and mirror images
    weights: str | None = IMAGENET  # or a file, or None for drawn ones
    layer: str | None = None  # whose maps are pooled; None: the last
    further: tuple[str, ...] = ()  # layers whose maps are pooled too
    mixed: bool = False  # half precision inside, on an accelerator only
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if not self.scales or not all(0 < each < np.inf for each in (self.side, self.power, *self.scales)):
            raise HarnessError(f"side {self.side}, scales {self.scales} and power {self.power} must be above 0")
        for name in self.poolings:
            pooler(name)

    @property
    def network(self) -> Backbone:
        """Return the network."""
        return Backbone(self.backbone, self.weights, self.layer, mixed=self.mixed, further=self.further)

    @property
    def reduce_to(self) -> int:
        """Return the side that a reduced decode keeps: that of the largest scale."""
        return max(1, round(self.side * max(self.scales)))

    @property
    def batch(self) -> int:  # type: ignore[override]
        """Return how many images are described at a time."""
        return _TOGETHER[accelerated()][0]

    @property
    def made_with(self) -> Mapping[str, str]:
        """Return the digest of the weights and the versions of Keras and its backend."""
        return self.network.made_with

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray | list[np.ndarray]]:  # type: ignore[override]
        """Return the descriptors by pooling and layer."""
        turned = [np.rot90(image, self.quarter_turns) for image in images]
        mirrored = [turned, [image[:, ::-1] for image in turned]][: 1 + self.flip]
        views = [self._pooled(each, scale, bool(n)) for scale in self.scales for n, each in enumerate(mirrored)]
        return {name: self._gathered(name, [view[name] for view in views]) for name in views[0]}

    def _pooled(self, images: Sequence[np.ndarray], scale: float, mirrored: bool) -> Mapping[str, list[np.ndarray]]:
        """Return the rows `(rows, c)` of each image of one view, by pooling and layer."""
        poolers = [(name, pooler(name)) for name in self.poolings]
        found: dict[str, list[np.ndarray]] = {}
        for places, batch in _alike([resized(image, self.side * scale) for image in images]):
            maps = self.network.forward(batch, _TOGETHER[accelerated()][1])
            for layer, (name, pool) in product(maps, poolers):
                rows = found.setdefault(_output(name, layer), [batch] * len(images))
                for place, each in zip(places, maps[layer][:, :, :: -1 if mirrored else 1], strict=True):
                    rows[place] = pool(each)
        return found

    def _gathered(self, name: str, views: Sequence[Sequence[np.ndarray]]) -> np.ndarray | list[np.ndarray]:
        """Return what stands for each image, from its rows in every view."""
        pooling = name.partition("_maps")[0]
        by_image = list(zip(*views, strict=True))
        if pooling.endswith(REGIONS):
            return [np.concatenate(each) for each in by_image]
        means = np.stack([mean_view(each, self.power) for each in by_image])
        return means if pooling.endswith(TILES) else means[:, 0]


def _output(pooling: str, layer: str) -> str:
    """Return what the array of a pooling is named: of further layers after both.

    >>> _output("gem", "maps"), _output("gem", "maps1")
    ('gem', 'gem_maps1')
    """
    return pooling if layer == "maps" else f"{pooling}_{layer}"


def mean_view(views: Sequence[np.ndarray], power: float) -> np.ndarray:
    """Return the generalised mean of descriptors `(rows, c)` of length one, again of length one.

    With a power other than 1 what is below 1e-6 counts as that.

    >>> mean_view([np.array([[3.0, 0.0]]), np.array([[0.0, 0.2]])], 1).round(4).tolist()
    [[0.7071, 0.7071]]
    """
    stack = np.stack([unit(view) for view in views])
    if power == 1:
        return unit(stack.mean(axis=0))
    return unit((np.maximum(stack, _EPSILON) ** np.float32(power)).mean(axis=0) ** np.float32(1 / power))


def resized(image: np.ndarray, longer: float) -> np.ndarray:
    """Return an image `(h, w, 3)` whose longer side has so many pixels; both are rounded to multiples of 32."""
    import cv2

    height, width = bucket(image.shape[0], image.shape[1], longer)
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(image), (width, height), interpolation=interpolation))


def bucket(height: int, width: int, longer: float) -> tuple[int, int]:
    """Return height and width, multiples of 32, nearest to the proportions of an image.

    >>> bucket(600, 800, 384), bucket(4000, 40, 384), bucket(600, 800, 384 / 2**0.5)
    ((288, 384), (384, 32), (192, 256))
    """
    sides = (longer * side / max(height, width) for side in (height, width))
    high, wide = (max(1, int(side / STRIDE + 0.5)) * STRIDE for side in sides)
    return high, wide


def _alike(images: Sequence[np.ndarray]) -> list[tuple[list[int], np.ndarray]]:
    """Return the images of each shape, and their places."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape, []).append(place)
    return [(rows, np.stack([images[row] for row in rows])) for rows in places.values()]
