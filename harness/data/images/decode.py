"""One image file in, one array of pixels out, decoded no larger than asked for."""

import errno
import io
import os
import stat
from typing import Literal

import numpy as np
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from harness.data.images.exif import TRANSPOSES, find_exif_segment, read_orientation
from leaderboard.safe_text import make_printable

LIBRARIES = ("numpy", "pillow", "simplejpeg")  # another version of these may mean other pixels
MAX_PIXELS = 178_956_970  # above, Pillow too refuses an image as a decompression bomb
MAX_BYTES = 1 << 29
_JPEG = b"\xff\xd8\xff"
_FORMATS: dict[bytes, type[ImageFile]] = {
    _JPEG: JpegImageFile,
    b"\x89PNG\r\n\x1a\n": PngImageFile,
    b"RIFF": WebPImageFile,
    b"GIF8": GifImageFile,
    b"BM": BmpImageFile,
}
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # our trouble, not the file's
_LONGEST_REASON = 120

Mode = Literal["L", "RGB"]


class UndecodableError(Exception):
    """The file is no image that can be decoded; the message says why, in one short line."""


class UnreadableError(UndecodableError):
    """The file cannot be read; it may be another time, though it did not change."""


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
    dropped, of 16 bits the upper 8 are kept. What counts is the content; the suffix may be wrong.

    Raises UndecodableError.
    """
    data = _read(path)
    try:
        image, exif = _jpeg(data, mode, reduce_to) if data.startswith(_JPEG) else _pillow(data, mode, reduce_to)
    except (UndecodableError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (decoders raise what they like)
        raise UndecodableError(_reason(error)) from None
    turn = TRANSPOSES.get(read_orientation(exif)) if upright else None
    if isinstance(image, np.ndarray):
        if turn is None and size is None:
            return image
        image = Image.fromarray(image)
    if turn is not None:
        image = image.transpose(turn)
    if size is not None and image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(image)


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
        if error.errno in _EXHAUSTED:
            raise
        raise UnreadableError(error.strerror or "cannot be read") from None


def _jpeg(data: bytes, mode: Mode, reduce_to: int | None) -> tuple[Image.Image | np.ndarray, bytes]:
    """Return the image, as pixels where it was decoded at reduced scale, and its EXIF data."""
    segment = find_exif_segment(data)
    exif = data[segment]
    pixels = _reduced_jpeg(data, mode, reduce_to) if reduce_to else None
    if pixels is not None:
        pixels.flags.writeable = False
        return pixels, exif
    # Pillow would warn of damaged EXIF data, so it gets none.
    return _pillow(data[: segment.start] + data[segment.stop :], mode, reduce_to)[0], exif


def _reduced_jpeg(data: bytes, mode: Mode, side: int) -> np.ndarray | None:
    """Return the image decoded at the smallest scale whose sides keep `side` pixels; None if Pillow has to do it."""
    import simplejpeg

    try:
        height, width, colorspace, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        _refuse_bomb(width, height)
        if colorspace not in ("YCbCr", "Gray"):
            return None
        pixels: np.ndarray = simplejpeg.decode_jpeg(
            data, colorspace="GRAY" if mode == "L" else "RGB", min_height=side, min_width=side
        )
    except ValueError:  # slight damage too, which Pillow forgives
        return None
    return pixels[..., 0] if mode == "L" else pixels


def _pillow(data: bytes, mode: Mode, reduce_to: int | None) -> tuple[Image.Image, bytes]:
    """Return the image, reduced by a whole factor where that is allowed, and its EXIF data."""
    opened = _opened(data)
    image: Image.Image = opened
    if opened.mode.startswith("I"):  # 16 bits; Pillow itself would cut them off at 255
        image = Image.fromarray((np.asarray(opened).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    opened.info.pop("transparency", None)  # it is dropped, and for a palette Pillow would warn of that
    image = image.convert(mode)
    factor = min(image.size) // reduce_to if reduce_to else 1
    return image.reduce(factor) if factor > 1 else image, opened.info.get("exif") or b""


def _opened(data: bytes) -> ImageFile:
    """Return the image, not decoded yet. `Image.open` would try a lot of formats and warn of large images."""
    for start, image_file in _FORMATS.items():
        if data.startswith(start):
            image = image_file(io.BytesIO(data))
            _refuse_bomb(*image.size)
            return image
    raise UndecodableError("is no JPEG, PNG, WebP, GIF or BMP image" if data else "is empty")


def _refuse_bomb(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UndecodableError(f"has {width} x {height} pixels; at most {MAX_PIXELS // 10**6} million are decoded")


def _reason(error: Exception) -> str:
    """Return what a decoder says, on one line."""
    words = str(error) if any(map(str.isalpha, str(error))) else f"{type(error).__name__} {error}"
    return make_printable(" ".join(f"is damaged: {words}".split()))[:_LONGEST_REASON]
