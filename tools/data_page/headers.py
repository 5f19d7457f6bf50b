"""Size, format and orientation of images, read from file headers without decoding pixels."""

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from harness import ImageSet, track
from harness.data.images.exif import read_orientation

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_SIDEWAYS = 5  # EXIF orientations from 5 on exchange width and height
_BLOCK = 4096  # images

HEADER = np.dtype(
    [
        ("file", "?"),  # whether it exists
        ("width", "i4"),  # pixels, after EXIF rotation
        ("height", "i4"),
        ("bytes", "i8"),
        ("format", "U4"),
        ("mode", "U6"),  # as Pillow calls it: RGB, L, P, CMYK …
        ("orientation", "u1"),  # of EXIF, from 1 (upright) to 8
    ]
)


def read_headers(images: ImageSet, part: str) -> np.ndarray:
    """Return the headers `(n,)` of a set's images, in its order; zeros where there is no file."""
    headers = np.zeros(len(images), HEADER)
    paths = (path for start in range(0, len(images), _BLOCK) for path in images[start : start + _BLOCK].paths)
    for row, path in enumerate(track(paths, f"reading headers of {part} images", len(images))):
        if path:
            headers[row] = read_header(path)
    return headers


def read_header(path: Path) -> np.ndarray:
    """Return the header of a file; only `file` is set if it is not an image."""
    try:
        if path.is_file():  # opening a pipe would wait
            return _read(path)
    except Exception:  # noqa: BLE001, S110 (readers raise anything; broken images are counted when they are decoded)
        pass
    return np.array((True, 0, 0, 0, "", "", 0), HEADER)


def _read(path: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of size and of damaged EXIF data
        with Image.open(path, formats=_FORMATS) as image:
            orientation = read_orientation(image.info.get("exif") or b"")
            width, height = image.size if orientation < _SIDEWAYS else image.size[::-1]
            found = (True, width, height, os.path.getsize(path), image.format, image.mode, orientation)
    return np.array(found, HEADER)
