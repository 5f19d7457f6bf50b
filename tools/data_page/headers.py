"""Size, format and orientation of images, from the heads of their files: no pixel is decoded."""

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from harness import ImageSet, track

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_ORIENTATION = 0x0112
_SIDEWAYS = 5  # from here on, EXIF orientations exchange width and height
_BLOCK = 4096  # images

HEADER = np.dtype(
    [
        ("file", "?"),  # whether there is one
        ("width", "i4"),  # pixels, of the image turned upright
        ("height", "i4"),
        ("bytes", "i8"),
        ("format", "U4"),
        ("mode", "U6"),  # as Pillow calls it: RGB, L, P, CMYK …
        ("orientation", "u1"),  # of EXIF, from 1 (upright) to 8
    ]
)


def headers(images: ImageSet, part: str) -> np.ndarray:
    """The headers `(n,)` of a set's images, in its order; zeros where there is none."""
    found = np.zeros(len(images), HEADER)
    paths = (path for start in range(0, len(images), _BLOCK) for path in images[start : start + _BLOCK].paths)
    for row, path in enumerate(track(paths, f"reading the heads of {part} images", len(images))):
        if path:
            found[row] = header(path)
    return found


def header(path: Path) -> np.ndarray:
    """The header of a file, of which no more than `file` is told where it is no image."""
    try:
        if path.is_file():  # opening a pipe would wait
            return _read(path)
    except Exception:  # noqa: BLE001, S110 (readers raise what they like; what is broken is told where it is decoded)
        pass
    return np.array((True, 0, 0, 0, "", "", 0), HEADER)


def _read(path: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of size and of damaged EXIF data
        with Image.open(path, formats=_FORMATS) as image:
            orientation = _orientation(image.info.get("exif") or b"")
            width, height = image.size if orientation < _SIDEWAYS else image.size[::-1]
            found = (True, width, height, os.path.getsize(path), image.format, image.mode, orientation)
    return np.array(found, HEADER)


def _orientation(exif: bytes) -> int:
    """The EXIF orientation from 1 to 8; 1 where there is none that can be read."""
    tags = Image.Exif()
    try:
        tags.load(exif)
        found = tags.get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001
        return 1
    return found if isinstance(found, int) and found in range(1, 9) else 1
