"""Resizing of photographs before a network sees them."""

import numpy as np


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return an image `(h, w, 3)` uint8 with this size: by averages over areas, or bilinear if a side grows.

    >>> resize(np.full((2, 3, 3), 7, np.uint8), 3, 3).shape
    (3, 3, 3)
    """
    from solutions.kernels.area_average import shrink

    if height <= image.shape[0] and width <= image.shape[1]:
        return shrink(image, height, width)
    import cv2

    return np.asarray(cv2.resize(np.ascontiguousarray(image), (width, height), interpolation=cv2.INTER_LINEAR))
