"""Read the orientation from the EXIF data of an image; corrupt EXIF counts as no orientation."""

import struct
from collections.abc import Iterator

from PIL.Image import Transpose

TRANSPOSES = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}  # orientation -> operation that makes the image upright
_START = b"Exif\0\0"
_ORIENTATION = 0x0112
_SCAN, _APP1, _FILL = 0xDA, 0xE1, 0xFF


def find_exif_segment(jpeg: bytes) -> slice:
    """Return the position of the EXIF segment in a JPEG file; an empty slice if it has none."""
    for segment in _segments(jpeg):
        if jpeg[segment.start + 1] == _APP1 and jpeg[segment.start + 4 : segment.start + 10] == _START:
            return segment
    return slice(0, 0)


def _segments(jpeg: bytes) -> Iterator[slice]:
    """Yield the positions of the segments before the pixels, each with its marker and length."""
    position = 2
    while position + 10 <= len(jpeg) and jpeg[position] == 0xFF and jpeg[position + 1] != _SCAN:
        if jpeg[position + 1] == _FILL:
            position += 1
            continue
        stop = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
        yield slice(position, stop)
        position = stop


def read_orientation(exif: bytes) -> int:
    """Return the orientation in EXIF data, from 1 (upright, also if there is none or an invalid one) to 8.

    `exif` is the segment of a JPEG file, or starts with the TIFF header.
    """
    tiff = exif[exif.find(_START) + len(_START) :] if _START in exif[:10] else exif
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return int(value) if value in TRANSPOSES else 1
    except struct.error:
        pass  # the data end early
    return 1
