"""Several hashes of one image: of the whole and its four corners, and of its rotations and mirror images."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.perceptual import perceptual_hashes
from solutions.hashing.hashes.rotations import rotate_and_flip

CROPS = 5


@dataclass(frozen=True)
class MultiViewHashes(PerceptualHashes):
    """Extracts each kind of hash of several views of an image, (n, views) or (n, views, words) uint64 each."""

    @abstractmethod
    def views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the views of an image, the same number for each image."""

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the hashes of all views of each image."""
        views = [view for image in images for view in self.views(image)]
        hashes = perceptual_hashes(views, hash_size=self.hash_size)
        return {kind: codes.reshape(len(images), -1, *codes.shape[1:]) for kind, codes in hashes.items()}


@dataclass(frozen=True)
class CroppedHashes(MultiViewHashes):
    """Hashes (n, 5): the whole first, then the corners."""

    share: float = 0.9  # of width and height in a corner crop

    def views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the five crops."""
        return self.crops(image)

    def crops(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the image and its corners: upper left, upper right, lower left, lower right."""
        height, width = (max(1, round(side * self.share)) for side in image.shape)
        rows, columns = (slice(height), slice(-height, None)), (slice(width), slice(-width, None))
        corners = (image[vertical, horizontal] for vertical in rows for horizontal in columns)
        return [image, *map(np.ascontiguousarray, corners)]


@dataclass(frozen=True)
class RotatedHashes(MultiViewHashes):
    """Hashes (n, rotations), in the order of `rotate_and_flip`."""

    rotations: int = 4
    flips: bool = False

    def views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the rotated images."""
        return rotate_and_flip(image, self.rotations, flips=self.flips)


@dataclass(frozen=True)
class RotatedCrops(CroppedHashes):
    """Hashes (n, rotations * 5): the five crops of each rotated image."""

    rotations: int = 4
    flips: bool = False

    def views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the crops of each rotated image."""
        return [
            crop for rotated in rotate_and_flip(image, self.rotations, flips=self.flips) for crop in self.crops(rotated)
        ]
