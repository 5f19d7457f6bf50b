"""Descriptors averaged over ten crops: four corners, the middle, and their mirror images.

Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks, 2012.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.resize import resize
from solutions.descriptors.extractors.square import SquareExtractor, to_square
from solutions.descriptors.normalisation import l2_normalise

CROPS = 10
_MARGIN = 8 / 7  # ratio of the photograph's shorter side to that of a crop: 256 pixels for crops of 224


@dataclass(frozen=True)
class TenCropsExtractor(SquareExtractor):
    """Extracts an array `(n, c)` float32 for each pooling: the mean of the L2-normalised descriptors of ten crops.

    With `frame='crop'` the crops are cut from the photograph in its own proportions, with `squash` from the photograph
    squashed to a square. The network's class logits are not returned.
    """

    @property
    def reduce_to(self) -> int:
        return round(self.framing.side * _MARGIN)

    @property
    def batch(self) -> int:
        return max(1, super().batch // CROPS)

    @property
    def transform(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return the function from a photograph to its ten crops."""
        framing = self.framing
        return lambda image: ten_crops(image, framing.side, framing.frame)

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the descriptors `(n, c)` of images of ten crops each, by pooling."""
        crops = np.concatenate(images)
        pooled = self.network.forward(crops, pool=self._pool, one_size=True)
        return {name: l2_normalise(pooled[name]).reshape(len(images), CROPS, -1).mean(axis=1) for name in self.poolings}


def ten_crops(image: np.ndarray, side: int, frame: Frame) -> np.ndarray:
    """Return the crops `(10, side, side, 3)` of an image `(h, w, 3)`, mirror images last.

    >>> ten_crops(np.zeros((30, 50, 3), np.uint8), 14, "crop").shape
    (10, 14, 14, 3)
    """
    whole = _resized(image, round(side * _MARGIN), frame)
    down, across = (length - side for length in whole.shape[:2])
    corners = ((0, 0), (0, across), (down, 0), (down, across), (down // 2, across // 2))
    crops = np.stack([whole[top : top + side, left : left + side] for top, left in corners])
    return np.concatenate([crops, crops[:, :, ::-1]])


def _resized(image: np.ndarray, shorter: int, frame: Frame) -> np.ndarray:
    """Return the image resized to `shorter` pixels on its shorter side."""
    if frame == "squash":
        return to_square(image, shorter, frame)
    height, width = image.shape[:2]
    scale = shorter / min(height, width)
    return resize(image, max(shorter, round(height * scale)), max(shorter, round(width * scale)))
