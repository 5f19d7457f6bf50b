"""Small images, kept by the store: coloured ones to show, grey ones to compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar, Literal

import numpy as np
from PIL import Image

from harness import Extractor

_SHAPE = 1.5  # width of the widest thumbnail by its height


@dataclass(frozen=True)
class Thumbnails(Extractor):
    """The files of thumbnails, upright: the bytes of a WebP image, a varying number each."""

    mode: ClassVar[Literal["L", "RGB"]] = "RGB"
    height: int = 192  # pixels at most; the width is at most one and a half of it
    quality: int = 72

    @property
    def reduce_to(self) -> int:
        """The sides in pixels that a reduced decode keeps."""
        return self.height

    def describe(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:  # type: ignore[override]
        """The files, (bytes,) uint8 each."""
        return [np.frombuffer(self._file(Image.fromarray(image)), np.uint8) for image in images]

    def _file(self, image: Image.Image) -> bytes:
        image.thumbnail((int(self.height * _SHAPE), self.height), Image.Resampling.LANCZOS)
        written = BytesIO()
        image.save(written, "WEBP", quality=self.quality, method=4)
        return written.getvalue()


@dataclass(frozen=True)
class Greys(Extractor):
    """Grey pixels (n, side * side) uint8, as the files lie: what is compared with a hash that does not turn either."""

    side: int = 32  # pixels
    upright: bool = False

    def describe(self, images: np.ndarray) -> np.ndarray:  # type: ignore[override]
        """The pixels, row by row."""
        return images.reshape(len(images), -1)
