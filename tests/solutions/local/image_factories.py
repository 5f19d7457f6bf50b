"""Pictures with corners to find, the same seen from elsewhere, and local features without any picture."""

import cv2
import numpy as np

from harness import Ragged
from solutions.local.extractor import LocalExtractor, LocalFeatures


def textured(seed: int, height: int = 180, width: int = 240) -> np.ndarray:
    """Return a grey picture of blotches and rectangles, `(height, width)` uint8."""
    draw = np.random.default_rng(seed)
    picture = cv2.resize(draw.integers(60, 200, (height // 20, width // 20)).astype(np.uint8), (width, height))
    for _ in range(60):
        x, y = draw.integers(0, width), draw.integers(0, height)
        size, grey = draw.integers(4, 30, 2), int(draw.integers(0, 256))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + size[0]), int(y + size[1])), grey, -1)
    return cv2.GaussianBlur(picture, (0, 0), 1)


def warp(picture: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the picture as an affine map `(2, 3)` takes it."""
    return cv2.warpAffine(picture, matrix, picture.shape[::-1], borderMode=cv2.BORDER_REFLECT)


class Plain(LocalExtractor):
    """Descriptors that are vectors already."""

    longest = 512

    def describe(self, images):
        raise NotImplementedError

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        return rows


def features(images: list[tuple[np.ndarray, np.ndarray]]) -> LocalFeatures:
    """Return the local features of images, of each its vectors `(rows, d)` and points `(rows, 2)`."""
    vectors, points = ([image[part] for image in images] for part in range(2))
    ends = np.cumsum([len(each) for each in vectors])
    starts = ends - [len(each) for each in vectors]
    keypoints = [np.hstack([each, np.ones((len(each), 1))]) for each in points]
    rows = (np.concatenate(each).astype(np.float32) for each in (vectors, keypoints))
    return LocalFeatures(Plain(), *(Ragged(each, starts, ends) for each in rows), np.full((len(images), 2), 512.0))
