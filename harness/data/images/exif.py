"""The orientation in the EXIF data of an image; damaged data mean none."""

import struct

from PIL.Image import Transpose

TRANSPOSES = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}  # orientation -> what makes the image upright
_START = b"Exif\0\0"
_ORIENTATION = 0x0112
_SCAN, _APP1, _FILL = 0xDA, 0xE1, 0xFF


def exif_segment(jpeg: bytes) -> slice:
    """Return where the EXIF segment of a JPEG file lies; an empty slice if there is none."""
    position = 2
    while position + 10 <= len(jpeg) and jpeg[position] == 0xFF:
        marker = jpeg[position + 1]
        if marker == _FILL:
            position += 1
            continue
        if marker == _SCAN:
            break
        stop = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
        if marker == _APP1 and jpeg[position + 4 : position + 10] == _START:
            return slice(position, stop)
        position = stop
    return slice(0, 0)


def orientation(exif: bytes) -> int:
    """Return the orientation that EXIF data name, 1 (upright) if they name none.

    `exif` may be the whole segment of a JPEG file, or start with the TIFF header.
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
                return int(value)
    except struct.error:
        pass  # it ends before it should
    return 1
