"""The bright and dark segments of an image and a hash of each, equal bit for bit to imagehash's crop_resistant_hash."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from scipy import ndimage

from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.perceptual import Pixels, perceptual_hashes

SIDE = 300  # pixels of the square that is cut into segments
_BRIGHT_ABOVE = 128  # of 256 levels
_LARGER_THAN = 500  # pixels of the square
_BORDER = 4 * SIDE  # places outside the square that imagehash counts as if they were in a segment
_REDUCED_SIDE = 2 * SIDE  # pixels
_WHOLE = (slice(0, SIDE), slice(0, SIDE))

Box = tuple[slice, slice]


def segment_boxes(pixels: Pixels, most: int | None = None) -> list[Box]:
    """The boxes, rows and columns of the image, around its segments; of a grey image, (height, width) uint8.

    The image is shrunk to 300 x 300 and smoothed; a segment is what hangs together, by sides, of the pixels brighter
    than 128 and of the others, if it has more than 500 pixels. Bright ones come first, each in the order of their first
    pixels; with `most`, the largest so many, largest first. Without any, the box is the whole image. As in imagehash
    the last dark ones are left out when fewer than 1200 pixels remain. A box has at least one pixel.

    Source: "Efficient Cropping-Resistant Robust Image Hashing", M. Steinebach et al., 2014; `crop_resistant_hash` of
    imagehash 4.3.2, where the search is a walk over sets of pixels.

    >>> segment_boxes(np.repeat([[0, 255]], 60, axis=1).repeat(30, axis=0).astype(np.uint8))
    [(slice(0, 30, None), slice(60, 120, None)), (slice(0, 30, None), slice(0, 60, None))]
    """
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    smooth = np.asarray(small.filter(ImageFilter.GaussianBlur()).filter(ImageFilter.MedianFilter()))
    results = sorted(_segments(smooth > _BRIGHT_ABOVE), key=lambda segment: -segment[0] if most else 0)
    return [_scaled(box, pixels.shape) for _, box in results[:most]] or [_scaled(_WHOLE, pixels.shape)]


def _segments(bright: npt.NDArray[np.bool_]) -> Iterator[tuple[int, Box]]:
    """Size and box of each segment: those of the bright pixels, then those of the others."""
    seen = _BORDER
    for dark, mask in enumerate((bright, ~bright)):
        labels, _ = ndimage.label(mask)  # numbered in the order of their first pixels
        sizes = np.bincount(labels.ravel())[1:].tolist()
        for size, box in zip(sizes, ndimage.find_objects(labels), strict=True):
            if dark and seen >= SIDE * SIDE:
                return
            seen += size if size > 1 else 0  # imagehash counts no segment of one pixel
            if size > _LARGER_THAN:
                yield size, box


def _scaled(box: Box, shape: tuple[int, ...]) -> Box:
    """The box on the image itself, rounded as Pillow rounds when it crops."""
    rows, columns = (_stretched(span, length) for span, length in zip(box, shape, strict=True))
    return rows, columns


def _stretched(span: slice, length: int) -> slice:
    scale = length / SIDE
    start = min(round(span.start * scale), length - 1)
    return slice(start, max(round(span.stop * scale), start + 1))


@dataclass(frozen=True)
class SegmentHashes(PerceptualHashes):
    """Extracts the difference hashes of the segments of each image: ragged, (any,) uint64.

    The hashes are imagehash's, bit for bit, with `decode="full"`; an image so small that it would not hash a segment of
    no pixels has one of one pixel. A reduced decode keeps 600 pixels.
    """

    most: int | None = None  # segments of an image, the largest; all by default

    @property
    def reduce_to(self) -> int | None:
        """The shorter side in pixels that a reduced decode keeps."""
        return _REDUCED_SIDE if self.decode == "reduced" else None

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, list[np.ndarray]]:  # type: ignore[override]
        """Return the hashes of the segments of each image."""
        pieces = [[np.ascontiguousarray(image[box]) for box in segment_boxes(image, self.most)] for image in images]
        codes = perceptual_hashes(list(chain(*pieces)), ["difference"])["difference"]
        return {"segments": np.split(codes, np.cumsum([len(each) for each in pieces])[:-1])}
