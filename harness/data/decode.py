"""One image file in, one array of pixels out, decoded no larger than asked for."""

import io
import os
import stat
from typing import Literal

import numpy as np
from PIL import Image

LIBRARIES = ("pillow", "simplejpeg")  # another version of these may mean other pixels
MAX_PIXELS = 178_956_970  # above, Pillow too takes an image for a decompression bomb
MAX_BYTES = 1 << 29
_JPEG = b"\xff\xd8\xff"
_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Mode = Literal["L", "RGB"]


class UndecodableError(Exception):
    """The file is no image that can be decoded; the message says why."""


def decode(
    path: str | os.PathLike[str],
    *,
    mode: Mode = "L",
    size: tuple[int, int] | None = None,
    reduce_to: int | None = None,
    upright: bool = False,
) -> np.ndarray:
    """Return the pixels of an image: `(height, width)` uint8 for mode L, `(height, width, 3)` for RGB.

    `size` (width, height) resizes by Lanczos. `reduce_to` allows a decode at reduced scale whose sides both keep at
    least that many pixels; without it the decode is full and the grey is Pillow's `convert("L")`, as imagehash has it.
    `upright` turns the image as its EXIF orientation says. Of an animation the first frame counts, transparency is
    dropped, of 16 bits the upper 8 are kept.

    Raises UndecodableError.
    """
    data = _read(path)
    try:
        pixels = _reduced_jpeg(data, mode, reduce_to) if reduce_to and data.startswith(_JPEG) else None
        image = Image.fromarray(pixels) if pixels is not None else _by_pillow(data, mode, reduce_to)
        if upright:
            image = _upright(image, data)
        if size is not None and image.size != size:
            image = image.resize(size, Image.Resampling.LANCZOS)
        return np.asarray(image)
    except UndecodableError:
        raise
    except (Exception, Image.DecompressionBombWarning) as error:  # noqa: BLE001 (decoders raise what they like)
        raise UndecodableError(f"{type(error).__name__}: {error}"[:200]) from None


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise UndecodableError("is not a file")
        if found.st_size > MAX_BYTES:
            raise UndecodableError(f"has more than {MAX_BYTES >> 20} MB")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UndecodableError(error.strerror or "cannot be read") from None


def _reduced_jpeg(data: bytes, mode: Mode, side: int) -> np.ndarray | None:
    """Return the image decoded at the smallest scale whose sides keep `side` pixels; None if Pillow has to do it."""
    import simplejpeg

    height, width, colorspace, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    _refuse_bomb(width, height)
    if colorspace not in ("YCbCr", "Gray"):
        return None
    pixels: np.ndarray = simplejpeg.decode_jpeg(
        data, colorspace="GRAY" if mode == "L" else "RGB", min_height=side, min_width=side
    )
    return pixels[..., 0] if mode == "L" else pixels


def _by_pillow(data: bytes, mode: Mode, reduce_to: int | None) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data))
    _refuse_bomb(*image.size)
    if image.mode.startswith("I"):  # 16 bits; Pillow itself would cut them off at 255
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    image = image.convert(mode)
    factor = min(image.size) // reduce_to if reduce_to else 1
    return image.reduce(factor) if factor > 1 else image


def _refuse_bomb(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UndecodableError(f"has {width} x {height} pixels; at most {MAX_PIXELS // 10**6} million are decoded")


def _upright(image: Image.Image, data: bytes) -> Image.Image:
    orientation = Image.open(io.BytesIO(data)).getexif().get(_ORIENTATION)
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
