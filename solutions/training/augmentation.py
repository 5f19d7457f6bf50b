"""Augmentation of photographs: random crops, mirror images and changes of light.

Source of the crop: Szegedy et al., Going deeper with convolutions, CVPR 2015; all amounts are ours.
"""

from math import exp, log, sqrt

import numpy as np

_AREA = 0.35, 1.0  # share of the photograph in a crop
_RATIO = 3 / 4, 4 / 3  # of the width to the height of a crop
_LIGHT = 0.3  # largest relative change of brightness, contrast and saturation
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def augment(photograph: np.ndarray, side: int, generator: np.random.Generator) -> np.ndarray:
    """Return a random square `(side, side, 3)` uint8 of a photograph `(h, w, 3)` uint8, mirrored in half the cases.

    >>> augment(np.full((40, 60, 3), 90, np.uint8), 32, np.random.default_rng(0)).shape
    (32, 32, 3)
    """
    import cv2

    crop = _random_crop(photograph, generator)
    interpolation = cv2.INTER_AREA if min(crop.shape[:2]) >= side else cv2.INTER_LINEAR
    square = cv2.resize(crop, (side, side), interpolation=interpolation)
    return _change_light(square[:, ::-1] if generator.random() < 0.5 else square, generator)


def _random_crop(photograph: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    height, width = photograph.shape[:2]
    area = generator.uniform(*_AREA) * height * width
    ratio = exp(generator.uniform(log(_RATIO[0]), log(_RATIO[1])))
    across, down = (max(1, round(sqrt(each))) for each in (area * ratio, area / ratio))
    across, down = min(across, width), min(down, height)
    left, top = generator.integers(width - across + 1), generator.integers(height - down + 1)
    return photograph[top : top + down, left : left + across]


def _change_light(square: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    brightness, contrast, saturation = generator.uniform(1 - _LIGHT, 1 + _LIGHT, 3).astype(np.float32)
    light = square.astype(np.float32) * brightness
    light = (light - light.mean()) * contrast + light.mean()
    grey = (light @ _GREY)[..., None]
    return np.asarray(((light - grey) * saturation + grey).clip(0, 255), np.uint8)
