"""SIFT and RootSIFT.

Sources: Lowe, Distinctive image features from scale-invariant keypoints, 2004; Arandjelović, Zisserman, Three things
everyone should know to improve object retrieval, 2012. Detection and description are OpenCV's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.local.extractor import LocalExtractor, frame_size

WIDTH = 128  # numbers of a descriptor
_SMALLEST = 4  # pixels of a side with room for a keypoint
_TINY = np.float32(1e-7)


@dataclass(frozen=True)
class Sift(LocalExtractor):
    """Extracts `descriptors` `(rows, 128)` uint8, `keypoints` `(rows, 4)` and `frame`; see LocalExtractor.

    SIFT consists of integers up to 255, so uint8 is lossless; `vectors` converts it to RootSIFT if `root` is true. The
    scale of a keypoint is the diameter of the described region in pixels of the frame; the fourth column is its angle
    in degrees, clockwise from the right. The strongest have the highest contrast; ties are in order of x, y and scale.
    """

    longest: int = 512  # pixels of the longer side
    max_features: int = 1000
    root: bool = True
    mode = "L"
    size = None
    libraries = ("opencv-python-headless",)

    def __post_init__(self) -> None:
        if self.longest < 1 or self.max_features < 1:
            raise HarnessError(f"longest {self.longest} and max_features {self.max_features} must be 1 or more")

    @property
    def reduce_to(self) -> int:
        return self.longest

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray | list[np.ndarray]]:
        import cv2

        sift = cv2.SIFT.create(nfeatures=self.max_features)
        frames = [frame_size(image.shape, self.longest) for image in images]
        results = [
            strongest_keypoints(sift, resize(image, frame), self.max_features)
            for image, frame in zip(images, frames, strict=True)
        ]
        descriptors, keypoints = ([each[part] for each in results] for part in range(2))
        return {"descriptors": descriptors, "keypoints": keypoints, "frame": np.array(frames, np.float32)[:, ::-1]}

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return RootSIFT, or SIFT of length one if `root` is false: `(rows, 128)` float32."""
        return root_sift(rows) if self.root else _divide(rows, np.linalg.norm(rows.astype(np.float32), axis=1))


def resize(image: np.ndarray, frame: tuple[int, int]) -> np.ndarray:
    """Return an image scaled down to a height and width."""
    import cv2

    if image.shape[:2] == frame:
        return image
    return np.asarray(cv2.resize(image, frame[::-1], interpolation=cv2.INTER_AREA))


def strongest_keypoints(sift: Any, image: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return descriptors `(rows, 128)` uint8 and keypoints `(rows, 4)` float32 of a grey image, strongest first."""
    results, descriptors = ((), None) if min(image.shape) < _SMALLEST else sift.detectAndCompute(image, None)
    if not results:
        return np.zeros((0, WIDTH), np.uint8), np.zeros((0, 4), np.float32)
    keypoints = np.array([[*each.pt, each.size, each.angle] for each in results], np.float32)
    strength = np.array([each.response for each in results], np.float32)
    order = np.lexsort((*keypoints.T[::-1], -strength))[:most]
    return np.asarray(descriptors)[order].astype(np.uint8), keypoints[order]


def root_sift(rows: np.ndarray) -> np.ndarray:
    """Return the square roots of L1-normalised descriptors, which have length one; zero stays zero.

    >>> root_sift(np.array([[4, 1, 0, 4], [0, 0, 0, 0]], np.uint8)).astype(float).round(4).tolist()
    [[0.6667, 0.3333, 0.0, 0.6667], [0.0, 0.0, 0.0, 0.0]]
    """
    return np.asarray(np.sqrt(_divide(rows, rows.sum(axis=1, dtype=np.float32))))


def _divide(rows: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.asarray(rows.astype(np.float32) / np.maximum(by, _TINY)[:, None])
