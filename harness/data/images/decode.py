"""Decode image files to arrays of pixels, at reduced scale if allowed."""

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

LIBRARIES = ("numpy", "pillow", "simplejpeg")  # another version may decode to other pixels
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
_HALVES = 2  # libjpeg-turbo decodes colours at scales between 1/2 and 1 more slowly than at full scale
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # resources of this process are used up; the file may be fine
_LONGEST_REASON = 120

Mode = Literal["L", "RGB"]


class UndecodableError(Exception):
    """The file cannot be decoded; the message gives the reason in one short line."""


class UnreadableError(UndecodableError):
    """The file cannot be read now; a later attempt may succeed although it did not change."""


def decode(
    path: str | os.PathLike[str],
    *,
    mode: Mode = "L",
    size: tuple[int, int] | None = None,
    reduce_to: int | None = None,
    upright: bool = False,
) -> np.ndarray:
    """Return the pixels of an image: `(height, width)` uint8 for mode L, `(height, width, 3)` for RGB.

    `size` (width, height) resizes by Lanczos. `reduce_to` allows decoding at reduced scale if both sides keep that many
    pixels; the scale for colours without `size` is at most 1/2. Without `reduce_to`, grey is Pillow's `convert("L")`,
    as in imagehash. `upright` applies the EXIF orientation. Only the first frame and the upper 8 of 16 bits are used,
    without transparency. The suffix of the file is ignored.

    Raises UndecodableError.
    """
    data = _read(path)
    try:
        factor = _HALVES if mode == "RGB" and size is None else 1
        image, exif = _jpeg(data, mode, reduce_to, factor) if data.startswith(_JPEG) else _pillow(data, mode, reduce_to)
    except (UndecodableError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (decoders raise any exception)
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
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise UndecodableError("is not a file")
        if status.st_size > MAX_BYTES:
            raise UndecodableError(f"has more than {MAX_BYTES >> 20} MB")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        if error.errno in _EXHAUSTED:
            raise
        raise UnreadableError(error.strerror or "cannot be read") from None


def _jpeg(data: bytes, mode: Mode, reduce_to: int | None, factor: int) -> tuple[Image.Image | np.ndarray, bytes]:
    """Return the image, as an array if it was decoded at a scale of at most 1 / `factor`, and its EXIF data."""
    segment = find_exif_segment(data)
    exif = data[segment]
    pixels = _reduced_jpeg(data, mode, reduce_to, factor) if reduce_to else None
    if pixels is not None:
        pixels.flags.writeable = False
        return pixels, exif
    # without EXIF data, as Pillow warns if they are damaged
    return _pillow(data[: segment.start] + data[segment.stop :], mode, reduce_to)[0], exif


def _reduced_jpeg(data: bytes, mode: Mode, side: int, factor: int) -> np.ndarray | None:
    """Return the image decoded at the smallest scale with sides of at least `side`; None if Pillow has to decode it.

    The scale is at most 1 / `factor`, or full.
    """
    import simplejpeg

    try:
        height, width, colorspace, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        _refuse_bomb(width, height)
        if colorspace not in ("YCbCr", "Gray"):
            return None
        pixels: np.ndarray = simplejpeg.decode_jpeg(
            data,
            colorspace="GRAY" if mode == "L" else "RGB",
            min_height=side,
            min_width=side,
            min_factor=factor,
        )
    except ValueError:  # also for slight damage, which Pillow accepts
        return None
    return pixels[..., 0] if mode == "L" else pixels


def _pillow(data: bytes, mode: Mode, reduce_to: int | None) -> tuple[Image.Image, bytes]:
    """Return the image, reduced by a whole factor if allowed, and its EXIF data."""
    opened = _open(data)
    image: Image.Image = opened
    if opened.mode.startswith("I"):  # 16 bits, which Pillow would clip at 255
        image = Image.fromarray((np.asarray(opened).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    opened.info.pop("transparency", None)  # dropped; Pillow would warn of it for a palette
    image = image.convert(mode)
    factor = min(image.size) // reduce_to if reduce_to else 1
    return image.reduce(factor) if factor > 1 else image, opened.info.get("exif") or b""


def _open(data: bytes) -> ImageFile:
    """Return the image, not decoded yet. `Image.open` would try many formats and warn of large images."""
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
    """Return the message of a decoder in one line."""
    words = str(error) if any(map(str.isalpha, str(error))) else f"{type(error).__name__} {error}"
    return make_printable(" ".join(f"is damaged: {words}".split()))[:_LONGEST_REASON]
