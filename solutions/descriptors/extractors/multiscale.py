"""Descriptors of whole photographs in their own proportions, averaged over several scales and the mirror image.

Source of the scales: Radenović, Tolias, Chum, Fine-tuning CNN image retrieval with no human annotation, 2018.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from harness import Extractor, HarnessError
from solutions.descriptors.extractors.resize import resize
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.network_spec import IMAGENET
from solutions.descriptors.networks.registry import find_source
from solutions.descriptors.networks.sources import keras_networks
from solutions.descriptors.networks.sources.outputs import MAPS
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.poolings import SMALLEST
from solutions.descriptors.pooling.registry import find_pooling, pool_outputs

THREE_SCALES = (1.0, 2**-0.5, 2**0.5)
STRIDE = 32  # pixels; sides are multiples of it, so that there are few shapes
_BATCH_SIZES = {False: (32, 1), True: (512, 32)}  # on an accelerator or not: images described, and run, at a time


@dataclass(frozen=True)
class MultiscaleExtractor(Extractor):
    """Extracts an L2-normalised array `(n, c)` float32 for each pooling, under its name; see `pooling.registry`.

    Tiles are `(n, 14, c)`. The number of regions varies by image, so read these by `describe_ragged`. Poolings of
    further layers are named `gem_maps1`, `gem_maps2`, … L2-normalised descriptors are averaged over scales and mirror
    images; regions are concatenated instead.
    """

    backbone: str = "lite0"
    side: int = 384  # pixels of the longer side at scale 1
    poolings: tuple[str, ...] = ("mac", "spoc", "gem", "rmac")
    scales: tuple[float, ...] = (1.0,)
    flip: bool = False  # the mirror image as well
    quarter_turns: int = 0  # that the photograph is rotated counter-clockwise
    power: float = 1.0  # of the mean over scales and mirror images
    weights: str | None = IMAGENET  # or a file, or None for random ones
    layer: str | None = None  # its maps are pooled; None: the last with maps
    further: tuple[str, ...] = ()  # more layers whose maps are pooled
    precision: Precision = "float32"  # or bf16: faster where the processor has it, and less exact
    preprocessing: str | None = None  # of pixels; None: the network's own
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if not self.scales or not all(0 < each < np.inf for each in (self.side, self.power, *self.scales)):
            raise HarnessError(f"side {self.side}, scales {self.scales} and power {self.power} must be above 0")
        for name in self.poolings:
            find_pooling(name)

    @property
    def network(self) -> Backbone:
        return Backbone(
            self.backbone,
            self.weights,
            self.layer,
            further=self.further,
            preprocessing=self.preprocessing,
            precision=self.precision,
        )

    @property
    def reduce_to(self) -> int:
        """Return the side that a reduced decode must keep: that of the largest scale."""
        return max(1, round(self.side * max(self.scales)))

    @property
    def batch(self) -> int:
        return _BATCH_SIZES[self.network.on_accelerator][0]

    @property
    def made_with(self) -> Mapping[str, str]:
        return self.network.made_with

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray | list[np.ndarray]]:
        """Return the descriptors by pooling and layer."""
        rotated = [np.rot90(image, self.quarter_turns) for image in images]
        orientations = [rotated, [image[:, ::-1] for image in rotated]][: 1 + self.flip]
        views = [self._pool_view(view, scale, bool(n)) for scale in self.scales for n, view in enumerate(orientations)]
        return {name: self._merge_views(name, [view[name] for view in views]) for name in views[0]}

    def _pool_view(self, images: Sequence[np.ndarray], scale: float, mirrored: bool) -> Mapping[str, list[np.ndarray]]:
        """Return the rows `(rows, c)` of each image at one scale, by pooling and layer."""
        rows: dict[str, list[np.ndarray]] = {}
        _require_any_size(self.network)
        for positions, batch in _group_by_shape([resize_to_bucket(image, self.side * scale) for image in images]):
            outputs = self.network.forward(batch, _BATCH_SIZES[self.network.on_accelerator][1])
            if mirrored:
                outputs = {name: each[:, :, ::-1] if each.ndim == 4 else each for name, each in outputs.items()}
            for number, position in enumerate(positions):
                image_outputs = {name: each[number : number + 1] for name, each in outputs.items()}
                for name, pooled in self._pool_image(image_outputs).items():
                    rows.setdefault(name, [batch] * len(images))[position] = np.atleast_2d(pooled[0])
        return rows

    def _pool_image(self, outputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the poolings of all layers, and vectors as they are."""
        layers = [name for name in outputs if name.startswith(MAPS)] or [MAPS]
        pooled = {}
        for name in self.poolings:
            for layer in layers if find_pooling(name).source == MAPS else [MAPS]:
                pooled[_output_name(name, layer)] = pool_outputs(outputs, name, layer)
        return pooled

    def _merge_views(self, name: str, views: Sequence[Sequence[np.ndarray]]) -> np.ndarray | list[np.ndarray]:
        """Return one array for each image from its rows in every view."""
        output = find_pooling(name.partition("_maps")[0]).output
        by_image = list(zip(*views, strict=True))
        if output == "regions":
            return [np.concatenate(each) for each in by_image]
        means = np.stack([average_views(each, self.power) for each in by_image])
        return means if output == "tiles" else means[:, 0]


