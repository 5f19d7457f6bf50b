"""Base class of extractors, which turn decoded images into descriptors."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, ClassVar

import numpy as np

from harness.data.images.decode import Mode

Transform = Callable[[np.ndarray], np.ndarray]
Descriptors = np.ndarray | list[np.ndarray]  # one row per image, or a list with a varying number of rows per image


class Extractor(ABC):
    """Turns a batch of decoded images into rows. A subclass is a frozen dataclass; its fields are its parameters.

    The store keys the rows by the parameters, the source code of the module and of what it imports from its own
    package, the versions of the image libraries and of `libraries`, and `made_with`.

    Class attributes (or properties) to override:

    * `mode`: "L" (grey, the default) or "RGB".
    * `size`: (width, height) in pixels that images are resized to, or None to keep their own sizes. By default the
      square of a field `side`, if there is one.
    * `reduce_to`: images may be decoded at reduced scale if both sides keep this many pixels; None means full scale.
      By default twice the size.
    * `upright`: rotate images by their EXIF orientation (default True).
    * `transform`: a function that is called with each decoded image; `describe` is given its results. The image is
      freed at once, so transforms that shrink need less memory. None (the default) leaves the image as it is.
    * `batch`: largest number of images per call of `describe` (default 32).
    * `libraries`: distribution names of the packages besides NumPy that `describe` computes with.
    """

    mode: ClassVar[Mode] = "L"
    upright: bool = True
    libraries: ClassVar[tuple[str, ...]] = ()

    @property
    def size(self) -> tuple[int, int] | None:
        """Return (width, height) in pixels, or None for the images' own sizes."""
        side = getattr(self, "side", None)
        return None if side is None else (side, side)

    @property
    def reduce_to(self) -> int | None:
        """Return the smallest side in pixels at which images may be decoded, or None for full scale."""
        return None if self.size is None else 2 * max(self.size)

    @property
    def transform(self) -> Transform | None:
        """Return a function from a decoded image to what `describe` is given for it; None: the image itself."""
        return None

    @property
    def batch(self) -> int:
        """Return the largest number of images per call of `describe`."""
        return 32

    @property
    def made_with(self) -> Mapping[str, str]:
        """Return further facts that determine the rows, by name, e.g. the digest of a file of weights."""
        return {}

    @abstractmethod
    def describe(self, images: Any) -> Descriptors | Mapping[str, Descriptors]:
        """Return a row for each image, or several named arrays of rows.

        `images` is uint8, `(n, height, width)` or `(n, height, width, 3)`; without `size` a list of n arrays of
        different shapes. With `transform`, images are its results. A row may depend on its own image only. Several
        threads call this at once; the first call is for one black image and determines names, types and shapes.

        Any type, because a subclass declares which of these it takes: an array or a sequence of arrays.
        """

    @property
    def identity(self) -> str:
        """Return the class name with all parameters, including defaults."""
        values = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({', '.join(values)})"
