"""Local descriptors like DELF: the most salient cells of feature maps at several scales.

A reconstruction on a network that was not trained for this: Noh et al., Large-scale image retrieval with attentive deep
local features, 2017. Saliency is the norm of a cell's activations, as in Tolias, Jenicek, Chum, Learning and
aggregating deep local descriptors for instance-level recognition, 2020, or an attention trained on labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness import HarnessError, ImageSet
from solutions.descriptors.extractors.multiscale import resize_to_bucket
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.networks.network_spec import IMAGENET
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.whitening.pca_whitening import Whitening, learn_pca_whitening
from solutions.kernels.keyed_random import draw_all
from solutions.local.attention import Attention, attention_for
from solutions.local.extractor import LocalExtractor, frame_size
from solutions.local.non_maximum_suppression import non_maximum_suppression

DELF_SCALES = (0.25, 0.3536, 0.5, 0.7071, 1.0, 1.4142, 2.0)
STRIDE_16_LAYERS = {"lite0": "block10_sum", "lite1": "block14_sum", "lite2": "block14_sum"}  # the last of the stride
MAX_PCA_IMAGES, MAX_ATTENTION_IMAGES, CELLS_PER_IMAGE = 500, 2000, 50  # to learn from
_BATCH_SIZES = {False: (32, 1), True: (256, 32)}  # images described at once, and of one shape in a forward pass


@dataclass(frozen=True)
class DelfLike(LocalExtractor):
    """Extracts `descriptors` `(rows, d)` float16, of length one, `keypoints` `(rows, 3)` and `frame`.

    See LocalExtractor. The relative error of float16 is at most 1 in 2000. The scale of a keypoint is the side of its
    cell in pixels of the frame. The strongest are the most salient; ties are in order of the scales, then row by row.
    Of two cells with an intersection over union above `overlap`, only the more salient one remains; 1 keeps all. `fit`
    returns an extractor with a projection of the descriptors; without one a cell has all its channels.

    Each of 100 train images of monuments was a query among the other 662. GeM of lite0 at 224 pixels ranked them with a
    mAP@100 of .559; re-ranking its first 100 by inliers gave:

    | cells of lite0 | 200 strongest | 500 strongest |
    |---|---|---|
    | the last, stride 32 | .562 | |
    | block11_expand_relu, 128 axes | .573 | |
    | block10_sum, 112 axes | .582 | .600 |
    | block10_sum, 40 axes | .576 | |
    """

    backbone: str = "lite0"
    longest: int = 384  # pixels of the longer side at scale 1
    scales: tuple[float, ...] = (0.5, 0.7071, 1.0, 1.4142)
    max_features: int = 500
    overlap: float = 1.0
    layer: str | None = None  # of the cells; None: the last with a stride of 16, else the last
    weights: str | None = IMAGENET  # or a file, or None for random ones
    attention: Attention | None = None  # None: saliency is the norm of the activations
    projection: Whitening | None = None
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if not self.scales or not all(0 < each < np.inf for each in (self.longest, self.max_features, *self.scales)):
            raise HarnessError(
                f"longest {self.longest}, scales {self.scales} and max_features {self.max_features} must be above 0"
            )

    @property
    def network(self) -> Backbone:
        return Backbone(self.backbone, self.weights, self.layer or STRIDE_16_LAYERS.get(self.backbone))

    @property
    def reduce_to(self) -> int:
        """Return the minimum side of a reduced decode: that of the largest scale."""
        return max(1, round(self.longest * max(1.0, *self.scales)))

    @property
    def batch(self) -> int:
        return _BATCH_SIZES[self.network.on_accelerator][0]

    @property
    def made_with(self) -> Mapping[str, str]:
        return self.network.made_with

    def fit(self, images: ImageSet, dims: int = 128, labels: np.ndarray | None = None) -> DelfLike:
        """Return the extractor with a projection to `dims` axes fitted to some images, and an attention if labelled.

        At most 500 images (2000 with labels), sampled by their ids, give 50 cells each. Everything is cached in the
        store. Without any cells, descriptors are not projected. An attention trained on the odd landmarks of monuments
        was worse on the even ones than the norm of the activations: .700 against .707.
        """
        most = MAX_PCA_IMAGES if labels is None else MAX_ATTENTION_IMAGES
        chosen = np.sort(np.argsort(draw_all(0, "local descriptors", images.ids), kind="stable")[:most])
        some = images[chosen]
        raw = replace(self, max_features=CELLS_PER_IMAGE, attention=None, projection=None)
        cells = some.describe_ragged(raw, "descriptors")
        attention = None if labels is None else attention_for(some, labels[chosen], raw)
        projection = learn_pca_whitening(some, np.concatenate([*cells, cells.rows[:0]]), dims, power=0)
        return replace(self, attention=attention, projection=projection)

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray | list[np.ndarray]]:
        frames = [frame_size(image.shape, self.longest) for image in images]
        maps = [
            self._maps([resize_to_bucket(image, self.longest * scale) for image in images]) for scale in self.scales
        ]
        results = [self._strongest(each, frame) for *each, frame in zip(*maps, frames, strict=True)]
        descriptors, keypoints = ([each[part] for each in results] for part in range(2))
        return {"descriptors": descriptors, "keypoints": keypoints, "frame": np.array(frames, np.float32)[:, ::-1]}

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return the descriptors `(rows, d)` float32 of length one."""
        return l2_normalise(rows.astype(np.float32))

    def _maps(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the feature maps `(h, w, c)` of each image; images of one shape share a forward pass."""
        results = [np.empty(0)] * len(images)
        for shape in {image.shape for image in images}:
            places = [place for place, image in enumerate(images) if image.shape == shape]
            batch_size = _BATCH_SIZES[self.network.on_accelerator][1]
            maps = self.network.forward(np.stack([images[place] for place in places]), batch_size)
            for place, each in zip(places, maps["maps"], strict=True):
                results[place] = each
        return results

    def _strongest(self, maps: Sequence[np.ndarray], frame: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Return descriptors and keypoints of one image from its maps at all scales, strongest first."""
        cells = np.concatenate([each.reshape(-1, each.shape[-1]) for each in maps])
        keypoints = np.concatenate([cell_keypoints(each.shape, frame) for each in maps])
        saliency = np.linalg.norm(cells, axis=1) if self.attention is None else self.attention(l2_normalise(cells))
        order = np.argsort(-saliency, kind="stable")
        order = order[saliency[order] > 0]
        chosen = non_maximum_suppression(keypoints[order], self.overlap, self.max_features)
        rows = l2_normalise(cells[order[chosen]])
        return (self.projection(rows) if self.projection else rows).astype(np.float16), keypoints[order[chosen]]


def cell_keypoints(shape: tuple[int, ...], frame: tuple[int, int]) -> np.ndarray:
    """Return x, y and side of each cell of a map `(h, w, ...)`, row by row, in pixels of a frame (height, width).

    >>> cell_keypoints((1, 2), (32, 64)).tolist()
    [[15.5, 15.5, 32.0], [47.5, 15.5, 32.0]]
    """
    rows, columns = shape[:2]
    high, wide = frame[0] / rows, frame[1] / columns
    y, x = np.mgrid[:rows, :columns].reshape(2, -1) + 0.5
    side = np.full(rows * columns, np.sqrt(high * wide))
    return np.stack([x * wide - 0.5, y * high - 0.5, side], axis=1).astype(np.float32)