@cache
def _require_any_size(network: Backbone) -> None:
    """Raise HarnessError if a network takes images of one size only."""
    if find_source(network.spec) is keras_networks:
        return  # most of them take any size, and are not converted for another engine; the others raise later
    height, width = network.description.input_size
    if height or width:
        raise HarnessError(
            f"{network.name} takes images of {width or 'any'} x {height or 'any'} pixels, not photographs in their own "
            "proportions; choose a solution that cuts squares, such as nearest, or another backbone"
        )


def _output_name(pooling: str, layer: str) -> str:
    """Return the name of the array of a pooling and layer.

    >>> _output_name("gem", "maps"), _output_name("gem", "maps1")
    ('gem', 'gem_maps1')
    """
    return pooling if layer == "maps" else f"{pooling}_{layer}"


def average_views(views: Sequence[np.ndarray], power: float) -> np.ndarray:
    """Return the L2-normalised generalised mean of descriptors `(rows, c)`, each L2-normalised first.

    With a power other than 1, values below 1e-6 count as 1e-6.

    >>> average_views([np.array([[3.0, 0.0]]), np.array([[0.0, 0.2]])], 1).round(4).tolist()
    [[0.7071, 0.7071]]
    """
    stack = np.stack([l2_normalise(view) for view in views])
    if power == 1:
        return l2_normalise(stack.mean(axis=0))
    return l2_normalise((np.maximum(stack, SMALLEST) ** np.float32(power)).mean(axis=0) ** np.float32(1 / power))


def resize_to_bucket(image: np.ndarray, longer: float) -> np.ndarray:
    """Return an image `(h, w, 3)` with about `longer` pixels on its longer side; sides are multiples of 32."""
    return resize(image, *bucket_size(image.shape[0], image.shape[1], longer))


def bucket_size(height: int, width: int, longer: float) -> tuple[int, int]:
    """Return the height and width, multiples of 32, nearest to the proportions of an image.

    >>> bucket_size(600, 800, 384), bucket_size(4000, 40, 384), bucket_size(600, 800, 384 / 2**0.5)
    ((288, 384), (384, 32), (192, 256))
    """
    sides = (longer * side / max(height, width) for side in (height, width))
    high, wide = (max(1, int(side / STRIDE + 0.5)) * STRIDE for side in sides)
    return high, wide


def _group_by_shape(images: Sequence[np.ndarray]) -> list[tuple[list[int], np.ndarray]]:
    """Return the images of each shape as one array, with their positions."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for position, image in enumerate(images):
        groups.setdefault(image.shape, []).append(position)
    return [(positions, np.stack([images[each] for each in positions])) for positions in groups.values()]
