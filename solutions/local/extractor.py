"""The interface of extractors of local descriptors: keypoints of an image with a descriptor each."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from harness import Extractor, ImageSet, Ragged


class LocalExtractor(Extractor):
    """Extracts the strongest local descriptors of each image, strongest first.

    * `descriptors` `(rows, d)`, ragged, in their stored type; `vectors` converts them to floats;
    * `keypoints` `(rows, 3)` float32, ragged: x, y and scale in pixels of the frame; a fourth column is optional;
    * `frame` `(n, 2)` float32: width and height in pixels of the upright photograph, scaled down to `longest` pixels on
      its longer side if that is longer. The centre of the first pixel is (0, 0).

    An image without keypoints has no rows. Nor has an undecodable one, whose frame is NaN.
    """

    longest: int

    @abstractmethod
    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return stored descriptors `(rows, d)` as float32 of length one; zero stays zero."""


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """The local descriptors of some images."""

    extractor: LocalExtractor
    descriptors: Ragged
    keypoints: Ragged
    frames: np.ndarray  # (n, 2) width and height

    @classmethod
    def from_images(cls, images: ImageSet, extractor: LocalExtractor) -> LocalFeatures:
        """Return the features of an image set, from the store if they are there."""
        descriptors, keypoints = (images.describe_ragged(extractor, name) for name in ("descriptors", "keypoints"))
        return cls(extractor, descriptors, keypoints, images.describe(extractor, "frame"))

    def __len__(self) -> int:
        return len(self.frames)

    def strongest(self, image: int, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return vectors `(rows, d)` float32 of length one and points `(rows, 2)` of the `most` strongest, or all."""
        return self.extractor.vectors(self.descriptors[image][:most]), self.keypoints[image][:most, :2]


def frame_size(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Return height and width of an image `(h, w, ...)` scaled down to `longest` pixels on its longer side.

    >>> frame_size((600, 800), 400), frame_size((30, 40), 400), frame_size((9000, 3), 400)
    ((300, 400), (30, 40), (400, 1))
    """
    height, width = shape[:2]
    scale = min(1.0, longest / max(height, width))
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))
