"""Photographs as small JPEGs in the store, so that decoding them in each epoch is cheap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness import Extractor, ImageSet, Ragged
from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.square import to_square
from solutions.kernels.keyed_random import draw
from solutions.training.augmentation import augment

_MARGIN = 4 / 3  # of the stored side to the side of the network's input, for random crops
_QUALITY = 95


@dataclass(frozen=True)
class JpegExtractor(Extractor):
    """Extracts a JPEG `(bytes, 1)` uint8 of each photograph, with at most `side` pixels on its shorter side.

    A JPEG of 300 × 400 pixels has about 50 kB.
    """

    side: int
    mode = "RGB"
    size = None
    libraries = ("opencv-python-headless",)

    @property
    def reduce_to(self) -> int:
        return self.side

    def describe(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the JPEG of each photograph."""
        return [_encode_jpeg(image, self.side) for image in images]


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """Squares of photographs as network input, an `ImageBatches`; `ids` `(n,)` and epoch seed the augmentation."""

    jpegs: Ragged
    ids: np.ndarray
    side: int
    frame: Frame
    augment: bool
    seed: int

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, positions: np.ndarray, epoch: int | None) -> np.ndarray:
        """Return a batch `(m, side, side, 3)` float32; `epoch` seeds the augmentation, None disables it."""
        return np.stack([self._square(int(position), epoch) for position in positions]).astype(np.float32)

    def _square(self, position: int, epoch: int | None) -> np.ndarray:
        photograph = _decode_jpeg(self.jpegs[position])
        if epoch is None or not self.augment:
            return to_square(photograph, self.side, self.frame)
        generator = np.random.default_rng(draw(self.seed, f"augmented {epoch}", self.ids[position]))
        return augment(photograph, self.side, generator)


def load_training_images(images: ImageSet, side: int, frame: Frame, *, augment: bool, seed: int) -> TrainingImages:
    """Return the photographs of a set, all of which must be readable."""
    jpegs = images.describe_ragged(JpegExtractor(round(side * _MARGIN)))
    return TrainingImages(jpegs, images.ids, side, frame, augment, seed)


def _encode_jpeg(image: np.ndarray, side: int) -> np.ndarray:
    import cv2

    height, width = image.shape[:2]
    scale = side / min(height, width)
    if scale < 1:
        shape = max(side, round(width * scale)), max(side, round(height * scale))
        image = cv2.resize(image, shape, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(encoded, np.uint8).reshape(-1, 1)


def _decode_jpeg(encoded: np.ndarray) -> np.ndarray:
    import cv2

    return np.asarray(cv2.imdecode(encoded.ravel(), cv2.IMREAD_COLOR))[..., ::-1]
