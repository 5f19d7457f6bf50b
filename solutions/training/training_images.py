"""Photographs kept small in the store, so that each epoch of a training decodes little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness import Extractor, ImageSet, Ragged
from solutions.descriptors.extractors.square import Frame, framed
from solutions.kernels.keyed_random import draw
from solutions.training.augmentation import augmented

_ROOM = 4 / 3  # for cuts to be made of
_QUALITY = 95


@dataclass(frozen=True)
class Photographs(Extractor):
    """Extracts each photograph as the bytes of a JPEG `(bytes, 1)` uint8 whose shorter side has `side` pixels at most.

    One of 300 by 400 pixels has some 50 kB.
    """

    side: int
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    @property
    def reduce_to(self) -> int:
        """Return the side that a reduced decode keeps."""
        return self.side

    def describe(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:  # type: ignore[override]
        """Return the bytes of each photograph."""
        return [_packed(image, self.side) for image in images]


@dataclass(frozen=True, eq=False)
class Squares:
    """Photographs as a network is given them, augmented or not; `ids` `(n,)` decide the chance."""

    packed: Ragged
    ids: np.ndarray
    side: int
    frame: Frame
    augment: bool
    seed: int

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, places: np.ndarray, epoch: int | None) -> np.ndarray:
        """Return some photographs `(m, side, side, 3)` float32 as they are in an epoch; None: as they are asked."""
        return np.stack([self._square(int(place), epoch) for place in places]).astype(np.float32)

    def _square(self, place: int, epoch: int | None) -> np.ndarray:
        photograph = _unpacked(self.packed[place])
        if epoch is None or not self.augment:
            return framed(photograph, self.side, self.frame)
        generator = np.random.default_rng(draw(self.seed, f"augmented {epoch}", self.ids[place]))
        return augmented(photograph, self.side, generator)


def squares(images: ImageSet, side: int, frame: Frame, *, augment: bool, seed: int) -> Squares:
    """Return the photographs of a set; those that cannot be read must not be asked for."""
    packed = images.describe_ragged(Photographs(round(side * _ROOM)))
    return Squares(packed, images.ids, side, frame, augment, seed)


def _packed(image: np.ndarray, side: int) -> np.ndarray:
    import cv2

    height, width = image.shape[:2]
    scale = side / min(height, width)
    if scale < 1:
        shape = max(side, round(width * scale)), max(side, round(height * scale))
        image = cv2.resize(image, shape, interpolation=cv2.INTER_AREA)
    _, found = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(found, np.uint8).reshape(-1, 1)


def _unpacked(found: np.ndarray) -> np.ndarray:
    import cv2

    return np.asarray(cv2.imdecode(found.ravel(), cv2.IMREAD_COLOR))[..., ::-1]
