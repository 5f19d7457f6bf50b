"""Several hashes of one image: of the whole and of its four corners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solutions.hashing.extractor import PerceptualHashes
from solutions.hashing.perceptual import perceptual_hashes

CROPS = 5


@dataclass(frozen=True)
class CroppedHashes(PerceptualHashes):
    """Arrays `average`, `dct`, `difference` and `wavelet`, (n, 5) uint64 each: the whole first, then the corners."""

    share: float = 0.9  # of width and height that a corner crop keeps

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:  # type: ignore[override]
        """Return the hashes of the five crops of each image."""
        hashes = perceptual_hashes([crop for image in images for crop in self.crops(image)])
        return {kind: codes.reshape(len(images), CROPS) for kind, codes in hashes.items()}

    def crops(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the image and its corners: upper left, upper right, lower left, lower right."""
        height, width = (max(1, round(side * self.share)) for side in image.shape)
        rows, columns = (slice(height), slice(-height, None)), (slice(width), slice(-width, None))
        corners = (image[vertical, horizontal] for vertical in rows for horizontal in columns)
        return [image, *map(np.ascontiguousarray, corners)]
