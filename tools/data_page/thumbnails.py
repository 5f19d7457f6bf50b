"""Extractors of thumbnails: coloured ones for pages, grey ones for comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar, Literal

import numpy as np
from PIL import Image

from harness import Extractor

_MAX_ASPECT = 1.5  # width by height


@dataclass(frozen=True)
class WebpThumbnails(Extractor):
    """Extracts upright thumbnails as WebP files: the bytes of each, of varying number."""

    mode: ClassVar[Literal["L", "RGB"]] = "RGB"
    height: int = 192  # pixels at most; the width is at most 1.5 times as many
    quality: int = 72

    @property
    def reduce_to(self) -> int:
        """The side in pixels that a reduced decode must keep."""
        return self.height

    def describe(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the files, (bytes,) uint8 each."""
        return [np.frombuffer(self._file(Image.fromarray(image)), np.uint8) for image in images]

    def _file(self, image: Image.Image) -> bytes:
        image.thumbnail((int(self.height * _MAX_ASPECT), self.height), Image.Resampling.LANCZOS)
        buffer = BytesIO()
        image.save(buffer, "WEBP", quality=self.quality, method=4)
        return buffer.getvalue()


@dataclass(frozen=True)
class GreyThumbnails(Extractor):
    """Extracts grey pixels (n, side * side) uint8, without EXIF rotation, as the hashes they complement."""

    side: int = 32  # pixels
    upright: bool = False

    def describe(self, images: np.ndarray) -> np.ndarray:
        """Return the pixels, row by row."""
        return images.reshape(len(images), -1)
