"""What turns decoded images into rows; the store does the rest."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import ClassVar

import numpy as np

from harness.data.images.decode import Mode

Descriptors = np.ndarray | list[np.ndarray]  # one row an image, or a ragged list: a varying number of rows an image


class Extractor(ABC):
    """Turns a batch of decoded images into rows. Extend it by a frozen dataclass; its fields are its parameters.

    The store keeps what `describe` returns under the parameters, the source code of the module and what it imports
    from its own package, the versions of the image libraries and of `libraries`, and what `made_with` tells.

    Class attributes (or properties) to override:

    * `mode`: "L" (grey, the default) or "RGB".
    * `size`: (width, height) that every image is resized to, or None: images come as decoded, each with its own shape.
      By default a field `side` asks for a square.
    * `reduce_to`: the decode may be scaled down as long as both sides keep this many pixels; None asks for a full
      decode. By default twice the size.
    * `upright`: turn images as their EXIF orientation says (default True).
    * `batch`: images a call of `describe`, at most (default 32).
    * `libraries`: names of the packages, as pip knows them, that `describe` computes with beside NumPy.
    """

    mode: ClassVar[Mode] = "L"
    upright: bool = True
    batch: ClassVar[int] = 32
    libraries: ClassVar[tuple[str, ...]] = ()

    @property
    def size(self) -> tuple[int, int] | None:
        """Return (width, height) in pixels, or None for images as decoded."""
        side = getattr(self, "side", None)
        return None if side is None else (side, side)

    @property
    def reduce_to(self) -> int | None:
        """Return the side in pixels below which no decode may go, or None for a full decode."""
        return None if self.size is None else 2 * max(self.size)

    @property
    def made_with(self) -> Mapping[str, str]:
        """Return what else decides the rows, by name, such as a digest of weights that lie in a file."""
        return {}

    @abstractmethod
    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Descriptors | Mapping[str, Descriptors]:
        """Return a row for each image, or several named arrays of rows from one pass.

        `images` is `(n, height, width)` or `(n, height, width, 3)` uint8 where `size` is given, else a list of n
        arrays of differing shapes. Must not depend on the batch: each row comes from its own image alone. It is called
        by several threads at once, and first of all for one black image, to learn what it gives.
        """

    @property
    def identity(self) -> str:
        """Return the name with every parameter, those at their defaults too."""
        values = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({', '.join(values)})"
