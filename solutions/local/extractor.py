"""What gives local descriptors: places of an image, each with a descriptor of what is seen there."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from harness import Extractor, ImageSet, Ragged


class LocalExtractor(Extractor):
    """Extracts the strongest local descriptors of each image, strongest first.

    * `descriptors` `(rows, d)`, ragged, as the store keeps them; `vectors` makes floats of them;
    * `keypoints` `(rows, 3)` float32, ragged: x, y and scale, perhaps a fourth, in pixels of the frame;
    * `frame` `(n, 2)` float32: width and height in pixels of what was described, the photograph upright and made so
      small that its longer side has `longest` pixels; one that is smaller is its own frame. The middle of the first
      pixel is (0, 0).

    An image in which nothing is found has no rows, nor has one that could not be decoded, whose frame is NaN.
    """

    longest: int

    @abstractmethod
    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return descriptors as they are stored `(rows, d)` as `(rows, d)` float32 of length one; zero stays zero."""


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """The local descriptors of some images."""

    extractor: LocalExtractor
    descriptors: Ragged
    keypoints: Ragged
    frames: np.ndarray  # (n, 2) width and height

    @classmethod
    def from_images(cls, images: ImageSet, extractor: LocalExtractor) -> LocalFeatures:
        """Return those of an image set, from the store or made now."""
        descriptors, keypoints = (images.describe_ragged(extractor, name) for name in ("descriptors", "keypoints"))
        return cls(extractor, descriptors, keypoints, images.describe(extractor, "frame"))

    def __len__(self) -> int:
        return len(self.frames)

    def strongest(self, image: int, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return vectors `(rows, d)` float32 of length one and points `(rows, 2)`, x and y; of all rows if None."""
        return self.extractor.vectors(self.descriptors[image][:most]), self.keypoints[image][:most, :2]


def frame_size(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Return height and width of an image `(h, w, ...)` made smaller to have `longest` pixels on its longer side.

    >>> frame_size((600, 800), 400), frame_size((30, 40), 400), frame_size((9000, 3), 400)
    ((300, 400), (30, 40), (400, 1))
    """
    height, width = shape[:2]
    scale = min(1.0, longest / max(height, width))
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))
