"""The hashes of two images, the bits in which they differ, and their Hamming distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import HarnessError, ImageSet
from solutions.hashing.hash_sources import as_words
from solutions.hashing.hashes.codes import hex_texts, unpack_bits
from solutions.hashing.hashes.kinds import SYNONYMS, column_of
from tools.hash_table.columns import HashOptions

_COLOUR_SHAPE = (14, 3)  # shares of colours, and the bits of each


@dataclass(frozen=True, eq=False)
class HashComparison:
    """The bits of two images by one kind of hash, (rows, columns) bool each."""

    kind: str
    column: str  # its name in a table of hashes
    query: npt.NDArray[np.bool_]
    image: npt.NDArray[np.bool_]

    @property
    def label(self) -> str:
        """Return the kind with its name in tables, such as "dct (phash)", or that of a function alone."""
        return f"{self.kind} ({self.column})" if self.kind in SYNONYMS else self.column

    @property
    def differing(self) -> npt.NDArray[np.bool_]:
        """Return the mask of the bits that differ, (rows, columns)."""
        return self.query ^ self.image

    @property
    def distance(self) -> int:
        """Return the Hamming distance in bits."""
        return int(self.differing.sum())

    @property
    def texts(self) -> list[str]:
        """Return both hashes in hexadecimal digits, as imagehash prints them."""
        both = np.stack([self.query, self.image])
        return hex_texts(as_words(both), both[0].size)

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON-serialisable dict."""
        query, image = self.texts
        bits = {"distance": self.distance, "bits": self.query.size}
        return {"kind": self.kind, "column": self.column, "query": query, "image": image, **bits}


def compare_hashes(query: ImageSet, image: ImageSet, options: HashOptions) -> list[HashComparison]:
    """Return the comparison of two sets of one image each by each kind.

    Raises HarnessError if one of them cannot be decoded.
    """
    return [_compare(query, image, kind, options) for kind in options.kinds]


def _compare(query: ImageSet, image: ImageSet, kind: str, options: HashOptions) -> HashComparison:
    extractor, array = options.extractor(kind)
    for each in (query, image):
        if each.undecodable(extractor).any():
            raise HarnessError(
                f"{each.ids[0]}: the image cannot be decoded; run landmark data check DIR for the reason"
            )
    both = [_as_grid(each.describe(extractor, array), kind, options.hash_size) for each in (query, image)]
    return HashComparison(kind, column_of(kind), *both)


def _as_grid(rows: np.ndarray, kind: str, hash_size: int) -> npt.NDArray[np.bool_]:
    """Return the hash of one image, as an extractor returned it, in rows and columns."""
    if rows.dtype == bool:
        return np.atleast_2d(rows[0].reshape(rows.shape[1], rows[0].size // rows.shape[1]).squeeze())
    grid: npt.NDArray[np.bool_] = unpack_bits(
        as_words(rows), _COLOUR_SHAPE if kind == "colour" else (hash_size, hash_size)
    )[0]
    return grid


def geometric_mean(distances: Sequence[int]) -> float:
    """Return the geometric mean of distances + 1, minus 1, by which `mean_hash` ranks.

    >>> round(geometric_mean([0, 8]), 6)
    2.0
    """
    return float(np.expm1(np.mean(np.log1p(distances))))


def summary(comparisons: Sequence[HashComparison]) -> str:
    """Return the distances in one line."""
    parts = [f"{each.label}: {each.distance} of {each.query.size} bits differ" for each in comparisons]
    if len(comparisons) > 1:
        parts.append(f"geometric mean of the distances: {geometric_mean([each.distance for each in comparisons]):.1f}")
    return "; ".join(parts)
