"""The bright and dark segments of an image and a hash of each, equal bit for bit to imagehash's crop_resistant_hash."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.perceptual import Pixels, perceptual_hashes

SIDE = 300  # pixels of the square that is cut into segments
_BRIGHT_ABOVE = 128  # of 256 levels
_LARGER_THAN = 500  # pixels of a segment in the square
_BORDER = 4 * SIDE  # pixels outside the square that imagehash counts as part of a segment
_REDUCED_SIDE = 2 * SIDE  # pixels
_WHOLE = (slice(0, SIDE), slice(0, SIDE))

Box = tuple[slice, slice]


def segment_boxes(pixels: Pixels, most: int | None = None) -> list[Box]:
    """Return the boxes (slices of rows and columns) around the segments of a grey image, (height, width) uint8.

    The image is resized to 300 x 300 and smoothed. A segment is a 4-connected component of the pixels brighter than
    128, or of the others, with more than 500 pixels. Bright segments come first, in the order of their first pixels;
    `most` selects the largest, largest first. If there is none, the box is the whole image. As in imagehash, the last
    dark segments are left out when fewer than 1200 pixels remain. A box has at least one pixel.

    Source: "Efficient Cropping-Resistant Robust Image Hashing", M. Steinebach et al., 2014; `crop_resistant_hash` of
    imagehash 4.3.2, which searches over sets of pixels.

    >>> segment_boxes(np.repeat([[0, 255]], 60, axis=1).repeat(30, axis=0).astype(np.uint8))
    [(slice(0, 30, None), slice(60, 120, None)), (slice(0, 30, None), slice(0, 60, None))]
    """
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    smooth = np.asarray(small.filter(ImageFilter.GaussianBlur()).filter(ImageFilter.MedianFilter()))
    segments = sorted(_segments(smooth > _BRIGHT_ABOVE), key=lambda segment: -segment[0] if most else 0)
    return [_scale_box(box, pixels.shape) for _, box in segments[:most]] or [_scale_box(_WHOLE, pixels.shape)]


def _segments(bright: npt.NDArray[np.bool_]) -> Iterator[tuple[int, Box]]:
    """Yield size and box of each segment, bright ones first."""
    from scipy import ndimage  # takes a quarter of a second to import

    n_counted = _BORDER
    for dark, mask in enumerate((bright, ~bright)):
        labels, _ = ndimage.label(mask)  # numbered in the order of their first pixels
        sizes = np.bincount(labels.ravel())[1:].tolist()
        for size, box in zip(sizes, ndimage.find_objects(labels), strict=True):
            if dark and n_counted >= SIDE * SIDE:
                return
            n_counted += size if size > 1 else 0  # imagehash counts no segment of one pixel
            if size > _LARGER_THAN:
                yield size, box


def _scale_box(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the box in the original image, rounded as Pillow's crop does."""
    rows, columns = (_scale_span(span, length) for span, length in zip(box, shape, strict=True))
    return rows, columns


def _scale_span(span: slice, length: int) -> slice:
    scale = length / SIDE
    start = min(round(span.start * scale), length - 1)
    return slice(start, max(round(span.stop * scale), start + 1))


@dataclass(frozen=True)
class SegmentHashes(PerceptualHashes):
    """Extracts the difference hashes of the segments of each image: ragged, (any,) uint64.

    With `decode="full"` they equal imagehash's bit for bit, except that in a tiny image a segment has at least
    one pixel. A reduced decode keeps 600 pixels.
    """

    most: int | None = None  # largest segments of an image; None: all

    @property
    def reduce_to(self) -> int | None:
        return _REDUCED_SIDE if self.decode == "reduced" else None

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, list[np.ndarray]]:
        """Return the hashes of the segments of each image."""
        pieces = [[np.ascontiguousarray(image[box]) for box in segment_boxes(image, self.most)] for image in images]
        codes = perceptual_hashes(list(chain(*pieces)), ["difference"])["difference"]
        return {"segments": np.split(codes, np.cumsum([len(each) for each in pieces])[:-1])}
