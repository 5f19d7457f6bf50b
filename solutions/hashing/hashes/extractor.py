"""An extractor of perceptual hashes: all kinds from one decode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from harness import Extractor
from solutions.hashing.hashes.perceptual import SIDE, perceptual_hashes

_REDUCED_SIDE = 90  # pixels: a photograph of 1 megapixel at 16:9 is decoded at an eighth, 94 pixels high


@dataclass(frozen=True)
class PerceptualHashes(Extractor):
    """Extracts codes, (n,) uint64, named average, dct, difference, vertical and wavelet.

    With another `hash_size` than 8, codes are (n, words); see `perceptual_hashes`.

    With `decode="full"` they equal imagehash's bit for bit. With `"reduced"` the JPEG decoder scales photographs of one
    megapixel or more down by eight, which is several times as fast, but changes bits. Mean number of changed bits of
    64, and share of unchanged codes, on 600 photographs of two collections, enlarged to 1.5 megapixels:

    | photographs | average | dct | difference | vertical | wavelet |
    |---|---|---|---|---|---|
    | monuments | 0.36, 72 % | 0.75, 67 % | 0.74, 50 % | 0.60, 60 % | 0.55, 75 % |
    | holidays | 0.22, 83 % | 0.68, 67 % | 0.75, 51 % | 0.56, 60 % | 0.31, 85 % |

    So codes of different decodes should not be compared with a threshold of few bits.
    """

    decode: Literal["full", "reduced"] = "full"
    upright: bool = False  # apply the EXIF orientation first, which imagehash does not
    hash_size: int = SIDE  # rows and columns of bits
    libraries: ClassVar[tuple[str, ...]] = ("scipy", "PyWavelets")

    @property
    def reduce_to(self) -> int | None:
        return reduced_side(self.hash_size) if self.decode == "reduced" else None

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray | list[np.ndarray]]:
        """Return the codes of each kind, (n,) or (n, words) uint64."""
        return perceptual_hashes(images, hash_size=self.hash_size)


def reduced_side(hash_size: int) -> int:
    """Return the number of pixels that both sides keep in a reduced decode for hashes of this size.

    >>> reduced_side(8), reduced_side(16)
    (90, 180)
    """
    return max(_REDUCED_SIDE, _REDUCED_SIDE * hash_size // SIDE)
