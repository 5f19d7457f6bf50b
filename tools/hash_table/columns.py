"""The hashes of an image set as columns of hexadecimal digits, from the store of descriptors or computed now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from harness import Extractor, HarnessError, ImageSet
from solutions.hashing.hash_sources import as_words, hash_extractor, require_size
from solutions.hashing.hashes.codes import hex_texts
from solutions.hashing.hashes.functions import HashFunction
from solutions.hashing.hashes.kinds import SYNONYMS, column_of, require_kind
from solutions.hashing.hashes.perceptual import SIDE, kinds_of_size

COLOUR_BITS = 42
_ROWS = 1 << 16  # written at once


@dataclass(frozen=True)
class HashOptions:
    """The kinds of hashes of a table, as `require_kind` returns them, and how images are decoded."""

    kinds: tuple[str, ...]
    hash_size: int = SIDE
    decode: str = "full"
    upright: bool = False

    @property
    def columns(self) -> list[str]:
        """Return the name of each column; functions of the same name keep those of their modules."""
        names = [column_of(kind) for kind in self.kinds]
        return [kind if names.count(name) > 1 else name for kind, name in zip(self.kinds, names, strict=True)]

    def extractor(self, kind: str) -> tuple[Extractor, str]:
        """Return the extractor of a kind and the name of its array."""
        return hash_extractor(kind, decode=self.decode, upright=self.upright, hash_size=self.hash_size)


def hash_options(names: Sequence[str | HashFunction], hash_size: int, decode: str, *, upright: bool) -> HashOptions:
    """Return the options of a table; without names it has all kinds of this size.

    Raises HarnessError for an unknown kind, one without this size, and one that is named twice.
    """
    kinds = tuple(map(require_kind, names)) or _kinds_of_table(hash_size)
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise HarnessError(f"{column_of(kind)} is named twice; name each kind of hash once")
    require_size(kinds, hash_size)
    return HashOptions(kinds, hash_size, decode, upright)


def _kinds_of_table(hash_size: int) -> tuple[str, ...]:
    possible = tuple(SYNONYMS) if hash_size == SIDE else kinds_of_size(max(2, hash_size))
    return tuple(kind for kind in SYNONYMS if kind in possible)


class HashColumns:
    """The hashes of an image set; an image that cannot be decoded has empty texts."""

    def __init__(self, images: ImageSet, options: HashOptions) -> None:
        self.ids = images.ids
        self.undecodable = np.zeros(len(images), bool)
        self._arrays: list[np.ndarray] = []
        for kind in options.kinds:
            extractor, array = options.extractor(kind)
            self._arrays.append(images.describe(extractor, array))
            self.undecodable |= images.undecodable(extractor)
        self._n_bits = [_n_bits(*each, options.hash_size) for each in zip(options.kinds, self._arrays, strict=True)]

    def blocks(self) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
        """Yield the ids and the columns of some rows at a time."""
        for start in range(0, len(self.ids), _ROWS):
            some = slice(start, start + _ROWS)
            yield self.ids[some], [self._texts(place, some) for place in range(len(self._arrays))]

    def _texts(self, place: int, some: slice) -> list[str]:
        texts = hex_texts(as_words(self._arrays[place][some]), self._n_bits[place])
        return ["" if broken else text for text, broken in zip(texts, self.undecodable[some].tolist(), strict=True)]


def _n_bits(kind: str, rows: np.ndarray, hash_size: int) -> int:
    if rows.dtype == bool:
        return int(np.prod(rows.shape[1:]))
    return COLOUR_BITS if kind == "colour" else hash_size**2
